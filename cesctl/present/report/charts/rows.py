"""A row per segment or event, with points on a common scale."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from cesctl.present.numbers import readable
from cesctl.present.report.charts.ink import DOWN, GRID, INK, LINE, MUTED, PAPER, UP
from cesctl.present.report.charts.svg import SIZE, label, new_figure, room

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cesctl.present.report.document import Intervals, Pairs

ROW = 26.0
BOTTOM = 26.0
GAP = 8.0
TOP = 28.0


def draw_intervals(chart: Intervals, width: float) -> Figure:
    """A point and its interval; above and below are told by the point's shape, too."""
    figure, axes = _rows([name for name, *_ in chart.rows], width)
    least, most = _ends(chart)
    axes.set_xlim(least, most)
    axes.axvline(0, color=MUTED, linewidth=1, clip_on=False)
    for at, (_, difference, interval, differs) in enumerate(chart.rows):
        color = {"above": UP, "below": DOWN}.get(differs or "", MUTED)
        if interval is not None:
            low, high = (min(max(end, least), most) for end in interval)
            axes.plot([low, high], [at, at], color=color, linewidth=2, clip_on=False)
            for end, shown, arrow in ((interval[0], low, "<"), (interval[1], high, ">")):
                if end != shown:  # goes on beyond the edge
                    axes.plot([shown], [at], arrow, markersize=6, color=color, clip_on=False)
        marker = {"above": "^", "below": "v"}.get(differs or "", "o")
        fill = color if differs else PAPER
        place = min(max(difference, least), most)
        axes.plot(
            [place],
            [at],
            marker=marker,
            markersize=8,
            color=color,
            markerfacecolor=fill,
            clip_on=False,
        )
    ticks = [float(t) for t in MaxNLocator(5).tick_values(least, most) if least <= t <= most]
    axes.set_xticks(ticks, [f"+{readable(t)}" if t > 0 else readable(t) for t in ticks])
    looks = (
        ("^", UP, UP, "higher"),
        ("v", DOWN, DOWN, "lower"),
        ("o", MUTED, PAPER, "may be chance"),
    )
    _key(figure, looks, width)
    return figure


def _ends(chart: Intervals) -> tuple[float, float]:
    """What is shown of the scale: all intervals, unless one is so wide that nothing else could be read."""
    furthest = max(abs(difference) for _, difference, _, _ in chart.rows) or 1.0
    ends = [end for _, _, interval, _ in chart.rows if interval for end in interval] + [
        difference for _, difference, _, _ in chart.rows
    ]
    within = max(2.5 * furthest, 1.5 * median(abs(end) for end in ends))
    least, most = max(min(ends), -within), min(max(ends), within)
    spare = (most - least or 1.0) * 0.04
    return min(least, 0.0) - spare, max(most, 0.0) + spare


def draw_pairs(chart: Pairs, width: float) -> Figure:
    figure, axes = _rows([name for name, _, _ in chart.rows], width)
    axes.set_xlim(-0.02, 1.02)
    for at, (_, first, second) in enumerate(chart.rows):
        axes.plot([second, first], [at, at], color=MUTED, linewidth=2, clip_on=False, zorder=2)
        axes.plot([second], [at], "s", markersize=7, color=DOWN, markerfacecolor=PAPER, zorder=3)
        axes.plot([first], [at], "o", markersize=8, color=LINE, zorder=4)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    _key(figure, (("o", LINE, LINE, chart.sides[0]), ("s", DOWN, PAPER, chart.sides[1])), width)
    return figure


def _rows(names: list[str], width: float) -> tuple[Figure, Axes]:
    """Axes with a row per name, the first on top."""
    plot = ROW * len(names)
    height = plot + BOTTOM + TOP
    figure = new_figure(width, height)
    most = room(names, width * 0.38)
    left = most + 2 * GAP
    place = (left / width, BOTTOM / height, (width - left - 2 * GAP) / width, plot / height)
    axes = figure.add_axes(place)
    axes.patch.set_visible(False)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [label(name, most) for name in names])
    axes.tick_params(length=0, colors=INK, labelsize=SIZE)
    axes.tick_params(axis="x", colors=MUTED)
    axes.grid(visible=True, axis="x", color=GRID, linewidth=1, clip_on=False)
    axes.set_axisbelow(True)
    return figure, axes


def _key(figure: Figure, looks: tuple[tuple[str, str, str, str], ...], width: float) -> None:
    """What the points mean, above the rows."""
    height = figure.get_size_inches()[1] * 72
    over = figure.add_axes((0, 1 - TOP / height, 1, TOP / height))
    over.set_axis_off()
    over.set_xlim(0, width)
    over.set_ylim(0, TOP)
    each = width / len(looks)
    x = GAP
    for marker, color, fill, text in looks:
        over.plot([x], [TOP * 0.6], marker=marker, markersize=8, color=color, markerfacecolor=fill)
        shown = label(text, each - 3 * GAP)
        over.text(x + 10, TOP * 0.6, shown, va="center_baseline", color=MUTED)
        x += min(each, room([shown], each) + 4 * GAP)
