/** The output channel: what the extension does, between what the server says. */

import * as vscode from "vscode";

/** Writes lines as the language client does. */
export class Log implements vscode.Disposable {
  readonly channel = vscode.window.createOutputChannel("speclint", "log");

  info(text: string): void {
    this.write("Info", text);
  }

  warn(text: string): void {
    this.write("Warn", text);
  }

  error(text: string): void {
    this.write("Error", text);
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }

  private write(level: string, text: string): void {
    this.channel.appendLine(`[${level.padEnd(5)} - ${new Date().toLocaleTimeString()}] ${text}`);
  }
}
