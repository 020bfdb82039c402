/** The commands. What they do is said in the package's description of them. */

import * as vscode from "vscode";
import type { Server } from "./client";
import { go, goTo } from "./go";
import type { Place } from "./model";
import type { Rules } from "./rules";
import { associateSchema } from "./schema";
import type { Tables } from "./table";
import { systemOf, type Tree } from "./tree";

/** The server's own command, which is in no menu. */
const show = "speclint.show";

/** What commands act on. */
export interface Actors {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly tables: Tables;
  readonly tree: Tree;
  readonly rules: Rules;
}

/** Registers all commands. */
export function registerCommands({ context, server, tables, tree, rules }: Actors): vscode.Disposable {
  const commands: Record<string, (argument?: unknown) => unknown> = {
    "speclint.showTable": async (argument) => {
      const known = systemOf(argument);
      if (known !== undefined) {
        tables.reveal(known.key, known.specialisation);
        return;
      }
      const document = vscode.window.activeTextEditor?.document;
      await tables.show(document?.languageId === "nix" ? { uri: document.uri.toString() } : {});
    },
    "speclint.fixAll": async () => {
      await fixAll(server);
    },
    "speclint.explainRule": async (argument) => {
      await rules.explain(typeof argument === "string" ? argument : undefined);
    },
    "speclint.restartServer": async () => {
      await server.start();
    },
    "speclint.showLog": () => {
      server.log.show();
    },
    "speclint.openPathSetting": async () => {
      await vscode.commands.executeCommand("workbench.action.openSettings", "speclint.path");
    },
    "speclint.completeSettings": async () => {
      await associateSchema(context);
    },
    "speclint.refreshTree": async () => {
      await tree.refresh();
    },
    // What the server offers above specialisations. It would be a page of Markdown; here it is the table.
    [show]: async (what) => {
      await tables.show((what ?? {}));
    },
    [goTo]: async (place) => {
      await go(place as Place);
    },
  };
  const register = ([name, run]: [string, (argument?: unknown) => unknown]): vscode.Disposable =>
    vscode.commands.registerCommand(name, run);
  return vscode.Disposable.from(...Object.entries(commands).map(register));
}

/** Applies all safe mends of the document that is edited. They may change other files. */
async function fixAll(server: Server): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "nix") {
    void vscode.window.showInformationMessage("Open a Nix file to mend what is found in it.");
    return;
  }
  if (server.health.is !== "running") {
    void vscode.window.showWarningMessage("The server of speclint is not running.");
    return;
  }
  const edit = await server.fixAll(document);
  if (edit === undefined || edit.size === 0) {
    void vscode.window.showInformationMessage("speclint found nothing in this file that it can safely mend.");
    return;
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showWarningMessage("The mends could not be applied: a file has changed meanwhile.");
  }
}
