/** What runs in the table's page: it draws what it is told, and tells what is chosen. Texts of a configuration are never markup. */

import type { FromTable, State, ToTable } from "../messages";
import { type Cell, type Definition, fate, level, type OptionRow, type Place, shown, type System, target, type Trouble } from "../model";

declare function acquireVsCodeApi(): {
  postMessage(message: FromTable): void;
  getState(): unknown;
  setState(state: State): void;
};

const editor = acquireVsCodeApi();

function find<T extends HTMLElement>(selector: string, kind: new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) {
    throw new Error(`the page has no ${selector}`);
  }
  return found;
}

const filter = find("#filter", HTMLInputElement);
const all = find("#all", HTMLInputElement);
const head = find("#table thead", HTMLTableSectionElement);
const body = find("#table tbody", HTMLTableSectionElement);

let system: System | undefined;
/** The options whose definitions are shown. */
const unfolded = new Set<string>();

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: { class?: string; text?: string; title?: string } = {},
  children: readonly HTMLElement[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (properties.class !== undefined) {
    made.className = properties.class;
  }
  if (properties.text !== undefined) {
    made.textContent = properties.text;
  }
  if (properties.title !== undefined) {
    made.title = properties.title;
  }
  made.append(...children);
  return made;
}

/** A text that leads to a place, if there is one. */
function link(text: string, place: Place | undefined, title?: string): HTMLElement {
  if (place === undefined) {
    return make("span", { text, ...(title !== undefined && { title }) });
  }
  const button = make("button", { class: "link", text, ...(title !== undefined && { title }) });
  button.addEventListener("click", () => {
    editor.postMessage({ type: "go", place });
  });
  return button;
}

function drawCell(row: OptionRow, cell: Cell, specialisation?: string): HTMLElement {
  const classes = ["cell", cell.status, specialisation === undefined || cell.changes ? "" : "same"];
  const text = shown(cell);
  const priority = cell.priority === null ? "" : `\npriority ${level(cell.priority)}`;
  const content = link(text, target(row, specialisation), `${text}${priority}`);
  return make("td", { class: classes.join(" ").trim() }, [content]);
}

function drawDefinition(scopes: readonly string[], definition: Definition): HTMLElement {
  const value = make("code", { text: definition.value ?? "a value that is not known" });
  const by = link(definition.by, definition.location ?? undefined);
  const told = ` ${fate(definition)} in ${scopes.join(", ")} (priority ${level(definition.priority)})`;
  return make("li", { class: definition.state }, [value, make("span", { text: " at " }), by, make("span", { text: told })]);
}

/** The definitions of an option, each once, with the scopes in which the same became of it. */
function drawDefinitions(shownSystem: System, row: OptionRow): HTMLElement {
  const scopes: [string, Cell | undefined][] = [
    ["the base", row.base],
    ...shownSystem.specialisations.map(({ name }): [string, Cell | undefined] => [name, row.specialisations[name]]),
  ];
  const known = new Map<string, [Definition, string[]]>();
  for (const [name, cell] of scopes) {
    for (const definition of cell?.definitions ?? []) {
      const key = JSON.stringify(definition);
      const entry = known.get(key) ?? [definition, []];
      entry[1].push(name);
      known.set(key, entry);
    }
  }
  const items = [...known.values()].map(([definition, names]) => drawDefinition(names, definition));
  const list = items.length > 0 ? make("ul", {}, items) : make("p", { text: "Nothing defines it." });
  const cell = make("td", {}, [list]);
  cell.colSpan = shownSystem.specialisations.length + 2;
  return make("tr", { class: "definitions" }, [cell]);
}

