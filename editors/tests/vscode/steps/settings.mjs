import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../session.mjs";

export const title = "settings count, those of the user and those in speclint.toml";

export async function run(session) {
  const { page } = session;
  session.set({ "speclint.ignore": ["needs-mkdefault"] });
  await session.statusSays("speclint");
  session.set({});
  await session.statusSays("speclint 2");
  session.write("speclint.toml", 'ignore = ["needs-mkdefalt"]\n');
  await session.open("speclint.toml");
  await until("the mistake is underlined", async () => (await session.editor.locator(".squiggly-error").count()) === 1);
  await session.goTo(1, 'ignore = ["needs-mkdef'.length + 1);
  await page.keyboard.type("a");
  await page.keyboard.type("u");
  await page.keyboard.press("Delete");
  await session.saveAll();
  await session.command("View: Close All Editors");
  session.remove("speclint.toml");
  await session.statusSays("speclint 2");

  // The extension for TOML is told of the schema.
  await session.command("speclint: Complete speclint.toml with Even Better TOML");
  await session.toast("Even Better TOML completes speclint.toml from now on.").waitFor();
  const associations = await until("the schema is associated", () => session.userSettings()["evenBetterToml.schema.associations"]);
  const [[files, schema]] = Object.entries(associations);
  assert(new RegExp(files).test("file:///etc/nixos/speclint.toml") && !new RegExp(files).test("file:///etc/nixos/other.toml"));
  const own = path.join(import.meta.dirname, "../../../../docs/speclint.schema.json");
  assert.equal(fs.readFileSync(fileURLToPath(schema), "utf8"), fs.readFileSync(own, "utf8"));
  await session.command("Notifications: Clear All Notifications");
}
