import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { candidates, find, NoBinary, type Surroundings } from "../src/binary";

const around: Surroundings = {
  setting: "",
  extension: "/extension",
  path: "/one:relative::/two",
  pathExtensions: "",
  home: "/home/user",
  platform: "linux",
};

function files(change: Partial<Surroundings>): string[] {
  return candidates({ ...around, ...change }).map(({ file }) => file);
}

describe("where the program is looked for", () => {
  it("is the package, and then the PATH without relative folders", () => {
    assert.deepEqual(files({}), ["/extension/bin/speclint", "/one/speclint", "/two/speclint"]);
  });

  it("is only where it is set", () => {
    assert.deepEqual(files({ setting: "/opt/speclint" }), ["/opt/speclint"]);
    assert.deepEqual(files({ setting: " ~/bin/speclint " }), ["/home/user/bin/speclint"]);
    assert.deepEqual(files({ setting: "speclint-nightly" }), ["/one/speclint-nightly", "/two/speclint-nightly"]);
    assert.deepEqual(files({ setting: "./speclint" }), []);
  });

  it("is by the rules of Windows there", () => {
    const windows = { platform: "win32" as const, extension: "C:\\extension", path: "C:\\one;.;D:\\two", pathExtensions: ".EXE;.CMD" };
    assert.deepEqual(files(windows), [
      "C:\\extension\\bin\\speclint.exe",
      "C:\\one\\speclint.exe",
      "C:\\one\\speclint.cmd",
      "D:\\two\\speclint.exe",
      "D:\\two\\speclint.cmd",
    ]);
    assert.deepEqual(files({ ...windows, setting: "C:\\tools\\speclint.exe" }), ["C:\\tools\\speclint.exe"]);
  });
});

describe("the program that is started", { skip: process.platform === "win32" }, () => {
  let folder = "";
  const program = (name: string, script: string): void => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const here = (change: Partial<Surroundings>): Surroundings => ({
    ...around,
    extension: path.join(folder, "extension"),
    path: path.join(folder, "path"),
    ...change,
  });
  const refusal = async (change: Partial<Surroundings>): Promise<string> => {
    try {
      await find(here(change));
    } catch (error) {
      assert(error instanceof NoBinary);
      return error.message.replaceAll(folder, "FOLDER");
    }
    return assert.fail("it was found");
  };

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "speclint-binary-"));
    program("extension/bin/speclint", "exit 127");
    program("path/speclint", "echo speclint 1.2.3");
    program("other", "echo something else");
    program("set", '[ "$1" = --version ] && echo speclint 4.5.6');
  });
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("is the first that runs", async () => {
    const found = await find(here({}));
    assert.deepEqual(found, { file: path.join(folder, "path/speclint"), origin: "PATH", version: "speclint 1.2.3" });
    assert.equal((await find(here({ setting: path.join(folder, "set") }))).version, "speclint 4.5.6");
  });

  it("is none if what is set does not work, and that is told", async () => {
    const named = "The setting speclint.path names a program that does not work";
    assert.equal(await refusal({ setting: path.join(folder, "none") }), `${named}: FOLDER/none does not exist.`);
    assert.equal(await refusal({ setting: path.join(folder, "other") }), `${named}: FOLDER/other cannot be run: it is not speclint.`);
    assert.equal(await refusal({ setting: "nothing" }), `${named}: nothing is not on the PATH.`);
    assert.equal(
      await refusal({ setting: "bin/speclint" }),
      "The setting speclint.path must be an absolute path or the name of a program, and bin/speclint is neither.",
    );
  });

  it("is none where there is none, and that is told", async () => {
    const none = { extension: "/nowhere", path: "/nowhere" };
    assert.equal(
      await refusal(none),
      "The program speclint was not found: there is none in this package for this platform, and none on the PATH.",
    );
    const broken = "The program speclint does not run: FOLDER/extension/bin/speclint cannot be run";
    assert.equal(await refusal({ path: "" }), `${broken}: it ends with status 127.`);
  });

  it("is told of with the reason why it does not run", async () => {
    const why = async (name: string): Promise<string> => {
      const told = await refusal({ setting: path.join(folder, name) });
      return /cannot be run: (.*)\.$/.exec(told)?.[1] ?? told;
    };
    program("speaks", "echo a library is too old >&2; exit 1");
    assert.equal(await why("speaks"), "a library is too old");
    program("killed", "kill -9 $$");
    assert.equal(await why("killed"), "it was ended by SIGKILL");
    fs.writeFileSync(path.join(folder, "elsewhere"), "#!/no/such/loader\n", { mode: 0o755 });
    assert.equal(await why("elsewhere"), "it was built for another system");
    fs.writeFileSync(path.join(folder, "text"), "text\n", { mode: 0o644 });
    assert.equal(await why("text"), "it may not be executed");
  });
});
