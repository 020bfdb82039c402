/** How many findings there are, and how that is told in the status bar. Knows no editor. */

/** A finding, as far as it is counted. Severities are those of VS Code: 0 is an error, 3 a hint. */
export interface Counted {
  readonly severity: number;
  readonly source?: string | undefined;
}

/** The numbers of errors, warnings, infos and hints. */
export type Counts = readonly [number, number, number, number];

/** Counts what comes from speclint. */
export function count(all: Iterable<readonly Counted[]>): Counts {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (const findings of all) {
    for (const { severity, source } of findings) {
      if (source === "speclint" && severity in counts) {
        counts[severity as 0 | 1 | 2 | 3]++;
      }
    }
  }
  return counts;
}

const ICONS = ["error", "warning", "info", "lightbulb"];
const NAMES = [
  ["error", "errors"],
  ["warning", "warnings"],
  ["info", "infos"],
  ["hint", "hints"],
];

/** What stands in the status bar. Hints are left to the texts. */
export function label(counts: Counts): string {
  const parts = counts.slice(0, 3).flatMap((number, kind) => (number > 0 ? [`$(${ICONS[kind] ?? ""}) ${number}`] : []));
  return parts.length > 0 ? `speclint ${parts.join(" ")}` : "$(check) speclint";
}

/** The same in words. */
export function words(counts: Counts): string {
  const parts = counts.flatMap((number, kind) => (number > 0 ? [`${number} ${NAMES[kind]?.[number === 1 ? 0 : 1] ?? ""}`] : []));
  return parts.length > 0 ? parts.join(", ") : "nothing found";
}
