"""Text to instants, against the standard library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.pipeline import fixed_width
from cesctl.pipeline.iso import layout_of, read_text
from cesctl.pipeline.timestamps import to_instants, with_instants


def read(text: str, form: str = "auto", timezone: str = "UTC") -> str | None:
    got = to_instants(pl.Series([text]), form=form, timezone=timezone).item()
    return None if got is None else got.isoformat()


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2026-04-01T01:02:03Z", "2026-04-01T01:02:03+00:00"),
        ("2026-04-01 01:02:03", "2026-04-01T01:02:03+00:00"),
        ("2026-04-01 01:02:03 UTC", "2026-04-01T01:02:03+00:00"),
        ("2026-04-01T01:02:03+02:00", "2026-03-31T23:02:03+00:00"),
        ("2026-04-01T01:02:03-0330", "2026-04-01T04:32:03+00:00"),
        ("2026-04-01T01:02:03-00:30", "2026-04-01T01:32:03+00:00"),
        ("2026-04-01T01:02", "2026-04-01T01:02:00+00:00"),
        ("2026-04-01", "2026-04-01T00:00:00+00:00"),
        ("2026-04-01T01:02:03.5Z", "2026-04-01T01:02:03.500000+00:00"),
        ("2026-04-01 01:02:03.123456789", "2026-04-01T01:02:03.123456+00:00"),
        ("1700000000", "2023-11-14T22:13:20+00:00"),
        ("1700000000123", "2023-11-14T22:13:20.123000+00:00"),
        ("1700000000123456", "2023-11-14T22:13:20.123456+00:00"),
        ("1700000000.1234567", "2023-11-14T22:13:20.123456+00:00"),
        ("1700000000.9999999999", "2023-11-14T22:13:20.999999+00:00"),
        ("-1.9999999999" + "9" * 20, "1969-12-31T23:59:58.000001+00:00"),
        ("1e9", "2001-09-09T01:46:40+00:00"),
        ("99999999999", "5138-11-16T09:46:39+00:00"),
        ("100000000000", "1973-03-03T09:46:40+00:00"),
        ("-5", "1969-12-31T23:59:55+00:00"),
    ],
)
def test_auto_reads(text: str, want: str) -> None:
    assert read(text) == want


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026", "2026-02-30", "2026-13-01", "2026-04-01T24:00:00Z", "2026-04-01T23:59:60Z",
        "2026- 4-01T01:02:03Z", "+2026-4-01T01:02:03Z", "2026-4-1T01:02:03Z", "0000-01-01",
        "2026-04-01T01:02:03 Z", "2026-04-01t01:02:03z", "2026-04-01Z", "yesterday", "1e17", "nan",
        "2026-04-01T01:02:03+25:00", "2026-04-01T01:02:03.Z", "12:30", "20260401T010203Z",
    ],
)  # fmt: skip
def test_auto_takes_nothing_else(text: str) -> None:
    assert read(text) is None


def test_iso_takes_no_numbers_and_epochs_nothing_but() -> None:
    assert read("1700000000", "iso") is None
    assert read("2026-04-01", "epoch_s") is None
    assert read("100000000000", "epoch_s") == "5138-11-16T09:46:40+00:00"
    assert read("5000", "epoch_ms") == "1970-01-01T00:00:05+00:00"
    assert read("5000", "epoch_us") == "1970-01-01T00:00:00.005000+00:00"


def test_a_given_format() -> None:
    assert read("31/12/2026 23:59", "%d/%m/%Y %H:%M") == "2026-12-31T23:59:00+00:00"
    assert read("31/12/2026", "%d/%m/%Y") == "2026-12-31T00:00:00+00:00"
    assert read("31/12/2026 23:59 +0100", "%d/%m/%Y %H:%M %z") == "2026-12-31T22:59:00+00:00"
    assert read("12/31/2026", "%d/%m/%Y") is None


@pytest.mark.parametrize(
    ("text", "zone", "want"),
    [
        ("2026-10-25 01:30:00", "Europe/London", "2026-10-25T00:30:00+00:00"),  # twice: the earlier
        ("2026-03-29 01:30:00", "Europe/London", "2026-03-29T01:30:00+00:00"),  # skipped: forward
        (
            "2011-12-30 12:00:00",
            "Pacific/Apia",
            "2011-12-30T22:00:00+00:00",
        ),  # a day that never was
        ("2026-07-01", "Europe/London", "2026-06-30T23:00:00+00:00"),
        ("1700000000", "Europe/London", "2023-11-14T22:13:20+00:00"),
    ],
)
def test_zones_of_values_that_carry_none(text: str, zone: str, want: str) -> None:
    assert read(text, timezone=zone) == want


SHAPES = [
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f", "epoch",
]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1000, 1, 1), datetime(4000, 1, 1)),  # noqa: DTZ001
            st.sampled_from([*SHAPES, "bad", "none"]),
        ),
        max_size=40,
    )
)
def test_mixed_shapes_read_each_as_if_alone(rows: list[tuple[datetime, str]]) -> None:
    texts: list[str | None] = []
    want: list[datetime | None] = []
    for naive, shape in rows:
        at = naive.replace(tzinfo=UTC)
        if shape == "none":
            texts.append(None)
            want.append(None)
        elif shape == "bad":
            texts.append(at.strftime("%d/%m/%Y"))
            want.append(None)
        elif shape == "epoch":
            us = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            if abs(us) < 10**14:  # a smaller number would be milliseconds
                continue
            texts.append(str(us))
            want.append(at)
        else:
            texts.append(at.strftime(shape))
            read_back = shape.replace("Z", "").replace(" UTC", "").replace("+00:00", "")
            want.append(datetime.strptime(at.strftime(read_back), read_back).replace(tzinfo=UTC))
    got = to_instants(pl.Series(texts, dtype=pl.String))
    assert got.to_list() == want


@given(st.datetimes(datetime(1971, 1, 1), datetime(2036, 1, 1)))  # noqa: DTZ001
def test_wall_clock_is_the_standard_librarys(naive: datetime) -> None:
    zone = "America/New_York"
    text = naive.isoformat(sep=" ", timespec="microseconds")
    want = naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    assert to_instants(pl.Series([text]), timezone=zone).item() == want


def test_columns_that_are_typed() -> None:
    at = datetime(2026, 4, 1, 1, 2, 3, tzinfo=UTC)
    naive = at.replace(tzinfo=None)
    frame = pl.DataFrame(
        {
            "zoned": pl.Series([at]).dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns"),
            "naive": pl.Series([naive]).dt.cast_time_unit("ms"),
            "us": [1775005323000000],
        }
    )
    for name in frame.columns:
        rows = with_instants(
            frame.lazy(), name, frame.schema[name], "at", form="auto", timezone="UTC"
        )
        assert rows.select("at").collect().item() == at, name


def test_white_space_is_none_whatever_stands_first() -> None:
    texts = ["soon", " 2026-04-01", "2026-04-02 ", " 5 "]
    found = to_instants(pl.Series(texts)).to_list()
    assert [None if at is None else at.date().isoformat() for at in found] == [
        None,
        "2026-04-01",
        "2026-04-02",
        "1970-01-01",
    ]


ALPHABET = "0123456789 -+:.TZtzé\t\u00a0"
LAYOUTS = [
    "2026-04-01T01:02:03Z",
    "2026-04-01T01:02:03.25Z",
    "2026-04-01T01:02:03.123Z",
    "2026-04-01 01:02:03",
    "2026-04-01T01:02",
    "2026-04-01 01:02Z",
    "2026-04-01 01:02:03.123456 UTC",
    "2026-04-01 01:02:03.123456789",
    "2026-04-01T01:02:03+02:00",
    "2026-04-01T01:02:03.5-0330",
    "2026-04-01",
    "1700000000",
    "1700000000123",
    "-86400.5",
    "soon",
]


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """Text of one of the layouts with any digits, and up to three characters changed, more or less."""
    text = draw(st.sampled_from(LAYOUTS))
    made = [draw(st.sampled_from("0123456789")) if c.isdigit() else c for c in text]
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(made) - 1))
        made[place : place + draw(st.integers(0, 1))] = draw(st.text(ALPHABET, max_size=1))
    return "".join(made)


@given(
    st.lists(st.none() | st.sampled_from(LAYOUTS) | nearly()),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
def test_a_sample_changes_no_value(texts: list[str | None], sample: str, zone: str) -> None:
    frame = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
    for form in ("auto", "iso", "epoch_s", "epoch_ms"):
        alone = to_instants(frame["t"], form=form, timezone=zone)
        rows = with_instants(
            frame.lazy(), "t", pl.String(), "at", form=form, timezone=zone, sample=[sample]
        )
        assert rows.collect()["at"].to_list() == alone.to_list(), form


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 10**18)))
def test_whole_numbers_are_read_as_their_text(numbers: list[int | None]) -> None:
    frame = pl.DataFrame({"t": pl.Series(numbers, dtype=pl.Int64)})
    for form in ("auto", "epoch_s", "epoch_us"):
        rows = with_instants(frame.lazy(), "t", pl.Int64(), "at", form=form, timezone="UTC")
        alone = to_instants(frame["t"].cast(pl.String), form=form)
        assert rows.collect()["at"].to_list() == alone.to_list(), form


@given(st.lists(nearly(), min_size=1), st.sampled_from(LAYOUTS[:8]))
def test_a_layout_read_by_words_is_read_as_by_its_pattern(texts: list[str], like: str) -> None:
    layout = layout_of(like)
    assert layout is not None
    frame = pl.LazyFrame({"t": texts})
    words = fixed_width.with_wall_clock(frame, "t", layout, "at").collect()["at"]
    pattern = frame.select(read_text(pl.col("t"), layout)).collect()["t"]
    assert words.to_list() == pattern.set(pattern.dt.year() < 1, None).to_list()


def test_every_day_of_the_calendar_and_none_beside() -> None:
    years = [1, 4, 100, 400, 999, 1600, 1900, 1970, 2000, 2023, 2024, 2100, 9999]
    texts = [f"{y:04}-{m:02}-{d:02}T23:59:59Z" for y in years for m in range(14) for d in range(33)]
    layout = layout_of("2026-04-01T01:02:03Z")
    assert layout is not None
    rows = fixed_width.with_wall_clock(pl.LazyFrame({"t": texts}), "t", layout, "at")
    found = rows.collect()["at"].to_list()
    assert found == [standard_librarys(t) for t in texts]


def standard_librarys(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


@pytest.mark.parametrize("digits", [9, 10, 11, 40_000])
def test_a_fraction_of_any_length(digits: int) -> None:
    texts = [f"2026-04-01T01:02:03.{'1' * digits}Z", "2026-04-01T01:02:03.25Z", None]
    frame = pl.LazyFrame({"t": texts})
    rows = with_instants(
        frame, "t", pl.String(), "at", form="auto", timezone="UTC", sample=[str(texts[0])]
    )
    found = [None if at is None else at.microsecond for at in rows.collect()["at"]]
    assert found == [111_111, 250_000, None]
    assert rows.collect()["at"].to_list() == to_instants(pl.Series(texts)).to_list()
