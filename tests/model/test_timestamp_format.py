"""``timestamp_format``: words and strptime formats."""

from __future__ import annotations

import pytest

from cesctl.model.timestamp_format import check_timestamp_format


@pytest.mark.parametrize(
    "text",
    [
        "auto", "iso", "epoch_s", "epoch_ms", "epoch_us", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S%.3f",
        "%m/%d/%y %I:%M %p", "%Y%j", "%F %T", "%-d.%-m.%Y", "%d %b %Y %H:%M %z", "%s", "%+",
        "%Y-%m-%dT%H:%M:%S%.f%:z", "100%% %D", "%Y-W%W-%u",
    ],
)  # fmt: skip
def test_formats_that_can_be_read(text: str) -> None:
    assert check_timestamp_format(text) is None


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("epoch", 'unknown timestamp_format "epoch"', 'did you mean "epoch_s"?'),
        ("dd/mm/yyyy", 'unknown timestamp_format "dd/mm/yyyy"', "use auto, iso,"),
        ("%d/%m/%Q", '"%Q" is no part of a format', "use %Y %m %d"),
        ("%Y-%m-%d %", '"%" is no part of a format', "use %Y %m %d"),
        ("%d/%m", 'the format "%d/%m" has no year', "add %Y"),
        ("%H:%M", 'the format "%H:%M" has no year', "add %Y"),
        ("%m/%Y", 'the format "%m/%Y" has no month and day', "add %m and %d"),
    ],
)
def test_formats_that_cannot(text: str, message: str, hint: str) -> None:
    wrong = check_timestamp_format(text)
    assert wrong is not None
    assert wrong[0] == message
    assert wrong[1].startswith(hint)
