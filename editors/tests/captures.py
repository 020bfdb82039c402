#!/usr/bin/env python3
"""Keeps what a page shows of an editor as it is: captures.py PAGE NAME CAPTURE.

In the page, a line `<!-- capture: NAME -->` stands before a fenced block with the text of the screen, which is in the file CAPTURE.
With UPDATE_README=1 the block is written anew; otherwise it must be the same.
"""

import os
import sys
from pathlib import Path


def main(page, name, capture):
    text = Path(page).read_text(encoding="utf-8")
    lines = [line.rstrip() for line in Path(capture).read_text(encoding="utf-8").splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    before, mark, rest = text.partition(f"<!-- capture: {name} -->\n```text\n")
    shown, fence, after = rest.partition("```\n")
    if not mark or not fence:
        sys.exit(f"{page} has no place for the capture `{name}`")
    wanted = "".join(f"{line}\n" for line in lines)
    if shown == wanted:
        return
    if os.environ.get("UPDATE_README"):
        Path(page).write_text(before + mark + wanted + fence + after, encoding="utf-8")
        return
    sys.exit(f"what {page} shows of {name} is stale (UPDATE_README=1 renews it); it is now\n{wanted}")


main(*sys.argv[1:])
