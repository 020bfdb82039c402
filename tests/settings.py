#!/usr/bin/env python3
"""Whether docs/speclint.schema.json and speclint agree on what a speclint.toml may say: `tests/settings.py --bin PATH`."""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parent.parent

RIGHT = [
    "",
    'select = ["needs-mkdefault"]\nignore = ["all"]\nfail-on = "hint"\nentries = ["a.nix", "/etc/nixos/b.nix"]',
    '[severity]\nmissing-tag = "off"\nneeds-mkdefault = "warning"',
    '[per-file-ignores]\n"hosts/**/old.nix" = ["missing-tag"]\n"vendor/" = ["all"]\n[per-system-ignores]\n"test-*" = []',
    '[sources]\nnixpkgs = "../nixpkgs"\nhome-manager = "hm"\noptions = ["options.json"]',
    '[[alternatives]]\noptions = ["a.b", "a.c", "a.d = 1"]\nreason = "why"\nseverity = "error"\n[[alternatives]]\noptions = ["x.y", "x.z"]',
]

WRONG = [
    'selct = ["needs-mkdefault"]',
    'select = "needs-mkdefault"',
    'select = ["needs-mkdefalt"]',
    "ignore = [1]",
    'fail-on = "off"',
    'fail-on = "fatal"',
    "fail-on = 1",
    'entries = "a.nix"',
    'entries = [""]',
    '[severity]\nall = "off"',
    '[severity]\nmissing-tag = "of"',
    'severity = "off"',
    '[per-file-ignores]\n"a.nix" = "all"',
    '[per-system-ignores]\na = ["nothing"]',
    "[sources]\nnixpkgs = 1",
    '[sources]\nhome_manager = "hm"',
    '[sources]\noptions = "options.json"',
    '[[alternatives]]\nreason = "why"',
    '[[alternatives]]\noptions = ["a.b"]',
    '[[alternatives]]\noptions = ["a.b", 1]',
    '[[alternatives]]\noptions = ["a.b", "a.c"]\nseverity = "off"',
    '[[alternatives]]\noptions = ["a.b", "a.c"]\nwhy = ""',
    'alternatives = ["a.b", "a.c"]',
]


def uncommented(example: str) -> str:
    """A file as it is when all that it shows is taken for what it says."""
    lines = (line for line in example.splitlines() if line.startswith("#") and not line.startswith("# "))
    return "\n".join(line.removeprefix("#") for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=Path)
    binary = parser.parse_args().bin.resolve()
    schema = json.loads((ROOT / "docs/speclint.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    example = (ROOT / "docs/speclint.example.toml").read_text()
    right = [*RIGHT, example, uncommented(example)]
    failures = 0
    for text, expected in [(text, True) for text in right] + [(text, False) for text in WRONG]:
        by_schema = validator.is_valid(tomllib.loads(text))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "speclint.toml").write_text(text)
            run = subprocess.run([binary, "config", folder], capture_output=True, text=True, check=False)
        by_speclint = {0: True, 2: False}.get(run.returncode)
        if (by_schema, by_speclint) != (expected, expected):
            failures += 1
            print(f"{text}\n  expected {expected}, by the schema {by_schema}, by speclint {by_speclint}", file=sys.stderr)
    print(f"{len(right) + len(WRONG)} files of settings, {failures} judged wrongly")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
