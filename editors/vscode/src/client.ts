/** The server: started, followed, started again. */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { type Binary, find, NoBinary, surroundings } from "./binary";
import { QuietClient } from "./language-client";
import type { Log } from "./log";
import type { Model } from "./model";
import { explanations } from "./rules";

/** How often the server may end by itself within `WHILE` before it is left alone. */
const MOST_RESTARTS = 4;
const WHILE = 3 * 60_000;
/** How long it is waited before it is started again. */
const PAUSE = 100;

/** How the server is. */
export type Health =
  | { readonly is: "starting" }
  | { readonly is: "running"; readonly binary: Binary }
  | { readonly is: "missing" | "failed"; readonly message: string };

/** A system or a specialisation of it, as the lines above specialisations name it. */
export interface Shown {
  readonly uri?: string;
  readonly system?: string;
  readonly specialisation?: string | null;
}

/** The server, whichever of its processes is running. */
export class Server implements vscode.Disposable {
  private client: QuietClient | undefined;
  /** The start that counts: whatever an earlier one still does is of no interest. */
  private generation = 0;
  private ends: number[] = [];
  /** Whether it has been ready since it was last started by the user. */
  private wasReady = false;
  private readonly changed = new vscode.EventEmitter<Health>();
  /** Tells when the server is in another state. */
  readonly onDidChange = this.changed.event;
  health: Health = { is: "starting" };

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: Log,
  ) {}

  /** Starts the server; one that runs is ended first. */
  async start(): Promise<void> {
    this.ends = [];
    this.wasReady = false;
    await this.launch();
  }

  private async launch(): Promise<void> {
    const generation = ++this.generation;
    this.become({ is: "starting" });
    await this.end();
    let binary: Binary;
    try {
      const setting = vscode.workspace.getConfiguration("speclint").get("path", "");
      binary = await find(surroundings(setting, this.context.extensionPath));
    } catch (error) {
      if (generation === this.generation) {
        this.miss(error as Error);
      }
      return;
    }
    if (generation !== this.generation) {
      return;
    }
    this.log.info(`${binary.version}: ${binary.file} (${binary.origin})`);
    try {
      const client = (this.client = this.newClient(binary, generation));
      await client.start();
    } catch (error) {
      this.ended(generation, String(error));
    }
  }

  /** A server that ends by itself is started again, unless it does so before it was ready, or all the time. */
  private ended(generation: number, why: string): void {
    // One end may be told of in several ways.
    if (generation !== this.generation) {
      return;
    }
    const next = ++this.generation;
    this.log.warn(`the server has ended: ${why}`);
    if (!this.wasReady) {
      this.fail("The server of speclint does not start. The log may tell why.");
      return;
    }
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WHILE), now];
    if (this.ends.length > MOST_RESTARTS) {
      const often = `${this.ends.length} times in ${WHILE / 60_000} minutes`;
      this.fail(`The server of speclint ends all the time: it has ended ${often}.`);
      return;
    }
    this.become({ is: "starting" });
    // The client has not finished with it yet.
    setTimeout(() => {
      if (next === this.generation) {
        void this.launch();
      }
    }, PAUSE);
  }

  /** Asks the server for systems with their options; for nothing where there is no server. */
  async model(question: { system?: string; uri?: string; all?: boolean }, token?: vscode.CancellationToken): Promise<Model> {
    const client = this.client;
    if (client?.state !== State.Running) {
      return { systems: [] };
    }
    const params = { command: "speclint.show", arguments: [{ ...question, format: "json" }] };
    return (await client.sendRequest(ExecuteCommandRequest.type, params, token)) as Model;
  }

  /** The edit that applies all safe mends of a document, if there is something to mend. */
  async fixAll(document: vscode.TextDocument): Promise<vscode.WorkspaceEdit | undefined> {
    const client = this.client;
    if (client?.state !== State.Running) {
      return undefined;
    }
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const context = { diagnostics: [], only: ["source.fixAll.speclint"] };
    const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(document);
    const params = { textDocument, range: client.code2ProtocolConverter.asRange(whole), context };
    interface Action {
      readonly edit?: Parameters<typeof client.protocol2CodeConverter.asWorkspaceEdit>[0];
    }
    const actions = await client.sendRequest<Action[] | null>("textDocument/codeAction", params);
    const action = actions?.[0];
    if (action === undefined) {
      return undefined;
    }
    const resolved = await client.sendRequest<Action>("codeAction/resolve", action);
    return await client.protocol2CodeConverter.asWorkspaceEdit(resolved.edit);
  }

  dispose(): void {
    this.generation++;
    this.changed.dispose();
    void this.end();
  }

  /** Ends the server, and waits until it has. */
  async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It is gone, which is what was wanted.
      this.log.warn(`the server did not end as it should: ${String(error)}`);
    }
  }

  private become(health: Health): void {
    this.health = health;
    this.changed.fire(health);
  }

  private newClient(binary: Binary, generation: number): QuietClient {
    const options: LanguageClientOptions = {
      documentSelector: [
        { language: "nix", scheme: "file" },
        { language: "nix", scheme: "untitled" },
        { pattern: "**/speclint.toml", scheme: "file" },
      ],
      outputChannel: this.log.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: this.errorHandler(generation),
      middleware: this.middleware(),
    };
    const server = { command: binary.file, args: ["lsp"], options: { cwd: this.context.extensionPath } };
    const client = new QuietClient(server, options);
    client.onDidChangeState(({ newState }) => {
      if (generation === this.generation && newState === State.Running) {
        this.wasReady = true;
        this.become({ is: "running", binary });
      }
    });
    return client;
  }

  private middleware(): Middleware {
    return {
      provideCodeActions: async (document, range, context, token, next) => {
        const offered = (await next(document, range, context, token)) ?? [];
        // A mistake in speclint.toml is no rule's.
        const isWanted = document.languageId === "nix" && (context.only === undefined || context.only.contains(vscode.CodeActionKind.QuickFix));
        return isWanted ? [...offered, ...explanations(context.diagnostics)] : offered;
      },
    };
  }

  private errorHandler(generation: number): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      // The client could start it again itself, but then what it registered for the first time may still be there.
      closed: () => {
        this.ended(generation, "it has closed its output");
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  /** There is no program. */
  private miss(error: Error): void {
    const { message } = error;
    this.log.error(message);
    for (const line of error instanceof NoBinary ? error.tried : []) {
      this.log.info(`tried: ${line}`);
    }
    this.become({ is: "missing", message });
    void this.tell(message, ["Open Setting", "How to Install", "Show Log"]);
  }

  private fail(message: string): void {
    this.log.error(message);
    this.become({ is: "failed", message });
    void this.tell(message, ["Restart", "Show Log"]);
  }

  private async tell(message: string, offers: string[]): Promise<void> {
    switch (await vscode.window.showErrorMessage(message, ...offers)) {
      case "Open Setting":
        await vscode.commands.executeCommand("workbench.action.openSettings", "speclint.path");
        break;
      case "How to Install":
        await this.showReadme();
        break;
      case "Restart":
        await this.start();
        break;
      case "Show Log":
        this.log.show();
        break;
    }
  }

  private async showReadme(): Promise<void> {
    // A package has it in small letters.
    for (const name of ["readme.md", "README.md"]) {
      const file = vscode.Uri.joinPath(this.context.extensionUri, name);
      const exists = await vscode.workspace.fs.stat(file).then(
        () => true,
        () => false,
      );
      if (exists) {
        await vscode.commands.executeCommand("markdown.showPreview", file.with({ fragment: "the-program" }));
        return;
      }
    }
  }
}
