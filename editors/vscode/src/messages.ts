/** What the table and the extension tell each other. Knows no editor. */

import type { Place, System, SystemKey } from "./model";

/** From the extension to the table. */
export type ToTable =
  | { readonly type: "show"; readonly state: State; readonly system: System; readonly entry: string }
  | { readonly type: "gone"; readonly state: State; readonly message: string };

/** From the table to the extension. */
export type FromTable =
  | { readonly type: "ready" }
  | { readonly type: "all"; readonly all: boolean }
  | { readonly type: "go"; readonly place: Place };

/** What the table shows; kept when the window is loaded again. */
export interface State {
  readonly key: SystemKey;
  /** The specialisation that one came for. */
  readonly specialisation?: string | undefined;
  /** Whether options are shown that no specialisation changes or defines. */
  readonly all: boolean;
}

/** The state that was kept, if it is one. */
export function stateOf(kept: unknown): State | undefined {
  const state = kept as Partial<State> | null | undefined;
  const key = state?.key as Partial<SystemKey> | undefined;
  if (typeof key?.entry !== "string" || typeof key.name !== "string") {
    return undefined;
  }
  return { key: { entry: key.entry, name: key.name }, all: state?.all === true };
}
