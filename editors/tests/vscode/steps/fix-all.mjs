import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "the rest is mended at once, and the files on disk are as they should be";

export async function run(session) {
  await session.command("speclint: Fix All Findings in This File");
  await until("nothing is underlined", async () => (await session.editor.locator(".squiggly-error").count()) === 0);
  await session.saveAll();
  for (const name of ["configuration.nix", "specialisations.nix"]) {
    await until(`${name} is mended`, () => session.text(name) === session.mended(name));
  }
  await session.statusSays("speclint");
  await session.command("speclint: Fix All Findings in This File");
  await session.page.locator(".notification-toast").filter({ hasText: "found nothing in this file" }).waitFor();
  await session.command("Notifications: Clear All Notifications");
  // Files that another program writes are followed.
  session.restoreFiles();
  await session.statusSays("speclint 2");
  await until("both are underlined again", async () => (await session.editor.locator(".squiggly-error").count()) === 2);
  assert.equal(session.servers().length, 1);
}
