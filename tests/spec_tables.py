"""Reads the tables under ``tests/spec``: model, events, expected scores, one case per ``##`` heading.

    ## Title of the case
    Why it is so, in words.
    ```yaml            the model
    ```
    **Events**         a table of text, one row per record; a blank cell is missing
                       (or a block of ```ndjson```)
    **Roster**         a table: `customer` and other columns (optional)
    **Clock** ...      what the clock says (optional; the first moment of 2027 in UTC else)
    **Rows**           a table: where the rows went (optional)
    **Scores**         a table: the customers in their order, any of the columns of a result

A cell in backquotes keeps its blanks; ``nothing`` is no value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "spec"
PAGE = Path(__file__).parent.parent / "docs" / "spec-tables.md"
CLOCK = "2027-01-01T00:00:00Z"

Cells = dict[str, str]


@dataclass
class Case:
    """One worked example."""

    title: str
    file: str
    model: str = ""
    events: list[Cells] = field(default_factory=list)
    ndjson: str = ""
    roster: list[Cells] | None = None
    clock: datetime = field(default_factory=lambda: datetime.fromisoformat(CLOCK))
    rows: dict[str, int] | None = None
    scores: list[Cells] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """The columns of the events' table; those of an empty log too."""
        return list(self.events[0]) if self.events else ["customer", "event", "timestamp"]


def cases() -> list[Case]:
    return [case for path in sorted(FOLDER.glob("*.md")) for case in read(path)]


def read(path: Path) -> Iterator[Case]:
    _, *sections = path.read_text(encoding="utf-8").split("\n## ")
    for section in sections:
        title, _, text = section.partition("\n")
        yield parse(Case(title.strip(), path.stem), text)


def parse(case: Case, text: str) -> Case:
    lines = iter(text.splitlines())
    part = ""
    for line in lines:
        if line.startswith("```"):
            block = "\n".join(iter(lambda: next(lines), "```")) + "\n"
            if line == "```yaml":
                case.model = block
            else:
                assert line == "```ndjson", line
                case.ndjson = block
        elif line.startswith("**"):
            part, _, rest = line.removeprefix("**").partition("**")
            if part == "Clock":
                case.clock = datetime.fromisoformat(rest.strip())
        elif line.startswith("|"):
            fill(case, part, list(table(line, lines)))
    assert case.model, case.title
    assert case.scores or part == "Scores", case.title
    return case


def fill(case: Case, part: str, found: list[Cells]) -> None:
    match part:
        case "Events":
            case.events = found
        case "Roster":
            case.roster = found
        case "Rows":
            case.rows = {name: int(n) for name, n in found[0].items()}
        case "Scores":
            case.scores = found
        case _:
            raise AssertionError(f"{case.title}: a table under no heading")


def table(head: str, lines: Iterator[str]) -> Iterator[Cells]:
    names = cells(head)
    assert set(next(lines)) <= set("|-: "), "the line under a table's head"
    for line in lines:
        if not line.startswith("|"):
            return
        yield dict(zip(names, cells(line), strict=True))


def cells(line: str) -> list[str]:
    return [
        unquoted(cell.strip())
        for cell in line.strip().removeprefix("|").removesuffix("|").split("|")
    ]


def unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "`" else cell


def flatten(record: str) -> dict[str, str | None]:
    """A JSON record as dotted paths to text: numbers and booleans as JSON writes them."""

    def walk(value: object, path: str) -> Iterator[tuple[str, str | None]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, bool):
            yield path, "true" if value else "false"
        else:
            yield path, value if isinstance(value, str) else None

    return dict(walk(json.loads(record, parse_int=str, parse_float=str, parse_constant=str), ""))


HEAD = """# The model by example

Each of these says what one clause of [the model](model.md) means: a model, a log, and the scores they
give, worked out by hand. The tests run every one of them, from a file and from a frame, and on a second,
slow implementation in plain Python. A blank cell is missing; `nothing` is no value.

<!-- written by `python -m tests.spec_tables` from tests/spec -->
"""


def page() -> str:
    """All tables as one page, with a list of what is in it."""
    texts = [path.read_text(encoding="utf-8").strip() for path in sorted(FOLDER.glob("*.md"))]
    titles = [text.partition("\n")[0].removeprefix("# ") for text in texts]
    lines = [
        f"- [{title}](#{title.lower().replace(',', '').replace(' ', '-')})" for title in titles
    ]
    body = [f"#{text}".replace("\n## ", "\n### ") for text in texts]
    return "\n".join([HEAD, *lines, "", "\n\n".join(body), ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
