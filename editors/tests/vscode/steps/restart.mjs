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
    await session.hover("conflict");
    await session.page.keyboard.press("Escape");
    return now;
  };
  const [first] = session.servers();
  assert(first, "a server runs");
  process.kill(first, "SIGKILL");
  const second = await another(first);
  await session.command("speclint: Restart Server");
  const third = await another(second);
  assert.equal(await session.page.locator(".notification-toast").count(), 0, "nobody is bothered with it");

  // One that ends all the time is left alone, until somebody wants it.
  let last = third;
  for (let ends = 1; ends <= 5; ends++) {
    process.kill(last, "SIGKILL");
    if (ends < 5) {
      await session.statusSays("speclint 2");
      [last] = await until("another server runs", () => session.servers().filter((pid) => pid !== last).length === 1 && session.servers());
    }
  }
  const toast = session.toast("The server of speclint ends all the time: it has ended 5 times in 3 minutes.");
  await toast.waitFor();
  assert.deepEqual(session.servers(), []);
  await toast.getByText("Restart", { exact: true }).click();
  await session.statusSays("speclint 2");
  await session.command("Notifications: Clear All Notifications");
}
