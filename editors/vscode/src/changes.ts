/** When what the server knows may have changed: what shows it asks again then. */

import * as vscode from "vscode";
import type { Server } from "./client";

/** How long nothing must change before it is asked again. */
const QUIET = 200;

/** Tells when what the server knows may have changed. */
export class Changes implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onMayHaveChanged = this.emitter.event;
  private readonly parts: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(server: Server) {
    const files = vscode.workspace.createFileSystemWatcher("**/{*.nix,flake.lock,speclint.toml}");
    const later = (): void => {
      this.later();
    };
    const isOurs = (document: vscode.TextDocument): boolean =>
      document.languageId === "nix" || document.fileName.endsWith("speclint.toml");
    this.parts = vscode.Disposable.from(
      this.emitter,
      files,
      files.onDidChange(later),
      files.onDidCreate(later),
      files.onDidDelete(later),
      server.onDidChange(later),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isOurs(document)) {
          later();
        }
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isOurs(document)) {
          later();
        }
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isOurs(document)) {
          later();
        }
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(later),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.parts.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.emitter.fire();
    }, QUIET);
  }
}
