"""For which T missed nights are made up for."""

from __future__ import annotations

from datetime import UTC, datetime

from cesctl.nightly.missed import missed


def at(day: int, hour: int = 1) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def days(found: list[datetime]) -> list[str]:
    return [f"{t:%d %H:%M}" for t in found]


def test_days_between() -> None:
    assert missed(None, at(9), timezone="UTC", most=9) == []
    assert missed(at(3), at(4), timezone="UTC", most=9) == []
    assert missed(at(3), at(3, 5), timezone="UTC", most=9) == []
    assert days(missed(at(3), at(6), timezone="UTC", most=9)) == ["04 23:59", "05 23:59"]
    assert days(missed(at(3), at(9), timezone="UTC", most=2)) == ["07 23:59", "08 23:59"]
    assert missed(at(3), at(9), timezone="UTC", most=0) == []
    assert missed(at(9), at(3), timezone="UTC", most=9) == []


def test_days_are_those_of_the_timezone() -> None:
    found = missed(at(3), at(6, 20), timezone="Asia/Tokyo", most=9)
    assert days(found) == ["04 14:59", "05 14:59", "06 14:59"]


def test_newest_events_of_the_days() -> None:
    happened = [at(3), at(5, 7), at(8)]

    def newest(end: datetime) -> datetime | None:
        return max((t for t in happened if t <= end), default=None)

    assert missed(at(3), at(8), timezone="UTC", most=9, newest=newest) == [at(5, 7)]
