import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "a server that was killed is started again, and one is started again on demand";

export async function run(session) {
  const another = async (old) => {
    const [now] = await until("another server runs", () => {
      const running = session.servers();
      return running.length === 1 && running[0] !== old && running;
    });
    // It knows the text that is open.
    await session.statusSays("speclint 2");
    const { line, column } = session.place("specialisations.nix", "boot.loader.timeout");
    await session.goTo(line, column + "boot.loader.t".length);
    await session.command("Show or Focus Hover");
    await session.page.locator(".monaco-hover:visible").filter({ hasText: "conflict" }).first().waitFor();
    await session.page.keyboard.press("Escape");
    return now;
  };
  const [first] = session.servers();
  assert(first, "a server runs");
  process.kill(first, "SIGKILL");
  const second = await another(first);
  await session.command("speclint: Restart Server");
  await another(second);
  assert.equal(await session.page.locator(".notification-toast").count(), 0, "nobody is bothered with it");
}
