/** The tree of systems, their specialisations, what each changes, and which definitions do. */

import * as vscode from "vscode";
import type { Changes } from "./changes";
import type { Server } from "./client";
import { goTo } from "./go";
import {
  change,
  changesOf,
  type Definition,
  fate,
  level,
  type Model,
  type OptionRow,
  type Place,
  shown,
  type Specialisation,
  type System,
  type SystemKey,
  target,
} from "./model";

/** Something in the tree. */
type Node =
  | { readonly is: "system"; readonly system: System }
  | { readonly is: "specialisation"; readonly system: System; readonly specialisation: Specialisation }
  | { readonly is: "trouble"; readonly message: string; readonly refused: boolean; readonly place: Place | undefined }
  | { readonly is: "option"; readonly system: System; readonly specialisation: string; readonly row: OptionRow }
  | { readonly is: "definition"; readonly of: string; readonly definition: Definition };

/** The tree view. */
export class Tree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private model: Model = { systems: [] };
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly parts: vscode.Disposable;
  private cancel: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly server: Server,
    changes: Changes,
  ) {
    this.view = vscode.window.createTreeView("speclint.specialisations", { treeDataProvider: this, showCollapseAll: true });
    const refresh = (): void => {
      void this.refresh();
    };
    this.parts = vscode.Disposable.from(
      this.changed,
      this.view,
      changes.onMayHaveChanged(refresh),
      this.view.onDidChangeVisibility(refresh),
    );
    refresh();
  }

  dispose(): void {
    this.cancel?.cancel();
    this.parts.dispose();
  }

  /** Asks the server again, if the tree is seen. */
  async refresh(): Promise<void> {
    if (!this.view.visible) {
      return;
    }
    this.cancel?.cancel();
    const cancel = (this.cancel = new vscode.CancellationTokenSource());
    try {
      const model = await this.server.model({}, cancel.token);
      if (!cancel.token.isCancellationRequested && JSON.stringify(model) !== JSON.stringify(this.model)) {
        this.model = model;
        this.changed.fire(undefined);
      }
    } catch (error) {
      if (!cancel.token.isCancellationRequested) {
        this.server.log.warn(`the tree was not brought up to date: ${String(error)}`);
      }
    }
  }

  getChildren(node?: Node): Node[] {
    switch (node?.is) {
      case undefined: {
        const systems = this.model.systems.filter((system) => system.specialisations.length > 0 || system.troubles.length > 0);
        return systems.map((system) => ({ is: "system", system }));
      }
      case "system": {
        const { system } = node;
        const all = system.specialisations.map((specialisation): Node => ({ is: "specialisation", system, specialisation }));
        return [...troubles(system), ...all];
      }
      case "specialisation": {
        const { system, specialisation } = node;
        const rows = changesOf(system, specialisation.name);
        const options = rows.map((row): Node => ({ is: "option", system, specialisation: specialisation.name, row }));
        return [...troubles(specialisation), ...options];
      }
      case "option":
        return definitions(node.row, node.specialisation);
      case "trouble":
      case "definition":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.is) {
      case "system":
        return ofSystem(node.system);
      case "specialisation":
        return ofSpecialisation(node.system, node.specialisation);
      case "option":
        return ofOption(node.row, node.specialisation);
      case "trouble":
        return ofTrouble(node.message, node.refused, node.place);
      case "definition":
        return ofDefinition(node.of, node.definition);
    }
  }
}

/** The system that a node of the tree is, for the commands of its menu. */
export function systemOf(node: unknown): { key: SystemKey; specialisation: string | undefined } | undefined {
  const { is, system, specialisation } = (node ?? {}) as Partial<Extract<Node, { is: "specialisation" }>>;
  if (is === undefined || system === undefined) {
    return undefined;
  }
  return { key: { entry: system.entry, name: system.name }, specialisation: specialisation?.name };
}

function troubles(of: System | Specialisation): Node[] {
  return of.troubles.map(({ message, refused, location }) => ({ is: "trouble", message, refused, place: location ?? undefined }));
}

