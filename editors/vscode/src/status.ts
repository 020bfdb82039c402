/** The item in the status bar: how the server is, and what it has found in the workspace. */

import * as vscode from "vscode";
import type { Server } from "./client";
import { count, label, words } from "./counts";

/** Shows the item for as long as the extension is there. */
export function showStatus(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("speclint.status", vscode.StatusBarAlignment.Left, 0);
  item.name = "speclint";
  const update = (): void => {
    const { health } = server;
    item.backgroundColor = undefined;
    switch (health.is) {
      case "starting":
        item.text = "$(sync~spin) speclint";
        item.tooltip = "speclint is starting";
        item.command = "speclint.showLog";
        break;
      case "running": {
        const counts = count(vscode.languages.getDiagnostics().map(([, findings]) => findings));
        item.text = label(counts);
        item.tooltip = tooltip(words(counts), health.binary.version, health.binary.file);
        item.command = "workbench.actions.view.problems";
        break;
      }
      case "missing":
      case "failed":
        item.text = "$(error) speclint";
        item.tooltip = tooltip(health.message);
        item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
        item.command = health.is === "missing" ? "speclint.openPathSetting" : "speclint.restartServer";
        break;
    }
    item.accessibilityInformation = { label: `speclint: ${health.is}` };
    item.show();
  };
  update();
  return vscode.Disposable.from(item, server.onDidChange(update), vscode.languages.onDidChangeDiagnostics(update));
}

function tooltip(first: string, version?: string, file?: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = {
    enabledCommands: ["speclint.showTable", "speclint.restartServer", "speclint.showLog", "workbench.actions.view.problems"],
  };
  text.appendText(first).appendMarkdown("\n\n");
  if (version !== undefined && file !== undefined) {
    text.appendText(`${version} at ${file}`).appendMarkdown("\n\n");
    text.appendMarkdown("[Table](command:speclint.showTable) · ");
  }
  return text.appendMarkdown("[Restart](command:speclint.restartServer) · [Log](command:speclint.showLog)");
}
