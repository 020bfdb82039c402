import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { describe, it } from "node:test";

interface Setting {
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly scope: string;
  readonly items?: { readonly enum: string[]; readonly enumDescriptions: string[] };
}

interface Manifest {
  readonly version: string;
  readonly extensionKind: string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: string[] } };
  readonly contributes: {
    readonly commands: { readonly command: string; readonly title: string }[];
    readonly keybindings: { readonly command: string; readonly key: string; readonly when: string }[];
    readonly configuration: { readonly properties: Record<string, Setting> };
    readonly languages: { readonly id: string; readonly configuration?: string }[];
    readonly grammars?: unknown;
  };
}

const manifest = JSON.parse(fs.readFileSync("package.json", "utf8")) as Manifest;
const { contributes } = manifest;
const { properties } = contributes.configuration;
const binary = process.env.SPECLINT_BIN;

describe("the description of the package", () => {
  it("names the commands that there are", () => {
    const source = fs.readFileSync("src/commands.ts", "utf8");
    const registered = [...source.matchAll(/"(speclint\.\w+)": /g)].map((match) => match[1]);
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), registered.sort());
    for (const { command } of contributes.keybindings) {
      assert(registered.includes(command), command);
    }
  });

  it("has the version of the program", () => {
    const cargo = fs.readFileSync("../../Cargo.toml", "utf8");
    assert.equal(manifest.version, /^version = "(.*)"$/m.exec(cargo)?.[1]);
  });

  it("says of each setting what it is, and lets no folder name a program", () => {
    for (const [name, setting] of Object.entries(properties)) {
      assert((setting.description ?? setting.markdownDescription ?? "").endsWith("."), name);
    }
    assert.equal(properties["speclint.path"]?.scope, "machine");
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ["speclint.path"]);
    assert.deepEqual(manifest.extensionKind, ["workspace"]);
  });

  it("says nothing of Nix that another extension may say better", () => {
    assert.deepEqual(contributes.languages, [{ id: "nix", aliases: ["Nix", "nix"], extensions: [".nix"] }]);
    assert.equal(contributes.grammars, undefined);
  });

  it("knows the rules of the program", { skip: binary === undefined && "SPECLINT_BIN is not set" }, () => {
    const output = execFileSync(binary ?? "", ["rules", "--format", "json"], { encoding: "utf8" });
    const { rules } = JSON.parse(output) as { rules: { name: string; severity: string; summary: string }[] };
    for (const name of ["speclint.select", "speclint.ignore"]) {
      assert.deepEqual(properties[name]?.items?.enum, ["all", ...rules.map((rule) => rule.name)]);
      const described = rules.map(({ severity, summary }) => `${severity}: ${summary}`);
      assert.deepEqual(properties[name].items.enumDescriptions.slice(1), described);
    }
  });
});
