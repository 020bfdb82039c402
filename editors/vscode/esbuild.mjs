// Builds the extension into dist/, or with --tests its unit tests into dist-tests/.
import { build } from "esbuild";
import fs from "node:fs";

const isForTests = process.argv.includes("--tests");
const common = { bundle: true, logLevel: "warning", legalComments: "eof", charset: "utf8" };
const node = { ...common, platform: "node", format: "cjs", target: "node18", external: ["vscode"] };

if (isForTests) {
  fs.rmSync("dist-tests", { recursive: true, force: true });
  const tests = fs.readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({ ...node, entryPoints: tests.map((name) => `test/${name}`), outdir: "dist-tests", sourcemap: "inline" });
} else {
  fs.rmSync("dist", { recursive: true, force: true });
  await build({ ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", minify: true });
  const browser = { ...common, platform: "browser", format: "iife", target: "es2022", minify: true };
  await build({ ...browser, entryPoints: ["src/webview/table.ts"], outfile: "dist/table.js" });
}
