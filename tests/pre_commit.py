#!/usr/bin/env python3
"""Whether the hooks work for who uses pre-commit: `tests/pre_commit.py --bin PATH`.

The real pre-commit tries a hook on a repository with a mistake in it, and a real `git commit` is stopped. Two hooks install
themselves, which is a whole build; `--fast` leaves them out.
"""

import argparse
import os
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
GOOD = TV.replace('    networking.hostName = "television";\n', "")

CONFIGURATION = """repos:
  - repo: {hooks}
    rev: {revision}
    hooks:
      - id: {hook}
"""


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
    revision = user.git("rev-parse", "HEAD", cwd=hooks)
    configuration = CONFIGURATION.format(hooks=hooks, revision=revision, hook="speclint-system")
    user.write(".pre-commit-config.yaml", configuration)
    user.git("add", "--all")
    status, told = user.run("pre-commit", "install")
    test.expect("the hook is installed", status == 0, told)
    status, told = user.run("git", "commit", "--message", "What is right.")
    test.expect("what is right is committed", status == 0 and "Passed" in told, told)
    user.write("tv.nix", TV)
    user.git("add", "tv.nix")
    status, told = user.run("git", "commit", "--message", "A mistake.")
    stopped = status == 1 and "tv.nix:4:5" in told and user.git("rev-list", "--count", "HEAD") == "1"
    test.expect("a commit is stopped, with the place", stopped, told)
    # The other file of the conflict is as good a place to mend it.
    user.write("configuration.nix", BASE.replace('"atlas"', 'lib.mkDefault "atlas"'))
    user.git("add", "--all")
    status, told = user.run("git", "commit", "--message", "It is mended.")
    test.expect("what is mended is committed", status == 0, told)


def installed(test, user, hooks):
    """The hooks that install themselves: once, for both."""
    revision = user.git("rev-parse", "HEAD", cwd=hooks)
    configuration = CONFIGURATION.format(hooks=hooks, revision=revision, hook="speclint")
    user.write(".pre-commit-config.yaml", configuration + "      - id: speclint-fix\n")
    user.write("configuration.nix", BASE)
    user.write("tv.nix", TV)
    user.git("add", "--all")
    status, told = user.run("pre-commit", "run", "speclint", "--all-files")
    test.expect("speclint installs itself and stops a mistake", status == 1 and "tv.nix:4:5" in told, told)
    status, told = user.run("pre-commit", "run", "speclint-fix", "--files", "tv.nix")
    mended = "lib.mkDefault" in user.read("configuration.nix")
    test.expect("speclint-fix mends, and tells that it did", status == 1 and mended and "modified" in told, told)
    user.git("add", "--all")
    status, told = user.run("git", "commit", "--message", "It is mended.")
    test.expect("what was mended is committed", status == 0, told)


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
