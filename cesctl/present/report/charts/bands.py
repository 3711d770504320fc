"""A bar per band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cesctl.present.report.charts.ink import GRID, INK, band
from cesctl.present.report.charts.svg import label, new_figure, room

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cesctl.present.report.document import BandBars

ROW = 32.0
GAP = 8.0


def draw_bands(chart: BandBars, width: float) -> Figure:
    height = ROW * len(chart.bands) + 2
    figure = new_figure(width, height)
    names = room([name for name, _, _ in chart.bands], width * 0.3)
    texts = room([text for _, _, text in chart.bands], width * 0.4)
    left, right = names + 2 * GAP, width - texts - GAP
    axes = figure.add_axes((left / width, 0, (right - left) / width, 1))
    axes.set_axis_off()
    most = max(share for _, share, _ in chart.bands) or 1.0
    axes.set_xlim(0, most)
    axes.set_ylim(len(chart.bands) - 0.5, -0.5)
    for at, ((name, share, text), color) in enumerate(zip(chart.bands, chart.colors, strict=True)):
        axes.barh(at, share, height=0.66, color=band(color), clip_on=False)
        offset: dict[str, Any] = {"textcoords": "offset points", "va": "center_baseline"}
        axes.annotate(label(name, names), (0, at), (-GAP, 0), ha="right", color=INK, **offset)
        axes.annotate(label(text, texts), (share, at), (GAP, 0), ha="left", color=INK, **offset)
    axes.axvline(0, color=GRID, linewidth=1, clip_on=False)
    return figure
