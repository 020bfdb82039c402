import { until } from "../session.mjs";

export const title = "a program that is not there is told of, and found when it is there";

export async function run(session) {
  const { page } = session;
  session.set({ "speclint.path": "/nowhere/speclint" });
  const toast = page.locator(".notification-toast").filter({
    hasText: "The setting speclint.path names a program that does not work: /nowhere/speclint does not exist.",
  });
  await toast.waitFor();
  for (const offer of ["Open Setting", "How to Install", "Show Log"]) {
    await toast.getByText(offer).waitFor();
  }
  await session.picture("missing");
  await until("no server runs", () => session.servers().length === 0);
  session.set({});
  await session.statusSays("speclint 2");
  await session.command("Notifications: Clear All Notifications");
}
