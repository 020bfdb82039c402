/** The reference of the rules, as the program prints it. */

import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Server } from "./client";

/** The command that explains a rule. */
export const explainRule = "speclint.explainRule";

const SCHEME = "speclint-rule";

interface Rule {
  readonly name: string;
  readonly severity: string;
  readonly default: boolean;
  readonly summary: string;
}

/** Explains rules, in the editor's own preview of Markdown. */
export class Rules implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  constructor(private readonly server: Server) {}

  dispose(): void {
    this.registration.dispose();
  }

  /** The page of the rule that a document is about. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return await this.run("explain", nameOf(uri), "--format", "markdown");
  }

  /** Shows the page of a rule: the one that is named, or found at the cursor, or picked. */
  async explain(name?: string): Promise<void> {
    const rule = name ?? (await this.pick());
    if (rule !== undefined) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` });
      await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
    }
  }

  private async pick(): Promise<string | undefined> {
    const { rules } = JSON.parse(await this.run("rules", "--format", "json")) as { rules: Rule[] };
    const here = rulesAtCursor();
    const item = ({ name, severity, summary, default: isOn }: Rule): vscode.QuickPickItem => ({
      label: name,
      description: isOn ? severity : `${severity}, off by default`,
      detail: summary,
    });
    // What was found at the cursor comes first.
    const sorted = [...rules].sort((a, b) => Number(here.has(b.name)) - Number(here.has(a.name)));
    const picked = await vscode.window.showQuickPick(sorted.map(item), { placeHolder: "Which rule?", matchOnDetail: true });
    return picked?.label;
  }

  private async run(...args: string[]): Promise<string> {
    const { health } = this.server;
    if (health.is !== "running") {
      throw new Error("The server of speclint is not running.");
    }
    const { file } = health.binary;
    return await new Promise((resolve, reject) => {
      execFile(file, args, { timeout: 10_000, windowsHide: true }, (error, output) => {
        if (error === null) {
          resolve(output);
        } else {
          reject(new Error(error.message));
        }
      });
    });
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.replace(/^\//, "").replace(/\.md$/, "");
}

/** The rule of a finding of ours. */
function ruleOf({ source, code }: vscode.Diagnostic): string | undefined {
  const name = typeof code === "object" ? code.value : code;
  return source === "speclint" && name !== undefined ? String(name) : undefined;
}

/** The rules of what was found where the cursor stands. */
function rulesAtCursor(): Set<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return new Set();
  }
  const line = editor.selection.active.line;
  const found = vscode.languages.getDiagnostics(editor.document.uri);
  return new Set(found.filter(({ range }) => range.start.line <= line && line <= range.end.line).map(ruleOf));
}

/** What explains the rules of findings, to be offered beside their mends. */
export function explanations(findings: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const rules = new Set(findings.map(ruleOf).filter((rule) => rule !== undefined));
  return [...rules].map((rule) => {
    const action = new vscode.CodeAction(`Explain ${rule}`, vscode.CodeActionKind.QuickFix);
    action.command = { command: explainRule, title: action.title, arguments: [rule] };
    action.diagnostics = findings.filter((finding) => ruleOf(finding) === rule);
    return action;
  });
}
