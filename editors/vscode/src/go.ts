/** Jumps to places that the server has named. */

import * as vscode from "vscode";
import type { Place } from "./model";

/** The command of what is chosen in the tree. It is in no menu. */
export const goTo = "speclint.goTo";

/** Shows a place; in the column beside what is seen, if that is no text. */
export async function go({ uri, range }: Place, column?: vscode.ViewColumn): Promise<void> {
  const start = new vscode.Position(range.start.line, range.start.character);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const editor = await vscode.window.showTextDocument(document, column ?? vscode.ViewColumn.Active);
  editor.selection = new vscode.Selection(start, start);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
