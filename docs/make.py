"""Writes what the docs quote from the program: printed examples and the command-line reference.

    python docs/make.py            # writes
    python docs/make.py --check    # only says which files are not as they would be written

A block after ``<!-- output: ARGS -->`` is what ``cesctl ARGS`` prints in a pipe, 100 columns wide; one after
``<!-- help: COMMAND -->`` is that command's help.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    *(p for p in sorted((ROOT / "docs").glob("*.md"))),
]
BLOCK = re.compile(r"(<!-- (output|help): (.*?) -->\n```text\n)(.*?)(```\n)", re.DOTALL)


def printed(arguments: list[str]) -> str:
    """Standard output of ``cesctl ARGUMENTS``, run in the project's folder."""
    code = "from cesctl.cli import run; run()"
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(  # noqa: S603 - the arguments stand in our own pages
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"cesctl {shlex.join(arguments)}: {done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def made(text: str) -> str:
    """A page with all its blocks as the program prints them now."""

    def block(match: re.Match[str]) -> str:
        arguments = shlex.split(match[3])
        if match[2] == "help":
            arguments.append("--help")
        return match[1] + printed(arguments) + match[5]

    return BLOCK.sub(block, text)


def main() -> None:
    stale = []
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = made(old)
        if new != old:
            stale.append(page.relative_to(ROOT).as_posix())
            if "--check" not in sys.argv:
                page.write_text(new, encoding="utf-8")
    for name in stale:
        sys.stdout.write(f"{name}\n")
    if stale and "--check" in sys.argv:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
