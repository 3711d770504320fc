"""Customers then and now, by band, and the streams between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from cesctl.present.report.charts.ink import DOWN, FLAT, INK, MUTED, UP, band
from cesctl.present.report.charts.svg import CELL, SIZE, label, new_figure
from cesctl.present.report.document import NOT_THERE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cesctl.present.report.document import Flows

NODE = 14.0  # px across
TOP = 44.0
LEAST_TOLD = 13.0  # px: a stream that is thinner has no room for its number
WORDS = (("rose", UP), ("stayed, new or gone", FLAT), ("fell", DOWN))


def draw_flows(chart: Flows, width: float) -> Figure:
    """The best band stands on top, so that streams that rise go up."""
    plot = 300.0
    gap = 12.0
    height = TOP + plot + 4
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    side = min(width * 0.28, 150.0)
    edges = (side, width - side)
    total = sum(n for _, _, n in chart.flows)
    # who was not there stands below all bands, where there is anybody
    absent = any(NOT_THERE in ends for *ends, _ in chart.flows)
    places = range(NOT_THERE if absent else 0, len(chart.bands))
    unit = (plot - gap * (len(places) - 1)) / total
    sizes = [
        {place: sum(n for *ends, n in chart.flows if ends[end] == place) for place in places}
        for end in (0, 1)
    ]
    tops = [_tops(of_side, unit, gap) for of_side in sizes]
    for end, nobody in enumerate(("(new)", "(gone)")):
        for place in places:
            name = nobody if place == NOT_THERE else chart.bands[place]
            size = sizes[end][place]
            if size or place != NOT_THERE:
                box = (edges[end], tops[end][place], size * unit)
                color = MUTED if place == NOT_THERE else band(place)
                _node(axes, box, _told(name, size, side - NODE, box[2]), color, left=end == 0)
    # streams leave and arrive in the order of the bands at their other end, so that few cross
    left, right = dict(tops[0]), dict(tops[1])
    leaves: dict[tuple[int, int], float] = {}
    for a, b, n in sorted(chart.flows, key=lambda f: (-f[0], -f[1])):
        leaves[a, b] = left[a]
        left[a] += n * unit
    for a, b, n in sorted(chart.flows, key=lambda f: (-f[1], -f[0])):
        y0, y1 = leaves[a, b], right[b]
        right[b] += n * unit
        color = FLAT if a == b or NOT_THERE in (a, b) else UP if b > a else DOWN
        _stream(axes, (edges[0] + NODE / 2, y0), (edges[1] - NODE / 2, y1), n * unit, color)
        if n * unit >= LEAST_TOLD:
            x = edges[0] + NODE / 2 + 6
            axes.text(
                x, y0 + n * unit / 2, f"{n:,}", va="center_baseline", size=SIZE - 1, color=INK
            )
    _head(axes, chart, edges, width)
    return figure


def _told(name: str, count: int, most: float, high: float) -> str:
    """The name and the number beside each other, or below where that takes too much room."""
    number = f"{count:,}"
    one_line = f"{name} {number}"
    if label(one_line, most) != one_line and high >= 2.2 * SIZE:
        return f"{label(name, most)}\n{number}"
    return f"{label(name, most - (len(number) + 1) * CELL)} {number}"


def _tops(sizes: dict[int, int], unit: float, gap: float) -> dict[int, float]:
    """Where each band begins, the best on top."""
    tops = {}
    y = TOP
    for place in sorted(sizes, reverse=True):
        tops[place] = y
        y += sizes[place] * unit + gap
    return tops


def _node(
    axes: Axes, box: tuple[float, float, float], text: str, color: str, *, left: bool
) -> None:
    """``box``: the middle, the top and the height."""
    x, top, high = box
    axes.add_patch(Rectangle((x - NODE / 2, top), NODE, max(high, 1.0), color=color))
    away = NODE / 2 + 6
    axes.text(
        x - away if left else x + away,
        top + high / 2,
        text,
        ha="right" if left else "left",
        va="center" if "\n" in text else "center_baseline",
        color=INK,
    )


def _stream(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], thick: float, color: str
) -> None:
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    points = [
        (x0, y0), (middle, y0), (middle, y1), (x1, y1),
        (x1, y1 + thick), (middle, y1 + thick), (middle, y0 + thick), (x0, y0 + thick), (x0, y0),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    alpha = 0.35 if color == FLAT else 0.7
    axes.add_patch(PathPatch(Path(points, codes), facecolor=color, linewidth=0, alpha=alpha))


def _head(axes: Axes, chart: Flows, edges: tuple[float, float], width: float) -> None:
    """The two times, and what the colours mean."""
    for x, align, title in (
        (edges[0], "right", chart.titles[0]),
        (edges[1], "left", chart.titles[1]),
    ):
        away = NODE / 2 if align == "right" else -NODE / 2
        axes.text(x + away, 28, title, ha=align, weight="bold", color=INK)
    x = (width - sum(len(word) * CELL + 30 for word, _ in WORDS)) / 2
    for word, color in WORDS:
        axes.add_patch(Rectangle((x, 2), 10, 10, color=color))
        axes.text(x + 14, 11, word, color=MUTED)
        x += len(word) * CELL + 30
