/** The extension: puts its parts together. */

import * as vscode from "vscode";
import { Changes } from "./changes";
import { type Health, Server } from "./client";
import { registerCommands } from "./commands";
import { speakNix } from "./language";
import { Log } from "./log";
import { Rules } from "./rules";
import { refreshSchema } from "./schema";
import { showStatus } from "./status";
import { Tables } from "./table";
import { Tree } from "./tree";

let server: Server | undefined;

/** Called by the editor when a Nix file is opened, or a folder with a configuration. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = new Log();
  const running = new Server(context, log);
  server = running;
  const changes = new Changes(running);
  const tables = new Tables(context.extensionUri, running, changes);
  const tree = new Tree(running, changes);
  const rules = new Rules(running);
  context.subscriptions.push(
    log,
    running,
    changes,
    tables,
    tree,
    rules,
    showStatus(running),
    registerCommands({ context, server: running, tables, tree, rules }),
    speakNix(context.extension),
    running.onDidChange(tellContext),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("speclint.path")) {
        void running.start();
      }
    }),
  );
  await vscode.commands.executeCommand("setContext", "speclint.isActive", true);
  await Promise.all([running.start(), refreshSchema(context)]);
}

/** What menus and views depend on. */
function tellContext({ is }: Health): void {
  void vscode.commands.executeCommand("setContext", "speclint.isRunning", is === "running");
  void vscode.commands.executeCommand("setContext", "speclint.isBroken", is === "missing" || is === "failed");
}

/** Called by the editor when it ends; it waits for the server. */
export async function deactivate(): Promise<void> {
  await server?.end();
}
