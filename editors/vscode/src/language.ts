/** How Nix is typed, where no other extension says so: VS Code merges what several say of a language, and theirs is to count. */

import * as vscode from "vscode";

interface Manifest {
  readonly contributes?: { readonly languages?: readonly { readonly id?: string; readonly configuration?: string }[] };
}

/** Comments and brackets of Nix, for as long as the extension is there. */
export function speakNix(own: vscode.Extension<unknown>): vscode.Disposable {
  const speaks = (extension: vscode.Extension<unknown>): boolean => {
    const { contributes } = extension.packageJSON as Manifest;
    return contributes?.languages?.some(({ id, configuration }) => id === "nix" && configuration !== undefined) === true;
  };
  if (vscode.extensions.all.some((extension) => extension.id !== own.id && speaks(extension))) {
    return new vscode.Disposable(() => undefined);
  }
  return vscode.languages.setLanguageConfiguration("nix", {
    comments: { lineComment: "#", blockComment: ["/*", "*/"] },
    brackets: [
      ["{", "}"],
      ["[", "]"],
      ["(", ")"],
    ],
  });
}
