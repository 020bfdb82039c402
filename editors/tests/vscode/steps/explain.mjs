import assert from "node:assert/strict";

export const title = "a rule is explained, that of the finding at the cursor first";

export async function run(session) {
  const { page } = session;
  const { line, column } = session.place("specialisations.nix", "boot.loader.timeout");
  await session.goTo(line, column);
  await session.command("speclint: Explain a Rule");
  const rows = page.locator(".quick-input-list .monaco-list-row");
  await rows.filter({ hasText: "needs-mkdefault" }).first().waitFor();
  assert.match(await rows.first().innerText(), /^needs-mkdefault/);
  await page.keyboard.press("Enter");
  await session.webview.locator("h2").filter({ hasText: "Why it hurts" }).waitFor();
  await session.command("View: Close All Editors");
}
