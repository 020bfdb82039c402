import assert from "node:assert/strict";

export const title = "a hover shows the table of an option";

export async function run(session) {
  const { page } = session;
  const { line, column } = session.place("specialisations.nix", "xserver.enable");
  await session.goTo(line, column + "xserver.en".length);
  const hover = await session.hover("conflict");
  await hover.locator("table").first().waitFor();
  const rows = (await hover.locator("tr").allInnerTexts()).map((row) => row.replace(/\s+/g, " ").trim());
  assert(rows.some((row) => /^base, gaming false 100 configuration\.nix:\d+$/.test(row)), rows.join("\n"));
  assert(rows.some((row) => /^tv conflict .*true.* at .*specialisations\.nix:\d+/.test(row)), rows.join("\n"));
  await session.picture("hover");
  await page.keyboard.press("Escape");
}
