import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stateOf } from "../src/messages";
import { page } from "../src/page";

describe("the page of the table", () => {
  const html = page({ script: "https://x/table.js", style: "https://x/table.css", source: "https://x", nonce: "n0", title: '</title><b>"' });

  it("allows nothing but its own script and style", () => {
    assert.match(html, /content="default-src 'none'; style-src https:\/\/x; script-src 'nonce-n0'; base-uri 'none'; form-action 'none'"/);
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.doesNotMatch(html, /\son\w+=|\sstyle=|<style/);
  });

  it("takes no name for markup", () => {
    assert(html.includes("<title>&lt;/title&gt;&lt;b&gt;&quot;</title>"));
  });
});

describe("the state of a table", () => {
  it("is taken as it was kept, and only if it is one", () => {
    const key = { entry: "file:///a", name: "b" };
    assert.deepEqual(stateOf({ key, all: true, specialisation: "tv" }), { key, all: true });
    for (const other of [undefined, null, 1, {}, { key: { name: 1, entry: "a" } }]) {
      assert.equal(stateOf(other), undefined);
    }
  });
});
