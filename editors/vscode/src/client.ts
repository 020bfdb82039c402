/** The server: started, followed, started again. */

import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { type Binary, find, NoBinary, surroundings } from "./binary";
import type { Log } from "./log";
import type { Model } from "./model";
import { explanations } from "./rules";

/** How often the server may end by itself within `WHILE` before it is left alone. */
const MOST_RESTARTS = 4;
const WHILE = 3 * 60_000;

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

/** A client that leaves it to `Server` to tell the user what went wrong. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The server, whichever of its processes is running. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
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
    /** Called for what the server offers to show. */
    private readonly show: (what: Shown) => Promise<void>,
  ) {}

  /** Starts the server; one that runs is ended first. */
  async start(): Promise<void> {
    const generation = ++this.generation;
    this.ends = [];
    this.wasReady = false;
    this.become({ is: "starting" });
    await this.end();
    if (generation !== this.generation) {
      return;
    }
    try {
      const setting = vscode.workspace.getConfiguration("speclint").get("path", "");
      const binary = await find(surroundings(setting, this.context.extensionPath));
      if (generation !== this.generation) {
        return;
      }
      this.log.info(`${binary.version}: ${binary.file} (${binary.origin})`);
      const client = this.newClient(binary, generation);
      this.client = client;
      await client.start();
    } catch (error) {
      if (generation === this.generation) {
        this.fail(error);
      }
    }
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

  private newClient(binary: Binary, generation: number): LanguageClient {
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
    const client = new QuietClient("speclint", "speclint", server, options);
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
      // The server offers its table as Markdown; here it is laid out by `table.ts`.
      executeCommand: async (command, given, next) => {
        const [what] = given as Shown[];
        if (command === "speclint.show") {
          await this.show(what ?? {});
          return;
        }
        return (await next(command, given)) as unknown;
      },
      provideCodeActions: async (document, range, context, token, next) => {
        const offered = (await next(document, range, context, token)) ?? [];
        // A mistake in speclint.toml is no rule's.
        const isWanted = document.languageId === "nix" && (context.only === undefined || context.only.contains(vscode.CodeActionKind.QuickFix));
        return isWanted ? [...offered, ...explanations(context.diagnostics)] : offered;
      },
    };
  }

  /** A server that ends by itself is started again, unless it does so all the time. */
  private errorHandler(generation: number): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: (): CloseHandlerResult => {
        if (generation !== this.generation) {
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        if (!this.wasReady) {
          this.fail(new Error("it has ended before it was ready"));
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        const now = Date.now();
        this.ends = [...this.ends.filter((end) => now - end < WHILE), now];
        if (this.ends.length > MOST_RESTARTS) {
          this.fail(new Error(`it has ended ${this.ends.length} times in ${WHILE / 60_000} minutes`));
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        this.log.warn("the server has ended by itself and is started again");
        this.become({ is: "starting" });
        return { action: CloseAction.Restart, handled: true };
      },
    };
  }

  private fail(error: unknown): void {
    // What goes wrong while one is told of it is the same thing.
    if (this.health.is === "failed" || this.health.is === "missing") {
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.log.error(message);
    if (error instanceof NoBinary) {
      for (const line of error.tried) {
        this.log.info(`tried: ${line}`);
      }
      this.become({ is: "missing", message });
      void this.tell(message, ["Open Setting", "How to Install", "Show Log"]);
    } else {
      const told = this.wasReady
        ? `The server of speclint ends all the time: ${message}.`
        : "The server of speclint does not start. The log may tell why.";
      this.become({ is: "failed", message: told });
      void this.tell(told, ["Restart", "Show Log"]);
    }
  }

  private async tell(message: string, offers: string[]): Promise<void> {
    const readme = vscode.Uri.joinPath(this.context.extensionUri, "README.md");
    switch (await vscode.window.showErrorMessage(message, ...offers)) {
      case "Open Setting":
        await vscode.commands.executeCommand("workbench.action.openSettings", "speclint.path");
        break;
      case "How to Install":
        await vscode.commands.executeCommand("markdown.showPreview", readme.with({ fragment: "the-program" }));
        break;
      case "Restart":
        await this.start();
        break;
      case "Show Log":
        this.log.show();
        break;
    }
  }
}
