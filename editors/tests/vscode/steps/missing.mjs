import assert from "node:assert/strict";
import { until } from "../session.mjs";

export const title = "a program that is not there is told of, and so is one that does not start";

export async function run(session) {
  session.set({ "speclint.path": "/nowhere/speclint" });
  const toast = session.toast("The setting speclint.path names a program that does not work: /nowhere/speclint does not exist.");
  await toast.waitFor();
  for (const offer of ["Open Setting", "How to Install", "Show Log"]) {
    await toast.getByText(offer).waitFor();
  }
  await until("no server runs", () => session.servers().length === 0);
  await session.tree.getByText("The server of speclint is not running.").waitFor();
  await session.picture("missing");
  await toast.getByText("How to Install").click();
  await session.webview.locator("h2").filter({ hasText: "The program" }).waitFor();
  await session.command("View: Close All Editors");
  await works(session);

  session.set({ "speclint.path": session.program("dying", '[ "$1" = --version ] && echo speclint 0.0.0 && exit; exit 1') });
  const dying = session.toast("The server of speclint does not start. The log may tell why.");
  await dying.getByText("Restart", { exact: true }).waitFor();
  await session.statusSays("speclint");
  await session.page.waitForTimeout(1000);
  assert.equal(await session.page.locator(".notification-toast").count(), 1, "it is told once");
  await session.picture("dying");
  await works(session);
}

/** When the setting is right again all is as before. */
async function works(session) {
  session.set({});
  await session.statusSays("speclint 2");
  await session.command("Notifications: Clear All Notifications");
}
