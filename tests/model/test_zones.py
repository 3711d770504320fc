"""Timezones by name, and what is said of others."""

from __future__ import annotations

import pytest

from cesctl.model.zones import check_zone, is_zone


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Salta", "Etc/GMT-2"])
def test_names_of_zones(name: str) -> None:
    assert is_zone(name)
    assert check_zone(name) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Berlin", 'did you mean "Europe/Berlin"?'),
        ("europe/berlin", 'did you mean "Europe/Berlin"?'),
        ("Europe/Berln", 'did you mean "Europe/Berlin"?'),
        ("new york", 'did you mean "America/New_York"?'),
        ("PST", 'write "America/Los_Angeles" or another place\'s name'),
        ("+02:00", "write a name such as UTC or Europe/Berlin"),
        ("Europe", "write a name such as UTC or Europe/Berlin"),
        ("../etc/passwd", "write a name such as UTC or Europe/Berlin"),
        ("localtime", "write a name such as UTC or Europe/Berlin"),
        ("right/UTC", None),
        ("posix/Europe/Berlin", None),
        ("a\x00b", "write a name such as UTC or Europe/Berlin"),
    ],
)
def test_what_is_no_zone_says_what_to_write(name: str, hint: str | None) -> None:
    wrong = check_zone(name)
    assert wrong is not None
    assert wrong[0] == f'"{name}" is no timezone'
    assert hint is None or wrong[1] == hint
