#!/usr/bin/env python3
"""Whether what docs/integrations.md shows works for who uses it: `tests/integrations.py --bin PATH`.

The real programs run with the files that are shown there: pre-commit tries a hook on a repository with a mistake in it, and a real
`git commit` is stopped, by it, by prek and by lefthook; treefmt mends. What only runs elsewhere is checked by its schema. Two
hooks of pre-commit install themselves, which is a whole build; `--fast` leaves them out.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

BASE = """{ lib, ... }:
{
  imports = [ ./tv.nix ];
  networking.hostName = "atlas";
}
"""
TV = """{
  specialisation.tv.configuration = {
    system.nixos.tags = [ "tv" ];
    networking.hostName = "television";
  };
}
"""
MENDED = BASE.replace('"atlas"', 'lib.mkDefault "atlas"')
GOOD = TV.replace('    networking.hostName = "television";\n', "")

# Where a file is shown, which one it is, and its text.
SHOWN = re.compile(r"^<!-- (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown():
    """The files that the documentation shows."""
    return dict(SHOWN.findall((ROOT / "docs/integrations.md").read_text()))


class User:
    """Somebody with a configuration in git, and pre-commit."""

    def __init__(self, folder, program):
        self.home = folder
        self.repository = folder / "repository"
        self.repository.mkdir()
        tools = Path(sys.executable).parent
        # What belongs to the run of this test is no part of what the user has.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
        self.environment |= {
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "NIX_PATH": "",
            "PATH": f"{tools}:{program.parent}:{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        }
        (folder / "gitconfig").write_text("[user]\nname = U\nemail = u@example.org\n[init]\ndefaultBranch = main\n")
        self.git("init", "--quiet")
        self.write("configuration.nix", BASE)
        self.write("tv.nix", GOOD)
        self.write("notes.md", "No Nix.")

    def write(self, name, text):
        (self.repository / name).write_text(text)

    def read(self, name):
        return (self.repository / name).read_text()

    def run(self, *command, cwd=None):
        """The exit status of a command, and what it says."""
        run = subprocess.run(
            command, cwd=cwd or self.repository, env=self.environment, capture_output=True, text=True, timeout=1500
        )
        return run.returncode, run.stdout + run.stderr

    def git(self, *arguments, cwd=None):
        status, told = self.run("git", *arguments, cwd=cwd)
        if status:
            raise RuntimeError(f"git {arguments}: {told}")
        return told.strip()

    def configure(self, hooks, hook="speclint-system"):
        """The configuration of pre-commit that is shown, with a hook of this repository."""
        revision = self.git("rev-parse", "HEAD", cwd=hooks)
        text = shown()[".pre-commit-config.yaml"].replace("URL", str(hooks)).replace("REVISION", revision)
        self.write(".pre-commit-config.yaml", text.replace("id: speclint", f"id: {hook}"))

    def is_stopped(self):
        """Whether a commit with a mistake is stopped, and what is said about it."""
        self.write("configuration.nix", BASE)
        self.write("tv.nix", TV)
        self.git("add", "--all")
        before = self.git("rev-parse", "HEAD")
        status, told = self.run("git", "commit", "--message", "A mistake.")
        return status == 1 and "tv.nix:4:5" in told and self.git("rev-parse", "HEAD") == before, told

    def hooks(self):
        """A repository of the project as it is now, whether or not that is committed."""
        copy = self.home / "hooks"
        listed = self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
        for name in filter(None, listed.split("\0")):
            # One that was removed is still listed.
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        self.git("init", "--quiet", cwd=copy)
        self.git("add", "--all", "--force", cwd=copy)
        self.git("commit", "--quiet", "--message", "The project.", cwd=copy)
        return copy


class Test:
    """What is expected, and whether it is so."""

    passed = failed = 0

    def expect(self, what, holds, told=""):
        if holds:
            self.passed += 1
            print(f"ok: {what}")
        else:
            self.failed += 1
            print(f"FAILED: {what}\n{told}", file=sys.stderr)


def try_hook(test, user, hooks, hook):
    """pre-commit's own trial of a hook, with the mistake and without."""
    trial = ["pre-commit", "try-repo", str(hooks), hook, "--files"]
    user.write("tv.nix", TV)
    status, told = user.run(*trial, "tv.nix", "notes.md")
    test.expect(f"{hook} stops a mistake", status == 1 and "error[needs-mkdefault]" in told, told)
    status, told = user.run(*trial, "notes.md")
    test.expect(f"{hook} is for Nix files", status == 0 and "Skipped" in told, told)
    user.write("tv.nix", GOOD)
    status, told = user.run(*trial, "tv.nix", "configuration.nix")
    test.expect(f"{hook} lets pass what is right", status == 0 and "Passed" in told, told)


def commits(test, user, hooks):
    """Commits with the hook in place."""
    user.configure(hooks)
    user.git("add", "--all")
    status, told = user.run("pre-commit", "install")
    test.expect("the hook is installed", status == 0, told)
    status, told = user.run("git", "commit", "--message", "What is right.")
    test.expect("what is right is committed", status == 0 and "Passed" in told, told)
    test.expect("pre-commit stops a commit, with the place", *user.is_stopped())
    # The other file of the conflict is as good a place to mend it.
    user.write("configuration.nix", MENDED)
    user.git("add", "--all")
    status, told = user.run("git", "commit", "--message", "It is mended.")
    test.expect("what is mended is committed", status == 0, told)
    user.run("pre-commit", "uninstall")


