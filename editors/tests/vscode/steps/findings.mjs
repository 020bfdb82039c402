import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "findings are shown where they are, in a file with wide characters";

export async function run(session) {
  await session.open("specialisations.nix");
  await until("two findings are underlined", async () => (await session.editor.locator(".squiggly-error").count()) === 2);
  await session.command("Problems: Focus on Problems View");
  await until("the panel has both", async () => {
    const rows = await session.problems();
    return rows.filter((row) => row.includes("needs-mkdefault")).length === 2;
  });
  const rows = await session.problems();
  for (const option of ["services.xserver.enable", "boot.loader.timeout"]) {
    const { line, column } = session.place("specialisations.nix", option);
    const row = rows.find((candidate) => candidate.includes(`\`${option}\` cannot be both`));
    assert(row?.includes(`[Ln ${line}, Col ${column}]`), `${option} at ${line}:${column} in ${rows.join("\n")}`);
  }
  await session.statusSays("speclint 2");
  await session.editor.locator(".view-lines").click({ position: { x: 5, y: 5 } });
  await session.page.locator(".codelens-decoration").first().waitFor();
  // The underline is below the setting, not beside it.
  const setting = "services.xserver.enable = true;";
  const text = await session.line("services.xserver.enable").evaluate(extent, setting);
  const underline = await session.editor.locator(".squiggly-error").first().boundingBox();
  const error = Math.abs(underline.x - text.left) + Math.abs(underline.x + underline.width - text.right);
  assert(error < 3, `underlined at ${JSON.stringify(underline)}, but ${setting} is at ${JSON.stringify(text)}`);
  await session.picture("findings");
  await session.command("View: Hide Panel");
}

/** From where to where a text goes on the screen. Runs in the page. */
function extent(line, text) {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
  }
  const start = nodes.map((node) => node.data).join("").replaceAll("\u00a0", " ").indexOf(text);
  const at = (offset) => {
    let rest = offset;
    for (const node of nodes) {
      if (rest <= node.length) {
        return [node, rest];
      }
      rest -= node.length;
    }
    throw new Error(`the line has no ${text}`);
  };
  const range = document.createRange();
  range.setStart(...at(start));
  range.setEnd(...at(start + text.length));
  const { left, right } = range.getBoundingClientRect();
  return { left, right };
}
