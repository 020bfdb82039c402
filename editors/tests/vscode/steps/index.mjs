// The steps, in their order. Each is one file, and starts where the one before it has ended.
import * as findings from "./findings.mjs";
import * as hover from "./hover.mjs";
import * as tree from "./tree.mjs";
import * as table from "./table.mjs";
import * as mend from "./mend.mjs";
import * as fixAll from "./fix-all.mjs";
import * as restart from "./restart.mjs";
import * as explain from "./explain.mjs";
import * as settings from "./settings.mjs";
import * as missing from "./missing.mjs";
import * as restricted from "./restricted.mjs";

export const STEPS = [findings, hover, tree, table, mend, fixAll, restart, explain, settings, missing, restricted];
