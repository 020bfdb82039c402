import assert from "node:assert/strict";
import fs from "node:fs";
import { until } from "../session.mjs";

export const title = "in a folder that is not trusted all is there, and nothing of the folder is run";

export async function run(session) {
  session.setUser({ "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" });
  await session.load();
  await session.open("specialisations.nix");
  await until("the folder is not trusted", async () => (await session.statusText()).includes("Restricted Mode"));
  await until("two findings are underlined", async () => (await session.editor.locator(".squiggly-error").count()) === 2);
  await session.statusSays("speclint 2");
  assert.equal(fs.existsSync(session.evil), false, "the program that the folder's settings name was started");
}
