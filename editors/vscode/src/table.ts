/** The table of a system in a webview: what each option becomes in the parent and in each specialisation, while one types. */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Changes } from "./changes";
import type { Server, Shown } from "./client";
import { go } from "./go";
import type { FromTable, State, ToTable } from "./messages";
import { stateOf } from "./messages";
import { isSystem, type SystemKey } from "./model";
import { page } from "./page";

const KIND = "speclint.table";

/** All tables that are open, one a system. */
export class Tables implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private readonly open = new Set<Table>();
  private readonly parts: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
    private readonly changes: Changes,
  ) {
    this.parts = [vscode.window.registerWebviewPanelSerializer(KIND, this)];
  }

  dispose(): void {
    for (const table of this.open) {
      table.dispose();
    }
    vscode.Disposable.from(...this.parts).dispose();
  }

  /** Opens the table of a system, or shows the one that is open. */
  reveal(key: SystemKey, specialisation?: string): void {
    const known = [...this.open].find((table) => isSystem(table.state.key, key));
    if (known !== undefined) {
      known.reveal(specialisation);
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.add(vscode.window.createWebviewPanel(KIND, `${key.name}: table`, column), { key, specialisation, all: false });
  }

  /** Opens the table of what the server names: of the system of a document, or of the one that the user picks. */
  async show({ uri, system, specialisation }: Shown): Promise<void> {
    const { systems } = await this.server.model({ ...(uri !== undefined && { uri }), ...(system !== undefined && { system }) });
    const items = systems.map((found) => ({
      label: found.name,
      description: vscode.workspace.asRelativePath(vscode.Uri.parse(found.entry)),
      detail: found.specialisations.map(({ name }) => name).join(", ") || "no specialisations",
      key: { entry: found.entry, name: found.name },
    }));
    // The line above a specialisation names its system.
    const isNamed = items.length === 1 || system !== undefined;
    const picked = isNamed ? items[0] : await this.pick(items);
    if (picked !== undefined) {
      this.reveal(picked.key, specialisation ?? undefined);
    }
  }

  private async pick<T extends vscode.QuickPickItem>(items: T[]): Promise<T | undefined> {
    if (items.length === 0) {
      if (this.server.health.is === "running") {
        void vscode.window.showInformationMessage("speclint knows of no system here.");
      } else {
        void vscode.window.showWarningMessage("The server of speclint is not running.");
      }
      return undefined;
    }
    return await vscode.window.showQuickPick(items, { placeHolder: "Of which system?", matchOnDescription: true, matchOnDetail: true });
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Thenable<void> {
    const state = stateOf(kept);
    if (state === undefined) {
      panel.dispose();
    } else {
      this.add(panel, state);
    }
    return Promise.resolve();
  }

  private add(panel: vscode.WebviewPanel, state: State): void {
    const table = new Table(panel, this.extension, this.server, this.changes, state);
    this.open.add(table);
    panel.onDidDispose(() => {
      this.open.delete(table);
    });
  }
}

/** A table. */
class Table implements vscode.Disposable {
  private readonly parts: vscode.Disposable[];
  private cancel: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    private readonly server: Server,
    changes: Changes,
    public state: State,
  ) {
    const { webview } = panel;
    const [dist, media] = [vscode.Uri.joinPath(extension, "dist"), vscode.Uri.joinPath(extension, "media")];
    webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    panel.iconPath = vscode.Uri.joinPath(extension, "images", "icon.png");
    this.parts = [
      webview.onDidReceiveMessage((message: FromTable) => {
        void this.take(message);
      }),
      changes.onMayHaveChanged(() => {
        void this.refresh();
      }),
      panel.onDidChangeViewState(() => {
        void this.refresh();
      }),
      panel.onDidDispose(() => {
        this.cancel?.cancel();
        vscode.Disposable.from(...this.parts).dispose();
      }),
    ];
    webview.html = page({
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, "table.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(media, "table.css")).toString(),
      source: webview.cspSource,
      nonce: randomBytes(24).toString("base64url"),
      title: state.key.name,
    });
  }

  dispose(): void {
    this.panel.dispose();
  }

  reveal(specialisation: string | undefined): void {
    this.state = { ...this.state, specialisation };
    this.panel.reveal(undefined, true);
    void this.refresh();
  }

  private async take(message: FromTable): Promise<void> {
    switch (message.type) {
      case "ready":
        await this.refresh();
        break;
      case "all":
        this.state = { ...this.state, all: message.all };
        await this.refresh();
        break;
      case "go": {
        // The text goes where texts are, not over the table.
        const texts = vscode.window.visibleTextEditors.map((editor) => editor.viewColumn);
        const column = texts.find((found) => found !== undefined && found !== this.panel.viewColumn);
        await go(message.place, column ?? vscode.ViewColumn.Beside);
        break;
      }
    }
  }

  private async refresh(): Promise<void> {
    if (!this.panel.visible) {
      return;
    }
    this.cancel?.cancel();
    const cancel = (this.cancel = new vscode.CancellationTokenSource());
    const { state } = this;
    try {
      const { systems } = await this.server.model({ system: state.key.name, all: state.all }, cancel.token);
      if (cancel.token.isCancellationRequested) {
        return;
      }
      const system = systems.find((found) => isSystem(found, state.key));
      const { health } = this.server;
      if (system !== undefined) {
        const entry = vscode.workspace.asRelativePath(vscode.Uri.parse(system.entry));
        await this.send({ type: "show", state, system, entry });
      } else if (health.is === "running") {
        await this.send({ type: "gone", state, message: `There is no system ${state.key.name} any more.` });
      } else {
        const message = health.is === "starting" ? "speclint is starting." : health.message;
        await this.send({ type: "gone", state, message });
      }
      // It was brought into view once.
      if (state === this.state && system !== undefined) {
        this.state = { ...state, specialisation: undefined };
      }
    } catch (error) {
      if (!cancel.token.isCancellationRequested) {
        this.server.log.warn(`the table was not brought up to date: ${String(error)}`);
      }
    }
  }

  private async send(message: ToTable): Promise<void> {
    await this.panel.webview.postMessage(message);
  }
}