/** The definitions of an option in a specialisation; those of the parent too, where they are others. */
function definitions(row: OptionRow, specialisation: string): Node[] {
  const here = row.specialisations[specialisation]?.definitions ?? [];
  const key = ({ by, value }: Definition): string => `${by} ${value ?? ""}`;
  const known = new Set(here.map(key));
  const above = row.base.definitions.filter((definition) => !known.has(key(definition)));
  const node = (of: string) => (definition: Definition): Node => ({ is: "definition", of, definition });
  return [...here.map(node(specialisation)), ...above.map(node("base"))];
}

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

function icon(name: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function ofSystem(system: System): vscode.TreeItem {
  const item = new vscode.TreeItem(system.name, Expanded);
  item.id = `${system.entry}#${system.name}`;
  const entry = vscode.Uri.parse(system.entry);
  const kinds = { nixos: "NixOS", "home-manager": "Home Manager", darwin: "nix-darwin", other: "" };
  const file = vscode.workspace.asRelativePath(entry);
  item.description = [kinds[system.kind], file === system.name ? "" : file].filter((part) => part !== "").join(" · ");
  item.iconPath = icon(system.kind === "home-manager" ? "home" : "server");
  item.contextValue = "system";
  item.tooltip = `${system.name}: ${file}`;
  return item;
}

function ofSpecialisation(system: System, specialisation: Specialisation): vscode.TreeItem {
  const { name, summary, conflicts, troubles, locations } = specialisation;
  const isRefused = troubles.some((trouble) => trouble.refused);
  const item = new vscode.TreeItem(name, Collapsed);
  item.id = `${system.entry}#${system.name}#${name}`;
  item.description = specialisation.certain ? summary : `${summary}, perhaps`;
  const isBad = conflicts > 0 || isRefused;
  item.iconPath = isBad ? icon("git-branch", "problemsErrorIcon.foreground") : icon("git-branch");
  item.contextValue = "specialisation";
  const inherits = { true: "", false: ", without its parent's configuration", null: ", perhaps without its parent's configuration" };
  item.tooltip = `${name}: ${summary}${inherits[`${specialisation.inherits}`]}`;
  return jumping(item, locations[0]);
}

function ofOption(row: OptionRow, specialisation: string): vscode.TreeItem {
  const cell = row.specialisations[specialisation];
  const item = new vscode.TreeItem(row.path, Collapsed);
  item.description = change(row, specialisation);
  const icons = {
    ok: row.base.status === "undefined" ? icon("diff-added") : icon("diff-modified"),
    undefined: icon("diff-removed"),
    unknown: icon("question"),
    conflict: icon("error", "problemsErrorIcon.foreground"),
    recursion: icon("error", "problemsErrorIcon.foreground"),
    refused: icon("error", "problemsErrorIcon.foreground"),
  };
  item.iconPath = icons[cell?.status ?? "unknown"];
  item.tooltip = new vscode.MarkdownString()
    .appendMarkdown("in the base")
    .appendCodeblock(shown(row.base), "nix")
    .appendMarkdown("in ")
    .appendText(specialisation)
    .appendCodeblock(cell === undefined ? "" : shown(cell), "nix");
  return jumping(item, target(row, specialisation));
}

function ofTrouble(message: string, isRefused: boolean, place: Place | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(message, None);
  item.iconPath = isRefused ? icon("error", "problemsErrorIcon.foreground") : icon("question");
  item.description = isRefused ? "refused" : "not known";
  item.tooltip = message;
  return jumping(item, place);
}

function ofDefinition(of: string, definition: Definition): vscode.TreeItem {
  const item = new vscode.TreeItem(definition.value ?? "a value that is not known", None);
  item.description = `${definition.by} · ${fate(definition)} in ${of}`;
  item.tooltip = `priority ${level(definition.priority)}`;
  item.iconPath = icon(definition.state === "wins" ? "circle-filled" : "circle-outline");
  return jumping(item, definition.location ?? undefined);
}

/** An item that leads to a place when it is chosen. */
function jumping(item: vscode.TreeItem, place: Place | undefined): vscode.TreeItem {
  if (place !== undefined) {
    item.command = { command: goTo, title: "Go to Definition", arguments: [place] };
  }
  return item;
}
