"""A report of a model with variants: whose bands, and by what each variant is scored."""

from __future__ import annotations

import re
from functools import cache

import pytest

import cesctl
from cesctl.insight.report import Limits, Report
from cesctl.present.report import sentences, view_sentences
from cesctl.present.report.document import BandBars, Section
from cesctl.present.report.model_section import model_section
from cesctl.present.report.sections import document
from cesctl.present.view import Table, Words
from tests.insight.frames import NOW
from tests.present.report import made

VARIANTS = """
variants:
  - name: trial
    where: {plan: trial}
    events: {shared: {event: Shared, weight: 2}}
    bands: [{name: Cold, from: 0, color: blue}, {name: Top, from: 9}]
  - {name: "<b>one", where: {city: city 1}, scale: {method: percentile}, risk: {drop: 1}}
"""


@cache
def report() -> Report:
    return cesctl.report(made.log(), cesctl.parse_model(made.MODEL + VARIANTS), now=NOW)


def section(name: str) -> Section:
    return next(s for s in document(report(), Limits()).sections if s.name == name)


def test_bands_are_those_of_each_variant() -> None:
    chart = section("bands").parts[0]
    assert isinstance(chart, BandBars)
    names = [name for name, _, _ in chart.bands]
    assert names[:2] == ["trial: Cold", "trial: Top"]
    assert names[2:] == ["<b>one: Low", "<b>one: Mid", "<b>one: Top", "Low", "Mid", "Top"]
    # Low, Mid, Top, Cold: a name has one colour
    assert chart.colors == (3, 2, 0, 1, 2, 0, 1, 2)
    assert document(report(), Limits()).colors == [None, None, None, "blue"]
    customers = report().result.scores.height
    assert sum(share for _, share, _ in chart.bands) == pytest.approx(1, abs=1e-5)
    assert report().result.bands["customers"].sum() == customers


def test_the_head_speaks_of_the_best_band_of_each() -> None:
    best = sentences.key_figures(report())[3]
    assert best.label == "In the best band, that of the variant"
    number = int(report().result.detail["best_band"].sum())
    assert best.value.startswith(f"{number:,} (")
    bands = report().result.scores.select("variant", "band").rows()
    last = {"trial": "Top", "<b>one": "Top", None: "Top"}
    assert number == sum(band == last[variant] for variant, band in bands)


def test_all_are_counted_once_whatever_became_of_them() -> None:
    text = " ".join(view_sentences.flows(report().movers))
    counts = [
        int(n) for n in re.findall(r"(?<![\d:-])(\d+) (?=customer|to |stayed|went|is|are)", text)
    ]
    assert sum(counts) == report().movers.transitions["customers"].sum()


def test_the_model_in_words_has_each_variant() -> None:
    found = model_section(report().result.model)
    titles = [p.title for p in found.parts if isinstance(p, Table | Words)]
    assert titles == [
        "Signals",
        "Groups",
        "Variant trial",
        "Signals of trial",
        "Variant <b>one",
        "Lists",
    ]
    silent = "was silent for 30d or longer or was never active"
    trial, one = [p.text for p in found.parts if isinstance(p, Words)]
    assert trial.splitlines() == [
        "Customers whose plan is trial, and that are in no variant before, are scored apart.",
        "Bands: Cold 0\u20138.9 · Top 9\u2013100.",
        f"At risk: who is in the band Cold, lost 15 points or more in 30d, {silent}.",
    ]
    assert "Scale: place among the customers of <b>one, from 0 to 100" in one
    assert dict(found.facts)["Bands"].startswith("Low 0\u201319.9 · Mid")


def test_html_markdown_and_json() -> None:
    html = report().html()
    assert "Signals of trial" in html
    assert "<b>one" not in html
    assert "&lt;b&gt;one" in html
    assert "### Variant trial" in report().markdown()
    data = b"".join(report().json())
    assert b'"variant":"trial"' in data
