#!/usr/bin/env python3
"""A second server for Nix files, such as nil and nixd are: it counts in UTF-16, flags each `pkgs.git`, and has a hover and a quick fix."""

import json
import re
import sys

documents = {}


def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        key, value = line.decode("ascii").split(":", 1)
        if key.lower() == "content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


def column(text):
    return len(text.encode("utf-16-le")) // 2


def diagnostics(uri):
    for number, line in enumerate(documents[uri].split("\n")):
        for match in re.finditer(r"pkgs\.git\b", line):
            start, end = column(line[: match.start()]), column(line[: match.end()])
            yield {
                "range": {"start": {"line": number, "character": start}, "end": {"line": number, "character": end}},
                "severity": 2,
                "code": "toy",
                "source": "toy",
                "message": "the toy server does not like this",
            }


def answer(method, params):
    uri = params.get("textDocument", {}).get("uri")
    if method == "initialize":
        return {
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": {"openClose": True, "change": 1},
                "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.toy"]},
                "hoverProvider": True,
            }
        }
    if method == "textDocument/hover":
        return {"contents": {"kind": "markdown", "value": "the toy server's hover"}}
    if method == "textDocument/codeAction":
        start = {"line": 0, "character": 0}
        edit = {"changes": {uri: [{"range": {"start": start, "end": start}, "newText": "# toy\n"}]}}
        kind = (params["context"].get("only") or ["quickfix"])[0]
        return [{"title": "Do what the toy server wants", "kind": kind, "edit": edit}]
    return None


while (message := read()) is not None:
    method, params = message.get("method"), message.get("params") or {}
    if method == "exit":
        break
    if method in ("textDocument/didOpen", "textDocument/didChange"):
        uri = params["textDocument"]["uri"]
        documents[uri] = params["textDocument"].get("text") or params["contentChanges"][-1]["text"]
        found = {"uri": uri, "diagnostics": list(diagnostics(uri))}
        send({"method": "textDocument/publishDiagnostics", "params": found})
    elif "id" in message and method:
        send({"id": message["id"], "result": answer(method, params)})
