#!/usr/bin/env python3
"""How quickly the language server answers in a folder, and how much memory it takes.

    tests/latency.py FOLDER FILE... [--bin target/release/speclint] [--edits 30]

Opens each file by itself, as an editor does, and changes it one character at a time, each as soon as the diagnostics that answer the
one before are there: in a comment in the first line; in the first value that it finds, a text, a number, or a truth value; and so that
the file does not parse and does again. Prints the milliseconds from the opening, and from the changes in the middle and at the most,
to the diagnostics. Nothing is written.
"""

import argparse
import json
import queue
import re
import statistics
import subprocess
import threading
import time
from pathlib import Path

LIMIT = 60  # seconds for one answer
PAUSE = 0.03  # seconds between an answer and the next change
WARM = 2  # changes before those that count
VALUES = [r'=\s*"()([^"$\\]*)";', r"=\s*()(true|false|\d+);"]


class Server:
    """A server, and the document that is open in it."""

    def __init__(self, binary, folder):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [binary, "lsp"], cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        self.messages = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.last = 0
        self.version = 0
        self.known = None
        folder = {"uri": folder.as_uri(), "name": folder.name}
        asks = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
        self.ask("initialize", {"processId": None, "capabilities": asks, "workspaceFolders": [folder]})
        self.tell("initialized", {})

    def read(self):
        """Takes in what it says, with the time at which it does."""
        while line := self.process.stdout.readline():
            if line.lower().startswith(b"content-length:"):
                self.process.stdout.readline()
                message = json.loads(self.process.stdout.read(int(line.split(b":")[1])))
                self.messages.put((time.perf_counter(), message))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        """An answer, and when it came."""
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params})
        while True:
            when, message = self.messages.get(timeout=LIMIT)
            if "method" in message:
                if "id" in message:
                    self.send({"id": message["id"], "result": None})
            elif message["id"] == self.last:
                return when, message

    def open(self, path):
        """The milliseconds from the opening of a file to its diagnostics."""
        self.uri = path.as_uri()
        text = path.read_text()
        document = {"uri": self.uri, "languageId": "nix", "version": self.version, "text": text}
        start = time.perf_counter()
        self.tell("textDocument/didOpen", {"textDocument": document})
        return 1000 * (self.diagnosed() - start)

    def diagnosed(self):
        """When its diagnostics came."""
        while True:
            params = {"textDocument": {"uri": self.uri}, "previousResultId": self.known}
            when, answer = self.ask("textDocument/diagnostic", params)
            if "result" in answer:
                self.known = answer["result"]["resultId"]
                return when

    def change(self, line, start, end, text):
        """The milliseconds from a change to the diagnostics that answer it. `end` is a line and a column."""
        self.version += 1
        place = {"start": {"line": line, "character": start}, "end": dict(zip(("line", "character"), end))}
        document = {"uri": self.uri, "version": self.version}
        begin = time.perf_counter()
        changes = [{"range": place, "text": text}]
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        took = 1000 * (self.diagnosed() - begin)
        time.sleep(PAUSE)
        return took

    def memory(self):
        """The most memory that it has taken, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) // 1024

    def end(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(LIMIT)


def shown(times):
    return f"{statistics.median(times):.1f} ms, at most {max(times):.1f} ms"


def of_comment(server, edits):
    server.change(0, 0, (0, 0), "# \n")
    times = [server.change(0, 2, (0, 2), "x") for _ in range(edits + WARM)]
    server.change(0, 0, (1, 0), "")
    return times[WARM:]


def of_value(server, lines, edits):
    """The number of the line, from 1, and the times; `None` if there is no value."""
    for pattern in VALUES:
        for number, line in enumerate(lines):
            found = re.search(pattern, line)
            if not found or line.strip().startswith("#"):
                continue
            start, value = found.start(1), found[2]
            times = []
            for _ in range(edits + WARM):
                new = {"true": "false", "false": "true"}.get(value)
                new = new or (str(int(value) + 1) if value.isdigit() and '"' not in line else value + "x")
                times.append(server.change(number, start, (number, start + len(value)), new))
                value = new
            server.change(number, start, (number, start + len(value)), found[2])
            return number + 1, times[WARM:]
    return None


def of_mistake(server, edits):
    times = []
    for _ in range(edits // 2 + 1):
        times += [server.change(0, 0, (0, 0), "("), server.change(0, 0, (0, 1), "")]
    return times[WARM:]


def measure(binary, folder, path, edits):
    server = Server(binary, folder)
    opened = server.open(path)
    # Mends are judged when nothing happens.
    time.sleep(1)
    print(f"{path.relative_to(folder)}: opened {opened:.0f} ms")
    print(f"  a comment: {shown(of_comment(server, edits))}")
    if found := of_value(server, path.read_text().split("\n"), edits):
        print(f"  a value (line {found[0]}): {shown(found[1])}")
    print(f"  a mistake: {shown(of_mistake(server, edits))}")
    print(f"  memory: {server.memory()} MiB")
    server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+", type=Path, help="seen from the folder")
    parser.add_argument("--bin", type=Path, default=Path("target/release/speclint"))
    parser.add_argument("--edits", type=int, default=30)
    given = parser.parse_args()
    folder = given.folder.resolve()
    for file in given.files:
        measure(given.bin.resolve(), folder, folder / file, given.edits)


if __name__ == "__main__":
    main()
