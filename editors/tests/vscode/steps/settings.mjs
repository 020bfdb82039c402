import { until } from "../session.mjs";

export const title = "settings count, those of the user and those in speclint.toml";

export async function run(session) {
  const { page } = session;
  session.set({ "speclint.ignore": ["needs-mkdefault"] });
  await session.statusSays("speclint");
  session.set({});
  await session.statusSays("speclint 2");
  session.write("speclint.toml", 'ignore = ["needs-mkdefalt"]\n');
  await session.open("speclint.toml");
  await until("the mistake is underlined", async () => (await session.editor.locator(".squiggly-error").count()) === 1);
  await session.goTo(1, 'ignore = ["needs-mkdef'.length + 1);
  await page.keyboard.type("a");
  await page.keyboard.type("u");
  await page.keyboard.press("Delete");
  await session.saveAll();
  await session.command("View: Close All Editors");
  session.remove("speclint.toml");
  await session.statusSays("speclint 2");
}
