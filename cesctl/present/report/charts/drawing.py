"""A chart as SVG: one drawing for wide pages and paper, one for phones."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from cesctl.present.report.charts.bands import draw_bands
from cesctl.present.report.charts.flows import draw_flows
from cesctl.present.report.charts.over_time import draw_bands_over_time, draw_shares_over_time
from cesctl.present.report.charts.rows import draw_intervals, draw_pairs
from cesctl.present.report.charts.svg import settings, to_svg
from cesctl.present.report.document import (
    BandBars,
    BandsOverTime,
    Chart,
    Flows,
    Intervals,
    Pairs,
    SharesOverTime,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTHS = {"wide": 760.0, "narrow": 340.0}  # px; the page shows the one that fits


def draw(chart: Chart) -> str:
    """Both drawings, as elements that go into a page as they are."""
    with settings():
        return "\n".join(
            to_svg(_figure(chart, width), chart, variant) for variant, width in WIDTHS.items()
        )


@singledispatch
def _figure(chart: Chart, width: float) -> Figure:
    raise NotImplementedError(type(chart), width)


_figure.register(BandBars, draw_bands)
_figure.register(BandsOverTime, draw_bands_over_time)
_figure.register(SharesOverTime, draw_shares_over_time)
_figure.register(Flows, draw_flows)
_figure.register(Intervals, draw_intervals)
_figure.register(Pairs, draw_pairs)
