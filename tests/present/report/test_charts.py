"""Charts as they stand in a page: well-formed, told in words, the same each time, text as text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from cesctl.insight.report import Limits, Report
from cesctl.present.report.charts import draw
from cesctl.present.report.document import (
    BandBars,
    BandsOverTime,
    Chart,
    Flows,
    Intervals,
    Pairs,
    SharesOverTime,
)
from cesctl.present.report.sections import document
from tests.present.report import made


def charts(report: Report) -> list[Chart]:
    sections = document(report, Limits()).sections
    return [part for section in sections for part in section.parts if isinstance(part, Chart)]


@cache
def drawn(which: str) -> list[tuple[Chart, str]]:
    report = made.small() if which == "small" else made.hostile()
    return [(chart, draw(chart)) for chart in charts(report)]


def parsed(text: str) -> list[ET.Element]:
    return list(ET.fromstring(f"<all>{text}</all>"))


def texts(svg: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for e in svg.iter("text")]


@pytest.mark.parametrize("which", ["small", "hostile"])
def test_each_is_drawn_twice_with_its_text_alternative(which: str) -> None:
    ids: list[str] = []
    for chart, text in drawn(which):
        wide, narrow = parsed(text)
        assert [svg.attrib["class"] for svg in (wide, narrow)] == ["wide", "narrow"]
        for svg in (wide, narrow):
            assert svg.attrib["role"] == "img"
            title, told = svg[0], svg[1]
            assert svg.attrib["aria-labelledby"].split() == [title.attrib["id"], told.attrib["id"]]
            assert (title.tag, told.tag) == ("title", "desc")
            assert title.text
            assert len(told.text or "") > 5
            ids += [e.attrib["id"] for e in svg.iter() if "id" in e.attrib]
            for e in svg.iter():
                if "href" in e.attrib:
                    assert e.attrib["href"][1:] in ids, chart.name
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("which", ["small", "hostile"])
def test_elements_are_only_those_that_draw(which: str) -> None:
    """What stands in the data never becomes an element, an attribute, or the address of anything."""
    for _, text in drawn(which):
        for svg in parsed(text):
            assert {e.tag for e in svg.iter()} <= {
                "svg", "title", "desc", "g", "defs", "path", "use", "text",
            }  # fmt: skip
            for e in svg.iter():
                assert not any(name.startswith("on") for name in e.attrib)
                assert e.attrib.get("href", "#").startswith("#")
                assert "url(" not in e.attrib.get("style", "")
                assert "clip-path" not in e.attrib


@pytest.mark.parametrize("which", ["small", "hostile"])
def test_all_colours_are_the_pages(which: str) -> None:
    for _, text in drawn(which):
        for svg in parsed(text):
            for e in svg.iter():
                given = " ".join(e.attrib.get(n, "") for n in ("style", "fill", "stroke"))
                assert not re.search(r"#[0-9a-f]{3,6}", given), given
                assert "DejaVu" not in given


def test_names_are_texts_as_they_are() -> None:
    chart = BandBars(
        "b", "t", "d", (("<b>&amp;#010101", 0.5, "$x^2$"), ("표🙂", 0.5, "1 (50.0%)")), (0, 1)
    )
    for svg in parsed(draw(chart)):
        found = texts(svg)
        assert "$x^2$" in found
        assert "표🙂" in found
    assert "<b>&amp;#010101" in texts(parsed(draw(chart))[0])


def test_what_xml_cannot_hold_is_replaced() -> None:
    chart = BandBars("b", "t\ufffe", "d\x00\ud800", (("a\uffffb", 1.0, "\x0b"),), (0,))
    wide = parsed(draw(chart))[0]
    assert (wide[0].text, wide[1].text) == ("t\ufffd", "d\ufffd\ufffd")
    assert "a\ufffdb" in texts(wide)


def test_the_same_chart_is_the_same_text() -> None:
    for chart, text in drawn("small"):
        assert draw(chart) == text


def test_long_names_are_cut() -> None:
    chart = Pairs("p", "t", "d", ("top", "bottom"), (("long " * 40, 0.9, 0.1),))
    for svg in parsed(draw(chart)):
        (name,) = [t for t in texts(svg) if t.startswith("long")]
        assert name.endswith("…")
        assert len(name) < 60


TIMES = ("2026-01-01", "2026-01-08", "2026-01-15")


@pytest.mark.parametrize(
    "chart",
    [
        BandBars("x", "t", "told", (("Only", 0.0, "0 (0.0%)"),), (0,)),
        BandsOverTime(
            "x", "t", "told", TIMES, ("A", "B"), (None, 5.0, 5.0), (None, (0.0, 1.0), (1.0, 0.0)), 1
        ),
        SharesOverTime("x", "t", "told", TIMES, (("r", (None, 0.0, 0.0)), ("e", (None, 0.0, 0.0)))),
        SharesOverTime("x", "t", "told", TIMES, (("r", (1.0, 1.0, 1.0)), ("e", (0.0, 0.5, 1.0)))),
        Flows("x", "t", "told", ("then", "now"), ("A", "B"), ((0, 1, 1), (-1, 0, 2), (1, -1, 3))),
        Intervals("x", "t", "told", (("a", 0.0, None, None), ("b", 0.0, (-9e5, 9e5), None))),
        Intervals("x", "t", "told", (("a", 5.0, (1.0, 9.0), "above"), ("b", -5.0, None, None))),
    ],
    ids=lambda chart: type(chart).__name__,
)
def test_odd_numbers_can_be_drawn(chart: Chart) -> None:
    for svg in parsed(draw(chart)):
        assert len(list(svg.iter("path"))) > 0
        assert "nan" not in ET.tostring(svg, encoding="unicode").lower()


def test_very_long_numbers_are_shortened() -> None:
    huge = (None, 1.5832680410919e13, -2e13)
    shares = (None, (1.0,), (1.0,))
    for svg in parsed(draw(BandsOverTime("x", "t", "told", TIMES, ("A",), huge, shares, 0))):
        assert {"1.58e+13", "-2e+13", "average -2e+13"} <= set(texts(svg))


def test_above_and_below_are_told_by_shape_too() -> None:
    """The marks of a row above, below and neither differ without their colour."""
    shapes = []
    for differs in ("above", "below", None):
        chart = Intervals("x", "t", "told", (("a", 5.0, None, differs), ("b", -5.0, None, None)))
        svg = parsed(draw(chart))[0]
        paths = {p.attrib["id"]: p.attrib["d"] for p in svg.iter("path") if "id" in p.attrib}
        uses = [paths[u.attrib["href"][1:]] for u in svg.iter("use")]
        shapes.append(tuple(sorted(uses)))
    assert len(set(shapes)) == 3


def test_a_chart_of_a_kind_that_nobody_draws_is_a_bug() -> None:
    with pytest.raises(NotImplementedError):
        draw(Chart("x", "t", "told"))


def test_charts_of_one_page_have_names_of_their_own() -> None:
    names = [chart.name for chart in charts(made.small())]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)
    assert replace(charts(made.small())[0]) == charts(made.small())[0]
