import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Cell, change, changesOf, type Definition, level, type OptionRow, type System, target } from "../src/model";

function definition(uri: string, line: number, state: Definition["state"] = "wins"): Definition {
  const range = { start: { line, character: 2 }, end: { line, character: 9 } };
  return { by: `${uri}:${line}`, value: "1", priority: 100, state, location: { uri, range } };
}

function cell(text: string, definitions: Definition[], more: Partial<Cell> = {}): Cell {
  return { status: "ok", text, priority: 100, changes: false, own: false, definitions, ...more };
}

const [parent, child] = [definition("base.nix", 1), definition("tv.nix", 2)];
const row: OptionRow = {
  path: "a.b",
  base: cell("1", [parent]),
  specialisations: {
    tv: cell("conflict", [parent, child], { status: "conflict", changes: true, own: true }),
    off: cell("undefined", [], { status: "undefined", changes: true }),
    lost: cell("1", [parent, definition("lost.nix", 3, "loses")], { own: true }),
    same: cell("1", [parent]),
  },
};

describe("an option", () => {
  it("is changed by the specialisations that make something else of it", () => {
    const system = { name: "x", entry: "x", kind: "nixos", troubles: [], specialisations: [], options: [row] } satisfies System;
    assert.deepEqual(changesOf(system, "tv"), [row]);
    assert.deepEqual(changesOf(system, "same"), []);
    assert.deepEqual(changesOf(system, "nobody"), []);
    assert.equal(change(row, "tv"), "1 → conflict");
    assert.equal(change(row, "off"), "1 → not set");
  });

  it("leads to what the specialisation itself defines", () => {
    assert.deepEqual(target(row, "tv"), child.location);
    assert.equal(target(row, "lost")?.uri, "lost.nix");
  });

  it("leads to what counts, where the specialisation defines nothing", () => {
    assert.deepEqual(target(row), parent.location);
    assert.deepEqual(target(row, "same"), parent.location);
    assert.deepEqual(target(row, "off"), parent.location);
    assert.equal(target({ ...row, base: cell("1", [{ ...parent, location: null }]) }), undefined);
  });

  it("has priorities that are called as they are written", () => {
    assert.deepEqual([50, 100, 1000, 1500].map(level), ["50, mkForce", "100", "1000, mkDefault", "1500, default"]);
  });
});
