"""A source that is written reads back the same."""

from __future__ import annotations

import pytest

from cesctl.insight.source_text import sources_block
from cesctl.model import parse_model
from cesctl.model.types import Source

BASE = "  customer: user_id\n  event: event\n  timestamp: ts\n"


@pytest.mark.parametrize(
    "text",
    [
        BASE,
        '  customer: [a, "b c:"]\n  event: {value: yes it is}\n  timestamp: [t1, t2]\n',
        BASE + '  files: [a.csv, "b,c.csv"]\n',
        BASE + "  id: $insert_id\n",
        BASE + "  id: x\n  deduplicate: none\n",
        BASE + "  deduplicate: exact\n",
        BASE + "  timestamp_format: epoch_ms\n  timezone: Europe/Berlin\n  prefix: email.\n",
        BASE + "  where:\n    plan: {ne: free, exists: true}\n    n: {gt: 0.5, le: -3}\n",
        BASE + '  where:\n    plan: [pro, "007"]\n    x: {contains: "a, b", exists: false}\n',
        BASE + "  where:\n    a.b: 1.50\n    c: {not_in: [yes, no]}\n",
    ],
)
def test_it_reads_back_the_same(text: str) -> None:
    def read(block: str) -> Source:
        return parse_model(block + "events: {a: 1}\n").sources[0]

    source = read("source:\n" + text)
    assert read("\n".join(sources_block([source])) + "\n") == source
