"""Writes what the docs quote from the program: printed examples, pictures and the command-line reference.

    python docs/make.py            # writes
    python docs/make.py --check    # only says which files are not as they would be written

A block after ``<!-- output: ARGS -->`` is what ``cesctl ARGS`` prints in a pipe, 100 columns wide; one after
``<!-- help: COMMAND -->`` is that command's help. An image after ``<!-- picture: ARGS -->`` is what a
terminal shows of it, drawn by rich; it is up to date while it says the same in the same colours.
"""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
from contextlib import suppress
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    *(p for p in sorted((ROOT / "docs").glob("*.md"))),
]
BLOCK = re.compile(r"(<!-- (output|help): (.*?) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
PICTURE = re.compile(r"<!-- picture: (.*?) -->\n!\[[^\]]+\]\((.*?)\)")
WIDTH = 100
RUN = "from cesctl.cli import run; run()"
# rich's own template, without its fonts, which are fetched from elsewhere
SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font: 15px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

COLORS = [  # black, red, green, yellow, blue, magenta, cyan, white; more than 4.5 : 1 from the ground
    (72, 79, 88),
    (255, 123, 114),
    (104, 205, 120),
    (227, 188, 96),
    (121, 184, 255),
    (210, 168, 255),
    (110, 205, 217),
    (214, 220, 226),
]
THEME = TerminalTheme((22, 27, 34), (214, 220, 226), COLORS, COLORS)


def printed(arguments: list[str]) -> str:
    """Standard output of ``cesctl ARGUMENTS``, run in the project's folder."""
    environment = {**os.environ, "COLUMNS": f"{WIDTH}", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(  # noqa: S603 - the arguments stand in our own pages
        [sys.executable, "-c", RUN, *arguments],
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


def pictures(page: Path) -> dict[Path, list[str]]:
    """The images of a page that are made here, and the arguments of each."""
    found = PICTURE.findall(page.read_text(encoding="utf-8"))
    return {page.parent / name: shlex.split(arguments) for arguments, name in found}


def on_a_terminal(arguments: list[str]) -> str:
    """What ``cesctl ARGUMENTS`` writes to a terminal, with its colours."""
    import pty  # not on Windows, where nothing else here needs it

    ours, theirs = pty.openpty()
    environment = {
        **{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
        "COLUMNS": f"{WIDTH}",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    running = subprocess.Popen(  # noqa: S603 - the arguments stand in our own pages
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    written = b""
    with suppress(OSError):  # how a terminal says that the other end has gone
        while part := os.read(ours, 1 << 16):
            written += part
    os.close(ours)
    if running.wait() not in {0, 1}:
        raise SystemExit(f"cesctl {shlex.join(arguments)}: ended with {running.returncode}")
    return written.decode()


def picture(name: str, arguments: list[str]) -> str:
    """The same as SVG, the command as its title."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), color_system="truecolor", force_terminal=True
    )
    for line in on_a_terminal(arguments).splitlines():
        console.print(Text.from_ansi(line), highlight=False, no_wrap=True, crop=False)
    made = console.export_svg(
        title=f"cesctl {shlex.join(arguments)}",
        theme=THEME,
        code_format=SVG,
        unique_id=f"cesctl-{name}",
    )
    return "\n".join(line.strip() for line in made.splitlines() if line.strip()) + "\n"


def said(svg: str) -> list[tuple[str, str]]:
    """Every text of a picture and its style: all but where rich puts it."""
    styles = dict(re.findall(r"^\.([\w-]+) \{ (.*?) \}$", svg, re.MULTILINE))
    texts = re.findall(r'<text class="([\w-]+)"[^>]*>(.*?)</text>', svg)
    return [(styles.get(kind, ""), html.unescape(text)) for kind, text in texts]


def main() -> None:
    stale = []
    for page in PAGES:
        for path, arguments in pictures(page).items():
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            new = picture(path.stem, arguments)
            if said(new) != said(old):
                stale.append(path.relative_to(ROOT).as_posix())
                if "--check" not in sys.argv:
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(new, encoding="utf-8")
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
