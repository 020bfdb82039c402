/** Which program is started: the one that is set, the one in the package, or the one on the PATH. */

import { execFile, type ExecFileException } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** How long a program may take to say its version. */
const PATIENCE = 10_000;

/** Where programs are looked for. */
export interface Surroundings {
  /** The setting `speclint.path`. */
  readonly setting: string;
  /** The folder of the extension. */
  readonly extension: string;
  /** The variable PATH. */
  readonly path: string;
  /** The variable PATHEXT, on Windows. */
  readonly pathExtensions: string;
  /** The home of the user. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** A program that may be the one. */
export interface Candidate {
  /** Its absolute path. */
  readonly file: string;
  /** Where it was looked for, as it is told to the user. */
  readonly origin: "setting" | "bundled" | "PATH";
}

/** A program that runs. */
export interface Binary extends Candidate {
  /** What it says of itself, such as `speclint 0.1.0`. */
  readonly version: string;
}

/** Why there is no program, as a sentence for the user. */
export class NoBinary extends Error {
  constructor(
    message: string,
    /** What was tried, for the log. */
    readonly tried: readonly string[],
  ) {
    super(message);
  }
}

/** The surroundings of this process. */
export function surroundings(setting: string, extension: string): Surroundings {
  return {
    setting,
    extension,
    path: process.env.PATH ?? "",
    pathExtensions: process.env.PATHEXT ?? ".EXE",
    home: os.homedir(),
    platform: process.platform,
  };
}

/** The files of a name on the PATH. Relative folders do not count: they would be those of the workspace. */
function onPath(name: string, around: Surroundings): string[] {
  const isWindows = around.platform === "win32";
  const paths = isWindows ? path.win32 : path.posix;
  const folders = around.path.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
  const hasExtension = paths.extname(name) !== "";
  const endings = isWindows && !hasExtension ? around.pathExtensions.split(";").filter((ending) => ending !== "") : [""];
  return folders.flatMap((folder) => endings.map((ending) => paths.join(folder, name + ending.toLowerCase())));
}

/** The programs that may be the one, in the order in which they are tried. One that is set is the only one. */
export function candidates(around: Surroundings): Candidate[] {
  const paths = around.platform === "win32" ? path.win32 : path.posix;
  const setting = around.setting.trim();
  if (setting !== "") {
    const origin = "setting";
    if (setting === "~" || setting.startsWith("~/")) {
      return [{ file: paths.join(around.home, setting.slice(1)), origin }];
    }
    if (paths.isAbsolute(setting)) {
      return [{ file: setting, origin }];
    }
    const isName = !/[/\\]/.test(setting);
    return isName ? onPath(setting, around).map((file) => ({ file, origin })) : [];
  }
  const name = around.platform === "win32" ? "speclint.exe" : "speclint";
  const bundled: Candidate = { file: paths.join(around.extension, "bin", name), origin: "bundled" };
  return [bundled, ...onPath("speclint", around).map((file): Candidate => ({ file, origin: "PATH" }))];
}

/** What a program says of itself. */
async function versionOf(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, ["--version"], { timeout: PATIENCE, windowsHide: true, cwd: path.dirname(file) }, (error, output, errors) => {
      const version = output.trim();
      if (error !== null) {
        reject(new Error(reason(error, errors)));
      } else if (!version.startsWith("speclint ")) {
        reject(new Error("it is not speclint"));
      } else {
        resolve(version);
      }
    });
  });
}

/** Why a program that is there did not say its version. */
function reason({ killed, signal, code, message }: ExecFileException, errors: string): string {
  const [said = ""] = errors.trim().split("\n");
  if (killed === true) {
    return "it does not answer";
  }
  if (typeof code === "number") {
    return said === "" ? `it ends with status ${code}` : said;
  }
  switch (String(code)) {
    // What is not there is the loader that it was linked for.
    case "ENOENT":
    case "ENOEXEC":
      return "it was built for another system";
    case "EACCES":
      return "it may not be executed";
    default:
      return typeof signal === "string" ? `it was ended by ${signal}` : message.trim();
  }
}

/**
 * The first program that runs. One in the package that does not run here, as on NixOS one that was built for other systems, is
 * passed over.
 */
export async function find(around: Surroundings): Promise<Binary> {
  const tried: string[] = [];
  for (const candidate of candidates(around)) {
    if (!fs.existsSync(candidate.file)) {
      tried.push(`${candidate.file} does not exist`);
      continue;
    }
    try {
      return { ...candidate, version: await versionOf(candidate.file) };
    } catch (error) {
      tried.push(`${candidate.file} cannot be run: ${(error as Error).message}`);
    }
  }
  throw new NoBinary(explain(around, tried), tried);
}

/** What the user is told. */
function explain(around: Surroundings, tried: readonly string[]): string {
  const setting = around.setting.trim();
  const broken = tried.find((line) => line.includes(" cannot be run: "));
  if (setting === "") {
    return broken === undefined
      ? "The program speclint was not found: there is none in this package for this platform, and none on the PATH."
      : `The program speclint does not run: ${broken}.`;
  }
  const what = broken ?? (/[/\\]/.test(setting) ? tried[0] : `${setting} is not on the PATH`);
  return what === undefined
    ? `The setting speclint.path must be an absolute path or the name of a program, and ${setting} is neither.`
    : `The setting speclint.path names a program that does not work: ${what}.`;
}
