import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "a mend from the editor's menu changes the parent's file, and the finding vanishes";

export async function run(session) {
  const { page } = session;
  await session.open("specialisations.nix");
  const { line, column } = session.place("specialisations.nix", "services.xserver.enable");
  await session.goTo(line, column);
  await page.keyboard.press("Control+.");
  const menu = page.locator(".action-widget");
  const offer = menu.locator(".monaco-list-row").filter({ hasText: "mkDefault false" });
  await offer.waitFor();
  await menu.locator(".monaco-list-row").filter({ hasText: "Explain needs-mkdefault" }).waitFor();
  await session.picture("mend");
  // It is the preferred one, and so the first; a click would be caught by what lies over the window.
  assert.match(await menu.locator(".monaco-list-row.focused").innerText(), /mkDefault false/);
  await page.keyboard.press("Enter");
  await until("one finding is left", async () => (await session.editor.locator(".squiggly-error").count()) === 1);
  await session.statusSays("speclint 1");
  await session.saveAll();
  const [before, after] = ["services.xserver.enable = false;", "services.xserver.enable = lib.mkDefault false;"];
  await until("the parent's file is written", () => session.text("configuration.nix").includes(after));
  const unsaved = session.place("configuration.nix", after);
  assert.equal(unsaved.line, session.place("configuration.nix", "/* 電視 🎮 é */").line);
  assert(!session.text("configuration.nix").includes(before));
}
