/** What the server answers to `speclint.show` with the format `json`, and what trees and tables ask of it. Knows no editor. */

/** A place in a text, counted from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A piece of a file. */
export interface Place {
  readonly uri: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

/** What NixOS refuses, or what is not known. */
export interface Trouble {
  readonly message: string;
  readonly refused: boolean;
  readonly location: Place | null;
}

export type Status = "ok" | "conflict" | "recursion" | "undefined" | "unknown" | "refused";

/** A definition of an option. */
export interface Definition {
  /** Who makes it: a file and a line, or NixOS. */
  readonly by: string;
  readonly value: string | null;
  readonly priority: number;
  readonly state: "wins" | "loses" | "off" | "maybe";
  readonly location: Place | null;
}

/** What the parent or a specialisation makes of an option. */
export interface Cell {
  readonly status: Status;
  readonly text: string;
  readonly priority: number | null;
  /** Whether a specialisation makes something else of it than the parent. */
  readonly changes: boolean;
  /** Whether its own modules define it. */
  readonly own: boolean;
  readonly definitions: readonly Definition[];
}

/** An option in all scopes of a system. */
export interface OptionRow {
  readonly path: string;
  readonly base: Cell;
  readonly specialisations: Readonly<Record<string, Cell>>;
}

export interface Specialisation {
  readonly name: string;
  readonly inherits: boolean | null;
  readonly certain: boolean;
  readonly summary: string;
  readonly conflicts: number;
  readonly troubles: readonly Trouble[];
  readonly locations: readonly Place[];
}

export interface System {
  readonly name: string;
  readonly entry: string;
  readonly kind: "nixos" | "home-manager" | "darwin" | "other";
  readonly troubles: readonly Trouble[];
  readonly specialisations: readonly Specialisation[];
  readonly options: readonly OptionRow[];
}

export interface Model {
  readonly systems: readonly System[];
}

/** What tells a system apart from all others. */
export interface SystemKey {
  readonly entry: string;
  readonly name: string;
}

/** Whether a system is the one of a key. */
export function isSystem(system: SystemKey, key: SystemKey): boolean {
  return system.name === key.name && system.entry === key.entry;
}

/** The options that a specialisation changes. */
export function changesOf(system: System, specialisation: string): OptionRow[] {
  return system.options.filter((row) => row.specialisations[specialisation]?.changes === true);
}

/** What an option becomes, in the words of the editor. */
export function shown(cell: Cell): string {
  return cell.status === "undefined" ? "not set" : cell.text;
}

/** What a change is, in a few words. */
export function change(row: OptionRow, specialisation: string): string {
  const cell = row.specialisations[specialisation];
  return cell === undefined ? shown(row.base) : `${shown(row.base)} → ${shown(cell)}`;
}

function samePlace(one: Place, other: Place): boolean {
  const [a, b] = [one.range.start, other.range.start];
  return one.uri === other.uri && a.line === b.line && a.character === b.character;
}

/**
 * Where one goes from an option of a specialisation: to what it defines itself, if it does; else to what counts. Without a
 * specialisation, to what counts in the parent.
 */
export function target(row: OptionRow, specialisation?: string): Place | undefined {
  const cell = specialisation === undefined ? row.base : row.specialisations[specialisation];
  const placed = (of: Cell | undefined): [Definition, Place][] =>
    (of?.definitions ?? []).flatMap((found): [Definition, Place][] => (found.location === null ? [] : [[found, found.location]]));
  const all = placed(cell);
  const inherited = specialisation === undefined ? [] : placed(row.base).map(([, place]) => place);
  const isOwn = ([, place]: [Definition, Place]): boolean => !inherited.some((other) => samePlace(place, other));
  const wins = ([found]: [Definition, Place]): boolean => found.state === "wins";
  const best =
    all.find((found) => wins(found) && isOwn(found)) ?? all.find((found) => isOwn(found)) ?? all.find((found) => wins(found)) ?? all[0];
  // What a specialisation no longer defines is where its parent does.
  return best?.[1] ?? (specialisation === undefined ? undefined : target(row));
}

/** What became of a definition, in the words of the editor. */
export function fate(definition: Definition): string {
  const fates = {
    wins: "takes part",
    loses: "loses",
    off: "is off: its condition does not hold",
    maybe: "may take part: its condition is not known",
  };
  return fates[definition.state];
}

/** A priority and how it is written. */
export function level(priority: number): string {
  const names: Record<number, string> = { 10: "mkVMOverride", 50: "mkForce", 1000: "mkDefault", 1500: "default" };
  const name = names[priority];
  return name === undefined ? String(priority) : `${priority}, ${name}`;
}