def others(test, user, hooks):
    """The same with prek, which takes the same files, with lefthook, and what treefmt makes of it."""
    user.configure(hooks)
    user.git("add", "--all")
    status, told = user.run("prek", "install")
    test.expect("prek is installed", status == 0, told)
    test.expect("prek stops a commit", *user.is_stopped())
    user.run("prek", "uninstall")
    files = shown()
    user.write("lefthook.yml", files["lefthook.yml"])
    status, told = user.run("lefthook", "install")
    test.expect("lefthook is installed", status == 0, told)
    test.expect("lefthook stops a commit", *user.is_stopped())
    mending = files["lefthook.yml"].replace("check {", "check --fix {").rstrip() + "\n      stage_fixed: true\n"
    user.write("lefthook.yml", mending)
    user.git("add", "--all")
    status, told = user.run("git", "commit", "--message", "It mends.")
    clean = user.git("status", "--porcelain") == ""
    test.expect("lefthook mends", status == 0 and clean and user.read("configuration.nix") == MENDED, told)
    user.run("lefthook", "uninstall")
    user.write("treefmt.toml", files["treefmt.toml"])
    user.write("configuration.nix", BASE)
    user.git("add", "--all")
    status, told = user.run("treefmt")
    test.expect("treefmt mends", status == 0 and user.read("configuration.nix") == MENDED, told)
    user.write("tv.nix", TV.replace("networking.hostName", "services.openssh.enable"))
    status, told = user.run("treefmt")
    test.expect("treefmt fails on what it cannot mend", status != 0 and "error[wrong-type]" in told, told)


def elsewhere(test, user):
    """What runs on the machines of others, by its schema."""
    status, told = user.run("pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    test.expect("the hooks are described as pre-commit wants them", status == 0, told)
    files = shown()
    for name, schema in [(".github/workflows/speclint.yml", "github-workflows"), (".gitlab-ci.yml", "gitlab-ci")]:
        copy = user.home / f"{schema}.yml"
        copy.write_text(files[name])
        status, told = user.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(copy))
        test.expect(f"{name} is valid", status == 0, told)
        for command in re.findall(r"^ +- (?:run: )?(speclint .*)$", files[name], re.MULTILINE):
            user.write("configuration.nix", BASE)
            user.write("tv.nix", TV)
            status, told = user.run(*command.split())
            found = told + "".join(user.read(file) for file in re.findall(r"--output-file (\S+)", command))
            wanted = 0 if "--exit-zero" in command else 1
            test.expect(f"`{command}` runs", status == wanted and "needs-mkdefault" in found, told)


def installed(test, user, hooks):
    """The hooks that install themselves: once, for both."""
    user.configure(hooks, "speclint\n      - id: speclint-fix")
    user.write("configuration.nix", BASE)
    user.write("tv.nix", TV)
    user.git("add", "--all")
    status, told = user.run("pre-commit", "run", "speclint", "--all-files")
    test.expect("speclint installs itself and stops a mistake", status == 1 and "tv.nix:4:5" in told, told)
    status, told = user.run("pre-commit", "run", "speclint-fix", "--files", "tv.nix")
    mended = user.read("configuration.nix") == MENDED
    test.expect("speclint-fix mends, and tells that it did", status == 1 and mended and "modified" in told, told)
    status, told = user.run("pre-commit", "run", "speclint-fix", "--files", "tv.nix")
    test.expect("speclint-fix has nothing left to do", status == 0, told)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bin", required=True, type=Path, help="the program")
    arguments.add_argument("--target", type=Path, help="where the hooks that install themselves are built")
    arguments.add_argument("--fast", action="store_true", help="leave those hooks out")
    arguments = arguments.parse_args()
    test = Test()
    with tempfile.TemporaryDirectory() as folder:
        user = User(Path(folder), arguments.bin.resolve())
        hooks = user.hooks()
        try_hook(test, user, hooks, "speclint-system")
        commits(test, user, hooks)
        others(test, user, hooks)
        elsewhere(test, user)
        if not arguments.fast:
            # What is built is what anybody gets, but for how long that takes.
            profile = {"OPT_LEVEL": "0", "LTO": "off", "CODEGEN_UNITS": "256", "DEBUG": "false", "INCREMENTAL": "true"}
            user.environment |= {f"CARGO_PROFILE_RELEASE_{name}": value for name, value in profile.items()}
            if arguments.target:
                user.environment["CARGO_TARGET_DIR"] = str(arguments.target.resolve())
            # It must not be the one that is there already.
            user.environment["PATH"] = user.environment["PATH"].replace(f"{arguments.bin.resolve().parent}:", "")
            installed(test, user, hooks)
    print(f"{test.passed} passed, {test.failed} failed")
    sys.exit(test.failed > 0)


if __name__ == "__main__":
    main()
