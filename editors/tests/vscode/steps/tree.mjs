import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "the tree shows systems, specialisations and changes, and jumps";

export async function run(session) {
  const { page } = session;
  await session.command("Explorer: Focus on Specialisations View");
  // The files make room.
  const files = page.locator(".pane-header").filter({ hasText: "household" }).first();
  await files.click();
  const back = await widen(page, 140);
  const row = (text) => session.tree.locator(".monaco-list-row").filter({ hasText: text }).first();
  await row("gaming").waitFor();
  assert.match(await row("tv").innerText(), /changes \d+ options, 1 conflict/);
  await row("tv").locator(".monaco-tl-twistie").click();
  await row("services.xserver.enable").waitFor();
  assert.match((await row("services.xserver.enable").innerText()).replace(/\s+/g, " "), /false → conflict/);
  await row("hardware.bluetooth.enable").locator(".monaco-tl-twistie").click();
  await row(/configuration\.nix:\d+ · loses in tv/).waitFor();
  await page.mouse.move(900, 600);
  await session.picture("tree");
  // To a definition in the parent's file.
  const { shown } = session.place("configuration.nix", "hardware.bluetooth.enable");
  await row(/configuration\.nix:\d+ · loses in tv/).click();
  await session.shows("configuration.nix");
  await until("the cursor is at the definition", async () => (await session.statusText()).includes(shown));
  await files.click();
  await back();
}

/** Makes the side bar wider, as one does with the mouse; what comes back makes it as it was. */
async function widen(page, more) {
  const drag = async (by) => {
    const { x, y, width, height } = await page.locator(".part.sidebar").boundingBox();
    await page.mouse.move(x + width, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width + by, y + height / 2, { steps: 4 });
    await page.mouse.up();
  };
  await drag(more);
  return () => drag(-more);
}
