"""What ``cesctl ingest`` shows."""

from __future__ import annotations

from datetime import UTC, datetime

from cesctl.pipeline.row_counts import row_counts
from cesctl.present.ingest_view import ingest_answer
from cesctl.store.exports import Export
from cesctl.store.ingest import Ingested
from cesctl.store.stage import Passed


def export(name: str) -> Export:
    return Export(
        name=name,
        source="",
        size=10,
        sha256="0" * 64,
        ended=True,
        rows={"read": 7, "taken in": 4, "duplicate": 1, "no customer": 2},
        first="2026-01-01",
        last="2026-01-03",
        taken_in=datetime(2026, 1, 4, tzinfo=UTC).isoformat(),
    )


def shown(known: int) -> str:
    passed = [Passed(f"old{n}.csv", "in the store already", known=True) for n in range(known)]
    passed.append(Passed("now.csv", "it was written to while it was read"))
    done = Ingested([export("new.csv")], passed, row_counts(7, {2: 1, 3: 2}), replaced=3)
    return "\n".join(str(line) for line in ingest_answer(done, "events.store").lines(90))


def test_exports_and_what_was_left_out() -> None:
    assert shown(1) == (
        "Ingest\n\n"
        "  Store     events.store\n"
        "  Rows      7 read · 4 accepted · 1 duplicate · 2 no customer\n"
        "  Replaced  3 by a copy that goes before them\n\n"
        "Taken in: 1\n"
        "  Export   Days                      Read  Accepted  Duplicate  Rejected  Why\n"
        "  ─────────────────────────────────────────────────────────────────────────────────────\n"
        "  new.csv  2026-01-01 to 2026-01-03     7         4          1         2  2 no customer\n\n"
        "Left out: 2\n"
        "  Left out  Why\n"
        "  ─────────────────────────────────────────────\n"
        "  old0.csv  in the store already\n"
        "  now.csv   it was written to while it was read"
    )


def test_of_many_that_are_known_the_number_is_said() -> None:
    text = shown(6)
    assert "  Known     6 exports, in the store already\n" in text
    assert "old0.csv" not in text
    assert "now.csv" in text
