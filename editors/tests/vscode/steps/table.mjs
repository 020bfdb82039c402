import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "the table of the system follows what is typed, and jumps";

export async function run(session) {
  const { page } = session;
  await session.command("View: Close All Editors");
  await session.open("specialisations.nix");
  await session.command("View: Toggle Primary Side Bar Visibility");
  // By the line above a specialisation.
  await page.locator(".codelens-decoration a").filter({ hasText: "show as table" }).first().click();
  const table = session.webview;
  const cells = async (path) => (await table.locator("tbody tr", { hasText: path }).first().locator("td").allInnerTexts()).join(" | ");
  await table.locator("tbody tr").first().waitFor();
  await until("the table says what each becomes", async () => (await cells("services.xserver.enable")) === "false | false | conflict");
  assert.equal(await cells("boot.loader.timeout"), "3 | conflict | 3");
  assert.equal((await table.locator("thead th").allInnerTexts()).join(" | "), "option | base | gaming | tv");
  await strict(table);
  await table.locator("tbody tr", { hasText: "services.xserver.enable" }).first().locator(".fold").click();
  await table.locator("tr.definitions li").first().waitFor();
  const { line } = session.place("specialisations.nix", "services.xserver.enable");
  const definitions = (await table.locator("tr.definitions li").allInnerTexts()).join("\n");
  assert(definitions.includes(`true at specialisations.nix:${line} takes part in tv (priority 100)`), definitions);
  await session.picture("table");
  await session.command("View: Toggle Primary Side Bar Visibility");

  // Nothing is saved.
  const before = session.place("specialisations.nix", "hardware.bluetooth.enable");
  await session.command("View: Focus First Editor Group");
  await session.goTo(before.line, before.column);
  await page.keyboard.type("services.fwupd.enable = true; ");
  await until("what was typed is in the table", async () => (await cells("services.fwupd.enable")) === "not set | not set | true");
  for (let undone = 0; (await session.line("fwupd").count()) > 0; undone++) {
    assert(undone < 10, "what was typed cannot be undone");
    await page.keyboard.press("Control+z");
  }
  await until("it is gone from the table", async () => (await table.locator("tr", { hasText: "fwupd" }).count()) === 0);

  await table.locator("#filter").fill("BLUETOOTH");
  assert.equal(await table.locator("tbody tr").count(), 1);
  await table.locator("#filter").fill("");
  await table.locator("#all").check();
  await table.locator("tbody tr", { hasText: "services.openssh.enable" }).first().waitFor();
  await table.locator("#all").uncheck();
  // To the parent's definition; the table stays beside it.
  const { shown } = session.place("configuration.nix", "services.xserver.enable");
  await table.locator("tbody tr", { hasText: "services.xserver.enable" }).first().locator("td button").first().click();
  await session.shows("configuration.nix");
  await until("the cursor is there", async () => (await session.statusText()).includes(shown));
  assert(await table.locator("#table").isVisible(), "the table is beside the text");
  await session.command("File: Revert File");
  await session.command("View: Close All Editors");
}

/** The page may load and run nothing but its own script, which knows a word that nobody can guess. */
async function strict(table) {
  const policy = await table.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
  assert.match(policy, /^default-src 'none'; style-src \S+( \S+)*; script-src 'nonce-[\w-]{32}'; /);
  assert(!policy.includes("unsafe"), policy);
  assert.equal(await table.locator("[style]").evaluateAll((all) => all.filter((one) => one.closest("body > *")).length), 0);
  // It is drawn in the colours of the theme.
  const [text, ground] = await table.locator("body").evaluate((body) => {
    const { color, backgroundColor } = getComputedStyle(body);
    return [color, backgroundColor];
  });
  assert.notEqual(text, ground);
  assert.notEqual(ground, "rgba(0, 0, 0, 0)");
}
