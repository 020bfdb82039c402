import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { count, label, words } from "../src/counts";

describe("findings", () => {
  it("are counted if they are ours", () => {
    const ours = (severity: number): { severity: number; source: string } => ({ severity, source: "speclint" });
    const all = [[ours(0), ours(1), { severity: 0, source: "nil" }], [ours(1), ours(3), { severity: 0 }], []];
    assert.deepEqual(count(all), [1, 2, 0, 1]);
  });

  it("are told in few words", () => {
    assert.equal(label([0, 0, 0, 0]), "$(check) speclint");
    assert.equal(label([2, 0, 1, 5]), "speclint $(error) 2 $(info) 1");
    assert.equal(words([0, 0, 0, 0]), "nothing found");
    assert.equal(words([1, 2, 0, 1]), "1 error, 2 warnings, 1 hint");
  });
});
