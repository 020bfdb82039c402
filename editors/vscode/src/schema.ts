/** Has Even Better TOML complete and check `speclint.toml`, by the schema in this package. */

import * as vscode from "vscode";

const EXTENSION = "tamasfe.even-better-toml";
/** The files that the schema is of, as a regular expression. */
const FILES = "^.*/speclint\\.toml$";

/** Where the schema stands whichever version of the extension is installed. */
function kept(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.globalStorageUri, "speclint.schema.json");
}

async function keep(context: vscode.ExtensionContext): Promise<void> {
  const own = vscode.Uri.joinPath(context.extensionUri, "schemas", "speclint.schema.json");
  await vscode.workspace.fs.createDirectory(context.globalStorageUri);
  await vscode.workspace.fs.copy(own, kept(context), { overwrite: true });
}

/** Brings the schema up to date that was associated by an earlier version. */
export async function refreshSchema(context: vscode.ExtensionContext): Promise<void> {
  try {
    await vscode.workspace.fs.stat(kept(context));
  } catch {
    // Nobody has asked for it.
    return;
  }
  await keep(context);
}

/** Associates the schema in the user's settings. */
export async function associateSchema(context: vscode.ExtensionContext): Promise<void> {
  if (vscode.extensions.getExtension(EXTENSION) === undefined) {
    const find = "Find It";
    const answer = await vscode.window.showInformationMessage("Even Better TOML, which completes speclint.toml, is not installed.", find);
    if (answer === find) {
      await vscode.commands.executeCommand("workbench.extensions.search", `@id:${EXTENSION}`);
    }
    return;
  }
  await keep(context);
  const settings = vscode.workspace.getConfiguration("evenBetterToml.schema");
  const known = settings.inspect<Record<string, string>>("associations")?.globalValue;
  const associations = { ...known, [FILES]: kept(context).toString() };
  await settings.update("associations", associations, vscode.ConfigurationTarget.Global);
  void vscode.window.showInformationMessage("Even Better TOML completes speclint.toml from now on.");
}
