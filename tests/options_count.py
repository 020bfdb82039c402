#!/usr/bin/env python3
"""How many of the option declarations in a source's modules `speclint options build` finds, and how long it takes.

    tests/options_count.py --nixpkgs FOLDER [--bin target/release/speclint] [--missing]
    tests/options_count.py --home-manager FOLDER [--nixpkgs FOLDER] [--bin ...] [--missing]

Counts the calls of `mkOption` and its relatives with a tokenizer of its own, which knows nothing of what the modules mean, and looks
for each among the places where the built table says that options are declared. A call inside of a function or a value with a name is
found where that name is used. Nothing of the source is changed.
"""

import argparse
import bisect
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# What declares options: `lib`'s own and, as far as they are used like these, what Home Manager adds.
CALL = re.compile(
    r"mk(Option|(Nullable)?(Enable)?Option|PackageOption(MD)?|(Bash|Zsh|Fish|Nushell|Ion|Shell)IntegrationOption"
    r"|(Renamed|Removed|Changed|Merged)OptionModule(With)?|AliasOptionModule(MD)?)"
)

TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+ | \#[^\n]* | /\*.*?\*/)
    | (?P<path>(?:~|[\w.+-]*)(?:/[\w.+-]+)+ | <[\w.+-]+(?:/[\w.+-]+)*>)
    | (?P<uri>[a-zA-Z][a-zA-Z0-9+.-]*:[\w%/?:@&=+$,.!~*'-]+)
    | (?P<name>[A-Za-z_][\w'-]*)
    | (?P<quote>"|'')
    | (?P<mark>\$\{|\.\.\.|\+\+|//|->|==|!=|<=|>=|&&|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)
STRING = {
    '"': re.compile(r'(?:[^"\\$]|\\.|\$(?!\{))*', re.DOTALL),
    "''": re.compile(r"(?:[^'$]|'(?!')|'''|''\$|''\\.|\$(?!\{))*", re.DOTALL),
}
CLOSING = {"{": "}", "${": "}", "(": ")", "[": "]"}


def tokens(text):
    """The names and marks outside of comments and strings, and those in what a string interpolates, each with its place."""
    at, ends = 0, []
    while at < len(text):
        if ends and ends[-1] in STRING:
            at = STRING[ends[-1]].match(text, at).end()
            if text.startswith("${", at):
                yield "mark", "${", at
                ends.append("}")
                at += 2
            else:
                at += len(ends.pop())
            continue
        found = TOKEN.match(text, at)
        kind, word = found.lastgroup, found.group()
        if kind == "quote":
            yield kind, word, at
            ends.append(word)
        elif kind != "space":
            if word in CLOSING:
                ends.append(CLOSING[word])
            elif ends and word == ends[-1]:
                ends.pop()
            yield kind, word, at
        at = found.end()


class Level:
    """A bracket, or a `let`, that is open."""

    def __init__(self, end, at, call=None):
        self.end, self.at = end, at
        self.call = call  # the call whose argument the bracket is
        self.restart()

    def restart(self):
        self.first = None  # where the statement begins
        self.words = []  # its names, before its `=`
        self.binding = None  # and after it
        self.waiting = 0  # how many `with` and `assert` await their `;`


class Binding:
    def __init__(self, name, at, is_local):
        self.name, self.at, self.is_local = name, at, is_local


class Use:
    """A use of a name: where it stands and in what, and where the bindings of its argument begin."""

    def __init__(self, name, at, levels, is_inherited):
        self.name, self.at, self.is_inherited, self.argument = name, at, is_inherited, []
        self.around = [level.binding for level in levels if level.binding]
        # Where what it is an element of begins.
        self.element = max(levels[-1].at, self.around[-1].at if self.around else 0)


def read(text):
    """The uses of names in a text."""
    uses, levels, last = [], [Level(None, 0)], None
    for kind, word, at in tokens(text):
        top = levels[-1]
        if top.first is None:
            top.first = at
        if kind == "name" and word == "let":
            levels.append(Level("in", at))
        elif word == top.end and kind in ("name", "mark"):
            levels.pop()
        elif kind == "mark" and word in CLOSING:
            levels.append(Level(CLOSING[word], at, uses[-1] if uses and uses[-1].at == last else None))
        elif kind == "mark" and word == ";":
            if top.waiting:
                top.waiting -= 1
            else:
                top.restart()
        elif kind == "mark" and word == "=" and top.end in ("}", "in") and top.binding is None:
            top.binding = Binding(top.words[-1] if top.words else "", top.first, top.end == "in")
            if top.call:
                top.call.argument.append(top.first)
        elif kind == "name" and word in ("with", "assert"):
            top.waiting += 1
        elif kind == "name":
            is_inherited = top.words[:1] == ["inherit"]
            if is_inherited or top.binding or top.end not in ("}", "in"):
                uses.append(Use(word, at, levels, is_inherited))
            if top.binding is None:
                top.words.append(word)
        last = at
    return uses


class File:
    def __init__(self, path, declared):
        text = path.read_text(errors="replace")
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.declared = declared  # how many options are declared at each line
        self.uses = collections.defaultdict(list)
        for use in read(text):
            self.uses[use.name].append(use)
        calls = [use for name, uses in self.uses.items() if CALL.fullmatch(name) for use in uses if not use.is_inherited]
        # What defines one of them by another declares nothing.
        self.calls = [call for call in calls if not any(CALL.fullmatch(binding.name) for binding in call.around)]

    def line(self, at):
        return bisect.bisect_left(self.breaks, at) + 1

    def is_declared(self, use):
        """Whether options are declared at a use, at its binding, in its argument, or at the element that it is the end of."""
        begin = use.around[-1].at if use.around else use.at
        lines = {self.line(at) for at in [begin, use.at, *use.argument]}
        if use.name.endswith("Module"):
            lines.update(range(self.line(use.element), self.line(use.at)))
        return any(line in self.declared for line in lines)

    def is_found(self, use, inherited, seen=()):
        """Whether a call declares options, or what it is the value of does where that is used."""
        if self.is_declared(use):
            return True
        if not use.around or use.around[-1].name in seen:
            return False
        name, seen = use.around[-1].name, (*seen, use.around[-1].name)
        if name in inherited:
            return True
        if not use.around[-1].is_local:
            return False
        return any(self.is_found(other, inherited, seen) for other in self.uses[name] if not other.is_inherited)

    def missing(self, inherited):
        """The calls that are not found, and how many of the others there cannot be as they share their lines."""
        missing = [call for call in self.calls if not self.is_found(call, inherited)]
        known = [call for call in self.calls if call not in missing]
        lines = collections.Counter(self.line(call.at) for call in known)
        return missing, sum(max(0, count - self.declared[line]) for line, count in lines.items() if line in self.declared)


def timed(command, environment):
    """The seconds that a command takes, the most memory in MiB, and what it says."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: {said}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, said


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nixpkgs", type=Path)
    parser.add_argument("--home-manager", type=Path)
    parser.add_argument("--bin", default="target/release/speclint")
    parser.add_argument("--missing", action="store_true", help="list the calls that are not found")
    arguments = parser.parse_args()
    sources = [("--nixpkgs", arguments.nixpkgs), ("--home-manager", arguments.home_manager)]
    sources = [(option, folder.resolve()) for option, folder in sources if folder]
    if not sources:
        parser.error("a source is needed")
    root = sources[-1][1]
    modules = root / ("modules" if arguments.home_manager else "nixos/modules")

    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CACHE_HOME": folder}
        table = f"{folder}/options.txt"
        build = [arguments.bin, "options", "build", *(str(word) for source in sources for word in source)]
        cold, memory, said = timed([*build, "-o", table], environment)
        warm = min(timed(build, environment)[0] for _ in range(3))
        of = "home-manager" if arguments.home_manager else "nixos"
        shown = [arguments.bin, "options", "list", "--of", of, "--options", table, "--format", "json"]
        options = json.loads(subprocess.run(shown, stdout=subprocess.PIPE, check=True, env=environment).stdout)
    declared = collections.defaultdict(collections.Counter)
    for option in options["options"]:
        for place in option.get("declared", []):
            file, _, line = place.rpartition(":")
            declared[file][int(line)] += 1

    paths = sorted(modules.rglob("*.nix"))
    files = {name: File(path, declared[name]) for path in paths for name in [str(path.relative_to(root))]}
    # Names with options where they are inherited into a set.
    inherited = {
        name
        for file in files.values()
        for name, uses in file.uses.items()
        if any(use.is_inherited and file.line(use.at) in file.declared for use in uses)
    }
    total, found, reasons = 0, 0, collections.Counter()
    for name, file in files.items():
        missing, short = file.missing(inherited)
        total += len(file.calls)
        found += len(file.calls) - len(missing) - short
        reasons["on a line with more calls than options"] += short
        for call in missing:
            others = "others that are" if file.declared else "none that is"
            reasons[f"in a file with {others} found"] += 1
            if arguments.missing:
                print(f"{name}:{file.line(call.at)}: {call.name} in {'.'.join(binding.name for binding in call.around)}")
    print(said, end="", file=sys.stderr)
    print(f"{total} calls, {found} found: {100 * found / total:.2f} %")
    for reason, count in reasons.most_common():
        if count:
            print(f"  {count} not found {reason}")
    print(f"{cold:.2f} s without what is kept, {1000 * warm:.0f} ms with it, {memory:.0f} MiB")


if __name__ == "__main__":
    main()