function drawRow(shownSystem: System, row: OptionRow): HTMLElement[] {
  const isOpen = unfolded.has(row.path);
  const fold = make("button", { class: "fold", text: row.path, title: "Show the definitions" });
  fold.setAttribute("aria-expanded", String(isOpen));
  fold.addEventListener("click", () => {
    if (!unfolded.delete(row.path)) {
      unfolded.add(row.path);
    }
    draw();
  });
  const path = make("th", { class: "path" }, [fold]);
  path.scope = "row";
  const cells = shownSystem.specialisations.map(({ name }) => {
    const cell = row.specialisations[name];
    return cell === undefined ? make("td") : drawCell(row, cell, name);
  });
  const line = make("tr", {}, [path, drawCell(row, row.base), ...cells]);
  return isOpen ? [line, drawDefinitions(shownSystem, row)] : [line];
}

function drawTrouble(trouble: Trouble, of: string): HTMLElement {
  const what = trouble.refused ? "NixOS refuses it" : "not known";
  const text = link(trouble.message, trouble.location ?? undefined);
  return make("li", { class: trouble.refused ? "refused" : "unknown" }, [make("span", { text: `${of}: ${what}: ` }), text]);
}

function drawHead(shownSystem: System): void {
  const names = ["option", "base", ...shownSystem.specialisations.map(({ name }) => name)];
  const cells = names.map((text, index) => {
    const cell = make("th", { text });
    cell.scope = "col";
    cell.dataset.column = index < 2 ? "" : text;
    return cell;
  });
  head.replaceChildren(make("tr", {}, cells));
  const summaries = shownSystem.specialisations.map((found) => {
    const isBad = found.conflicts > 0 || found.troubles.some((trouble) => trouble.refused);
    const name = link(found.name, found.locations[0]);
    const says = make("span", { text: ` ${found.summary}${found.certain ? "" : ", perhaps"}` });
    return make("span", { class: isBad ? "summary bad" : "summary" }, [name, says]);
  });
  find("#specialisations", HTMLDivElement).replaceChildren(...summaries);
  const told = [
    ...shownSystem.troubles.map((trouble) => drawTrouble(trouble, "the base")),
    ...shownSystem.specialisations.flatMap(({ name, troubles }) => troubles.map((trouble) => drawTrouble(trouble, name))),
  ];
  find("#troubles", HTMLUListElement).replaceChildren(...told);
}

/** Draws what is known. */
function draw(): void {
  if (system === undefined) {
    return;
  }
  const shownSystem = system;
  drawHead(shownSystem);
  const wanted = filter.value.trim().toLowerCase();
  const rows = shownSystem.options.filter((row) => row.path.toLowerCase().includes(wanted));
  body.replaceChildren(...rows.flatMap((row) => drawRow(shownSystem, row)));
  const number = rows.length === 1 ? "1 option" : `${rows.length} options`;
  find("#count", HTMLSpanElement).textContent = number;
  const empty = find("#empty", HTMLParagraphElement);
  empty.hidden = rows.length > 0;
  empty.textContent = wanted === "" ? "No specialisation changes an option." : "No option has that in its path.";
  document.body.classList.remove("gone");
}

function take(message: ToTable): void {
  editor.setState(message.state);
  find("#name", HTMLHeadingElement).textContent = message.state.key.name;
  all.checked = message.state.all;
  if (message.type === "gone") {
    const empty = find("#empty", HTMLParagraphElement);
    empty.hidden = false;
    empty.textContent = message.message;
    document.body.classList.add("gone");
    return;
  }
  system = message.system;
  const entry = find("#entry", HTMLSpanElement);
  entry.textContent = message.entry === message.system.name ? "" : message.entry;
  draw();
  const { specialisation } = message.state;
  if (specialisation !== undefined) {
    const columns = [...head.querySelectorAll("th")];
    columns.find((column) => column.dataset.column === specialisation)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

window.addEventListener("message", (event: MessageEvent<ToTable>) => {
  take(event.data);
});
filter.addEventListener("input", draw);
all.addEventListener("change", () => {
  editor.postMessage({ type: "all", all: all.checked });
});
editor.postMessage({ type: "ready" });
