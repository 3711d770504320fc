"""What it costs that exports are as they come: presets, ids, several sources, broken lines.

    python -m benchmarks.exports 1M [--rounds 5] [--only preset]

Each case is scored by cesctl beside the plain file it is measured against, whole processes, each once a
round; what counts is the ratio of the medians. All files hold the same events, so all answers are compared
before any figure is printed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.compare import HERE, Runs, answer, answer_of, measured
from benchmarks.make_data import DATA, SIZES, make, path_of, rows_of

ID = "properties.$insert_id"
ROLES = "customer: properties.distinct_id, event: event, timestamp: properties.time"
BY_HAND = f"source: {{preset: plain, {ROLES}}}"
WITH_ID = f"source: {{preset: plain, {ROLES}, id: {ID}}}"
TWO = """sources:
  a: {customer: user_id, event: event, timestamp: timestamp}
  b: {customer: user_id, event: event, timestamp: timestamp}"""
BROKEN = 1_000  # lines


@dataclass(frozen=True)
class Case:
    """A log, how the model says to read it, and the case whose time is 1."""

    inputs: tuple[str, ...]
    source: str = ""
    beside: str = ""


def cases(size: str) -> dict[str, Case]:
    csv = str(path_of(size, "csv"))
    one, two, ids, twice, broken = (
        str(derived(size, name))
        for name in ("half-1.csv", "half-2.csv", "ids.ndjson", "twice.ndjson", "broken.csv")
    )
    return {
        "NDJSON, columns named": Case((ids,), BY_HAND),
        "NDJSON, preset found": Case(
            (ids,), "source: {deduplicate: none}", "NDJSON, columns named"
        ),
        "NDJSON, columns and id named": Case((ids,), WITH_ID, "NDJSON, columns named"),
        "NDJSON, preset found, with its id": Case((ids,), "", "NDJSON, columns and id named"),
        "NDJSON, the same, 1 % there twice": Case((twice,), "", "NDJSON, columns and id named"),
        "CSV, clean": Case((csv,)),
        "CSV, two files": Case((one, two), "", "CSV, clean"),
        "CSV, two sources": Case((f"a={one}", f"b={two}"), TWO, "CSV, two files"),
        f"CSV, {BROKEN:,} broken lines": Case((broken,), "", "CSV, clean"),
    }


def derived(size: str, name: str) -> Path:
    return DATA / f"events-{size}-{name}"


def make_all(size: str) -> None:
    """The plain files, and those made from them; what is there stays."""
    make(size, ["csv", "ndjson"], shuffled=False)
    rows = rows_of(size)
    csv, ndjson = path_of(size, "csv"), path_of(size, "ndjson")
    _write(derived(size, "half-1.csv"), _lines(csv, 0, rows // 2))
    _write(derived(size, "half-2.csv"), _lines(csv, rows // 2, rows))
    _write(derived(size, "ids.ndjson"), _with_ids(ndjson, 0.0))
    _write(derived(size, "twice.ndjson"), _with_ids(ndjson, 0.01))
    _write(derived(size, "broken.csv"), _broken(csv, rows))


def _write(path: Path, lines: Iterator[bytes]) -> None:
    if path.exists():
        return
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        out.writelines(lines)
    part.rename(path)


def _lines(csv: Path, first: int, last: int) -> Iterator[bytes]:
    with csv.open("rb") as file:
        yield next(file)
        yield from islice(file, first, last)


def _with_ids(ndjson: Path, again: float) -> Iterator[bytes]:
    """Records with an id each; a share of them is there again some lines further on."""
    rng = random.Random(20261101)
    late: list[bytes] = []
    with ndjson.open("rb") as file:
        for number, line in enumerate(file):
            key = b'"properties":{"$insert_id":"%016x",' % (number * 0x9E3779B97F4A7C15 % 2**64)
            made = line.replace(b'"properties":{', key, 1)
            yield made
            if again and rng.random() < again:
                late.append(made)
            if len(late) > 1_000:
                yield late.pop(rng.randrange(len(late)))
    yield from late


def _broken(csv: Path, rows: int) -> Iterator[bytes]:
    """The lines with broken ones between them: too many fields, quotes left open, bytes that are no text."""
    kinds = (
        b"user_x,event_00,2026-10-01T00:00:00Z,web,1,2,3,4\n",
        b'"user_x,event_00,2026-10-01T00:00:00Z,web,1\n',
        b'user_x,"event"_00,2026-10-01T00:00:00Z,web,1\n',
        b"user_\xff,event_00,2026-10-01T00:00:00Z,web,1\n",
    )
    with csv.open("rb") as file:
        yield next(file)
        for number, line in enumerate(file):
            if number % (rows // BROKEN) == rows // BROKEN // 2:
                yield kinds[number // (rows // BROKEN) % len(kinds)]
            yield line


def command(case: Case, out: Path, folder: Path) -> list[str]:
    model = folder / f"{abs(hash(case))}.yaml"
    text = (HERE / "model.yaml").read_text(encoding="utf-8")
    model.write_text(f"{text}\n{case.source}\n", encoding="utf-8")
    cesctl = [sys.executable, "-c", "from cesctl.cli import run; run()", "score", *case.inputs]
    return [*cesctl, "-c", str(model), "-o", str(out), "--quiet"]


def table(chosen: dict[str, Case], runs: dict[str, Runs]) -> str:
    lines = ["| | seconds (median) | ratio | to | peak MiB |", "|---|--:|--:|---|--:|"]
    for name, case in chosen.items():
        middle = statistics.median(runs[name].seconds)
        peak = statistics.median(runs[name].peak_mib)
        ratio = ""
        if case.beside in runs:
            ratio = f"{middle / statistics.median(runs[case.beside].seconds):.2f}"
        lines.append(f"| {name} | {middle:.2f} | {ratio} | {case.beside} | {peak:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases with this in their name")
    args = parser.parse_args()
    make_all(args.size)
    chosen = {n: c for n, c in cases(args.size).items() if args.only in n}
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: answer_of(folder, name) for name in chosen}
        commands = {n: command(c, outs[n], Path(folder)) for n, c in chosen.items()}
        runs = measured(commands, args.rounds)
        answers = {name: answer(out) for name, out in outs.items()}
    first = next(iter(answers.values()))
    for name, got in answers.items():
        if not got.equals(first):
            raise SystemExit(f'"{name}" gives another answer')
    print(f"{args.size} rows: {first.height:,} customers, all answers equal, {args.rounds} rounds")
    print(table(chosen, runs))


if __name__ == "__main__":
    main()
