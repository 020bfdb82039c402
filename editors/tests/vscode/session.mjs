// A real VS Code: code-server with the packaged extension, in a headless Chromium, and what its user does with it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

/** How long the editor may take to come up. */
const START = 90_000;
/** How long something is waited for that must come, once it has. */
const PATIENCE = Number(process.env.PATIENCE ?? 45) * 1000;
const FOLDER = path.resolve(import.meta.dirname, "..");

const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.tips.enabled": false,
  "window.commandCenter": false,
  "window.menuBarVisibility": "compact",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "editor.minimap.enabled": false,
  "editor.fontFamily": "'DejaVu Sans Mono', monospace",
  "explorer.compactFolders": false,
  "speclint.trace.server": "messages",
};

/** What may be lost, as a press of a key is while the window moves the focus, is tried anew when it has not worked after this time. */
const ATTEMPT = Math.min(5000, PATIENCE);

/** Waits until something holds. */
export async function until(what, holds, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await holds();
    if (answer) {
      return answer;
    }
    assert(Date.now() < end, `did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Does something that may be lost, until it works. */
export async function insist(what, attempt) {
  let last;
  await until(what, () => attempt().then(() => true, (error) => void (last = error))).catch((error) => {
    throw new Error(error.message, { cause: last });
  });
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Session {
  /** Starts an editor with the extension of a package, on a copy of the fixture. */
  static async start({ tools, vsix, out }) {
    const session = new Session();
    session.out = out;
    session.folder = fs.mkdtempSync(path.join(os.tmpdir(), "speclint-vscode-"));
    session.workspace = path.join(session.folder, "household");
    session.extensions = path.join(session.folder, "extensions");
    session.data = path.join(session.folder, "data");
    session.evil = path.join(session.folder, "evil");
    try {
      session.layOut();
      await session.launch(tools, vsix);
    } catch (error) {
      await session.end();
      throw error;
    }
    return session;
  }

  /** Lays the fixture out, in a repository whose settings try to have a program of their own started. */
  layOut() {
    this.restoreFiles();
    fs.mkdirSync(path.join(this.workspace, ".git"));
    fs.mkdirSync(path.join(this.workspace, ".vscode"));
    const program = this.program("evil.sh", `touch '${this.evil}'`);
    fs.writeFileSync(path.join(this.workspace, ".vscode", "settings.json"), JSON.stringify({ "speclint.path": program }));
    this.set({});
    this.setUser({});
  }

  /** Writes the fixture's files as they were. */
  restoreFiles() {
    fs.cpSync(path.join(FOLDER, "fixture"), this.workspace, { recursive: true });
  }

  /** Changes the settings of this machine, which are the user's too: while the editor runs, as a user would. */
  set(settings) {
    this.writeSettings("Machine", settings);
  }

  /** Changes the settings of the user; they are read when the window is loaded. */
  setUser(settings) {
    this.writeSettings("User", { ...SETTINGS, ...settings });
  }

  writeSettings(kind, settings) {
    const folder = path.join(this.data, kind);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings, null, 2));
  }

  /** Packs an extension that stands for Even Better TOML: it has its name and its setting, and does nothing. */
  packStandIn() {
    const folder = path.join(this.folder, "stand-in");
    fs.mkdirSync(folder);
    const associations = { type: "object", default: {} };
    const manifest = {
      name: "even-better-toml",
      publisher: "tamasfe",
      version: "0.0.0",
      engines: { vscode: "^1.82.0" },
      files: [],
      contributes: { configuration: { properties: { "evenBetterToml.schema.associations": associations } } },
    };
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
    const vsce = path.join(FOLDER, "..", "vscode", "node_modules", ".bin", "vsce");
    const options = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", "stand-in.vsix"];
    execFileSync(vsce, options, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    return path.join(folder, "stand-in.vsix");
  }

  /** The settings of the user, as the editor has written them. */
  userSettings() {
    return JSON.parse(fs.readFileSync(path.join(this.data, "User", "settings.json"), "utf8"));
  }

  async launch(tools, vsix) {
    const modules = path.join(tools, "node_modules");
    const entry = path.join(modules, "code-server", "out", "node", "entry.js");
    const config = path.join(this.folder, "config.yaml");
    fs.writeFileSync(config, "auth: none\ncert: false\n");
    const common = [entry, "--user-data-dir", this.data, "--extensions-dir", this.extensions, "--config", config];
    const env = { ...process.env };
    // Set where this runs in a terminal of VS Code's.
    delete env.VSCODE_IPC_HOOK_CLI;
    const install = ["--install-extension", vsix, "--install-extension", this.packStandIn()];
    execFileSync(process.execPath, [...common, ...install], { env, stdio: ["ignore", "pipe", "inherit"] });
    const port = await freePort();
    const log = fs.openSync(path.join(this.out, "code-server.log"), "w");
    this.server = spawn(
      process.execPath,
      [...common, "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
      { env, stdio: ["ignore", log, log], detached: true },
    );
    await until("code-server comes up", async () => {
      assert.equal(this.server.exitCode, null, "code-server has ended");
      return await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false);
    }, START);
    const { chromium } = createRequire(path.join(modules, "x"))("playwright-core");
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1280, height: 760 } });
    this.page.setDefaultTimeout(START);
    this.url = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(this.workspace)}`;
    await this.load();
    await this.page.getByRole("treeitem", { name: "configuration.nix", exact: true }).first().waitFor();
    this.page.setDefaultTimeout(PATIENCE);
  }

  /** Loads the window, anew. */
  async load() {
    await this.page.goto(this.url);
    await this.page.locator(".monaco-workbench").waitFor();
  }

  /** Keeps the logs of the editor, for whoever looks why a step failed. */
  keepLogs() {
    fs.cpSync(path.join(this.data, "logs"), path.join(this.out, "logs"), { recursive: true, force: true });
  }

  async end() {
    await this.browser?.close();
    if (this.server?.exitCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      process.kill(-this.server.pid, "SIGTERM");
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
    }
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }

  /** A picture of the window, or of a part of it, for whoever looks. */
  async picture(name, options = {}) {
    // What was clicked may have been scrolled to, in parts of the window that are never scrolled by hand.
    await this.page.evaluate(() => {
      for (const part of document.querySelectorAll("html, body, .monaco-workbench, .monaco-grid-view, .split-view-container, .part")) {
        part.scrollTop = 0;
      }
    });
    await this.page.screenshot({ path: path.join(this.out, `${name}.png`), ...options });
  }

  /** What a user has executed from the palette. */
  async command(title) {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
    await insist(`${title} is executed`, async () => {
      await this.ask("F1", `>${title}`);
      await row.click({ timeout: ATTEMPT });
    });
  }

  /** Presses a key that opens the box of questions, and writes into it. */
  async ask(key, text) {
    await this.page.keyboard.press(key);
    await this.page.locator(".quick-input-widget input.input").fill(text, { timeout: ATTEMPT });
  }

  /** Saves all files that have changes, when the editor has noticed that there are some. */
  async saveAll() {
    await this.page.locator(".tab.dirty").first().waitFor();
    await this.command("File: Save All Files");
    await until("all is saved", async () => (await this.page.locator(".tab.dirty").count()) === 0);
  }

  /** Opens a file of the workspace to stay. */
  async open(name) {
    await this.page.getByRole("treeitem", { name, exact: true }).first().dblclick();
    await this.shows(name);
    await this.page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
  }

  /** Waits until a file is seen. */
  async shows(name) {
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** The editor that has the focus. */
  get editor() {
    return this.page.locator(".editor-group-container.active .editor-instance .monaco-editor").first();
  }

  /** A line of the active editor that has this text. */
  line(text) {
    // Blanks are shown as non-breaking ones.
    const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "[\\s\u00a0]");
    return this.editor.locator(".view-line").filter({ hasText: new RegExp(pattern) }).first();
  }

  /** Puts the cursor at a place, counted from 1 as the editor does. */
  async goTo(line, column) {
    const input = this.page.locator(".quick-input-widget input.input");
    await insist(`the cursor is at ${line}:${column}`, async () => {
      await this.ask("Control+g", `:${line}:${column}`);
      await this.page.keyboard.press("Enter");
      await input.waitFor({ state: "hidden", timeout: ATTEMPT });
      await until("the cursor is there", async () => (await this.statusText()).includes(`Ln ${line}, Col `), ATTEMPT);
    });
  }

  /** Shows the hover at the cursor, which has a text. */
  async hover(text) {
    const hover = this.page.locator(".monaco-hover:visible").filter({ hasText: text }).first();
    await insist(`a hover says ${text}`, async () => {
      await this.command("Show or Focus Hover");
      await hover.waitFor({ timeout: ATTEMPT });
    });
    return hover;
  }

  async statusText() {
    return (await this.page.locator(".part.statusbar").innerText()).replace(/\s+/g, " ");
  }

  /** The item of ours in the status bar. */
  get status() {
    return this.page.locator("[id='speclint.speclint.speclint.status'], .statusbar-item").filter({ hasText: "speclint" }).first();
  }

  /** Waits until the item in the status bar says this. */
  async statusSays(text) {
    await until(`the status bar says ${text}`, async () => {
      const said = await this.status.innerText().catch(() => "");
      return said.replace(/\s+/g, " ").trim() === text;
    });
  }

  /** The rows of the panel of problems. */
  async problems() {
    const rows = this.page.locator(".markers-panel-container .monaco-list-row, .markers-panel .monaco-list-row");
    return (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  }

  /** Writes a file of the workspace, as another program would. */
  write(name, text) {
    fs.writeFileSync(path.join(this.workspace, name), text);
  }

  /** Removes a file of the workspace. */
  remove(name) {
    fs.rmSync(path.join(this.workspace, name));
  }

  text(name) {
    return fs.readFileSync(path.join(this.workspace, name), "utf8");
  }

  /** The text that a file of the fixture is to have when it is mended. */
  mended(name) {
    return fs.readFileSync(path.join(FOLDER, "fixture-after", name), "utf8");
  }

  /** Where a text starts in a file, as the editor counts. */
  place(name, text) {
    const lines = this.text(name).split("\n");
    const line = lines.findIndex((candidate) => candidate.includes(text));
    assert(line >= 0, `${name} has no ${text}`);
    const before = lines[line].slice(0, lines[line].indexOf(text));
    // The status bar counts characters, everything else halves of pairs.
    const shown = `Ln ${line + 1}, Col ${[...before].length + 1}`;
    return { line: line + 1, column: before.length + 1, shown };
  }

  /** The processes of the server: those of the program in the package that were not only asked for their version. */
  servers() {
    const isOurs = (pid) => {
      try {
        const isServer = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("lsp");
        return isServer && fs.readlinkSync(`/proc/${pid}/exe`).startsWith(this.extensions);
      } catch {
        return false;
      }
    };
    return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOurs(name)).map(Number);
  }

  /** A notification that says this. */
  toast(text) {
    return this.page.locator(".notification-toast-container.visible, .notification-toast").filter({ hasText: text }).first();
  }

  /** The view of systems and specialisations. */
  get tree() {
    return this.page.locator(".pane").filter({ has: this.page.locator(".pane-header").filter({ hasText: "Specialisations" }) });
  }

  /** A program of the tests' own, by its script. */
  program(name, script) {
    const file = path.join(this.folder, name);
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  /** The page in the webview that is open. */
  get webview() {
    return this.page.frameLocator("iframe.webview.ready").last().frameLocator("iframe#active-frame");
  }
}
