// What a user of the extension meets, step by step: node test.mjs --tools TOOLS --vsix FILE --out OUT
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Session } from "./session.mjs";
import { STEPS } from "./steps/index.mjs";

const { values } = parseArgs({
  options: {
    tools: { type: "string" },
    vsix: { type: "string" },
    out: { type: "string" },
  },
});
const out = path.resolve(values.out);
fs.mkdirSync(out, { recursive: true });
const start = Date.now();
const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
const session = await Session.start({ tools: path.resolve(values.tools), vsix: path.resolve(values.vsix), out });
console.log(`  ${seconds()}  the editor is there`);
let failed = 0;
for (const { title, run } of STEPS) {
  try {
    await run(session);
    console.log(`  ${seconds()}  ok: ${title}`);
  } catch (error) {
    failed = 1;
    console.error(`  ${seconds()}  FAILED: ${title}`);
    console.error(error);
    await session.picture("failure").catch(() => undefined);
    session.keepLogs();
    break;
  }
}
await session.end();
process.exit(failed);
