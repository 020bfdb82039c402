#!/usr/bin/env python3
"""How speclint does on a folder of public configurations, each a checkout below it.

    tests/corpus.py FOLDER [--bin target/release/speclint] [--findings] [--reasons] [NAME...]

Prints for each: systems and homes found and evaluated, specialisations of each, the share of values that are known (that NixOS
refuses one is known too), findings per rule, time and memory. Nothing of the checkouts is changed, and none is part of this
repository.
"""

import argparse
import collections
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT = 60  # seconds for one run
REFUSED = "NixOS refuses it"  # how the reason begins where it is certain that there is no value


def run(binary, folder, *arguments):
    """The output of a run, its seconds, and the most memory that any run has taken so far, in MiB."""
    start = time.perf_counter()
    try:
        done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return None, LIMIT, 0
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        print(f"  {folder.name}: exit {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        return None, seconds, 0
    return json.loads(done.stdout), seconds, 0


def memory(binary, folder):
    """The most memory that a check takes, in MiB."""
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execv(binary, [binary, "check", "--format", "json", "."])
    usage = os.wait4(pid, 0)[2]
    return usage.ru_maxrss / 1024


def scopes(system):
    yield system["parent"]
    yield from system["specialisations"].values()


def judge(binary, folder, reasons):
    shown, _, _ = run(binary, folder, "show", "--format", "json", ".")
    times = []
    for _ in range(3):
        checked, seconds, _ = run(binary, folder, "check", "--format", "json", ".")
        times.append(seconds)
    if shown is None or checked is None:
        return None
    known = total = 0
    per_system = {}
    evaluated = 0
    systems = shown["systems"] + shown["homes"]
    for system in systems:
        per_system.setdefault(system["name"], set()).update(system["specialisations"])
        evaluated += bool(system["parent"]["options"])
        for scope in scopes(system):
            for prediction in scope["options"].values():
                total += 1
                if prediction["status"] == "unknown" and not prediction["reason"].startswith(REFUSED):
                    reasons[prediction["reason"]] += 1
                else:
                    known += 1
    return {
        "systems": len(systems),
        "evaluated": evaluated,
        "specialisations": per_system,
        "unreached": shown["unreached"],
        "known": known,
        "total": total,
        "findings": checked["diagnostics"],
        "seconds": min(times),
        "memory": memory(binary, folder),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--bin", default="target/release/speclint")
    parser.add_argument("--findings", action="store_true", help="print every finding")
    parser.add_argument("--reasons", action="store_true", help="print why values are not known")
    arguments = parser.parse_args()
    binary = str(Path(arguments.bin).resolve())
    reasons = collections.Counter()
    rules = collections.Counter()
    times, known, total, failed = [], 0, 0, 0
    print(f"{'repository':38} systems  specialisations  unreached  known    ms   MiB  findings")
    for folder in sorted(p for p in arguments.folder.iterdir() if p.is_dir()):
        if arguments.names and not any(name in folder.name for name in arguments.names):
            continue
        result = judge(binary, folder, reasons)
        if result is None:
            print(f"{folder.name:38} FAILED")
            failed += 1
            continue
        count = collections.Counter(f["rule"] for f in result["findings"])
        rules.update(count)
        times.append(result["seconds"])
        known += result["known"]
        total += result["total"]
        share = result["known"] / result["total"] if result["total"] else 1
        specialisations = sum(len(names) for names in result["specialisations"].values())
        print(
            f"{folder.name:38} {result['evaluated']:3}/{result['systems']:<3}  {specialisations:15}  "
            f"{len(result['unreached']):9}  {share:5.0%} {1000 * result['seconds']:5.0f} {result['memory']:5.0f}  "
            + ", ".join(f"{rule} {n}" for rule, n in sorted(count.items()))
        )
        for name, names in result["specialisations"].items():
            if names:
                print(f"    {name}: {', '.join(sorted(names))}")
        for file in result["unreached"]:
            print(f"    unreached: {file}")
        if arguments.findings:
            for finding in result["findings"]:
                start = finding["range"]["start"]
                where = f"{finding['file']}:{start['line']}:{start['column']}"
                systems = f" ({', '.join(finding['systems'])})" if finding["systems"] else ""
                print(f"    {where}: {finding['severity']}[{finding['rule']}] {finding['message']}{systems}")
    if times:
        print(
            f"\n{len(times)} repositories, {failed} failed: median {1000 * statistics.median(times):.0f} ms, "
            f"longest {1000 * max(times):.0f} ms, {known / max(total, 1):.1%} of {total} values known"
        )
    print("findings: " + (", ".join(f"{rule} {n}" for rule, n in rules.most_common()) or "none"))
    if arguments.reasons:
        for reason, n in reasons.most_common(60):
            print(f"{n:6} {reason}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
