"""Averages, bands and shares at instants a period apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cesctl.present.numbers import fixed, percent, readable
from cesctl.present.report.charts.ink import DOWN, GRID, INK, LINE, MUTED, PAPER, band
from cesctl.present.report.charts.svg import CELL, SIZE, label, new_figure, room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cesctl.present.report.document import BandsOverTime, SharesOverTime

LEFT = 44.0
BOTTOM = 26.0
GAP = 8.0
LONGEST = 9  # characters of a number beside an axis
BOLD = 1.1  # so much wider is bold text
LEAST_TOLD = 0.06  # of a bar: a share with less height has no room for its text


def draw_bands_over_time(chart: BandsOverTime, width: float) -> Figure:
    line, bars, between = 110.0, 230.0, 26.0
    height = line + between + bars + BOTTOM + GAP
    figure = new_figure(width, height)
    average = _average_told(chart)
    names = max(room(list(chart.bands), width * 0.24), room([average], width * 0.3))
    right = names * BOLD + 2 * GAP
    left = room([_number(v, chart.decimals) for v in chart.average if v is not None], width) + GAP
    left = max(left, LEFT)
    across = (left / width, (width - left - right) / width)

    above = figure.add_axes((across[0], 1 - (line + GAP) / height, across[1], line / height))
    below = figure.add_axes((across[0], BOTTOM / height, across[1], bars / height))
    for axes in (above, below):
        _plain(axes, len(chart.times))
    _average(above, chart, label(average, (right - GAP) / BOLD))
    below.set_ylim(0, 1)
    below.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    _bars(below, chart, each=(width - left - right) / len(chart.times))
    _names(below, chart, right - GAP, bars)
    _dates(below, chart.times, width - left - right)
    return figure


def draw_shares_over_time(chart: SharesOverTime, width: float) -> Figure:
    plot = 190.0
    height = plot + BOTTOM + GAP
    figure = new_figure(width, height)
    texts = [_last(name, values) for name, values in chart.lines]
    right = room(texts, width * 0.35) * BOLD + 2 * GAP
    place = (LEFT / width, BOTTOM / height, (width - LEFT - right) / width, plot / height)
    axes = figure.add_axes(place)
    _plain(axes, len(chart.times))
    top = max((v for _, values in chart.lines for v in values if v is not None), default=0.0)
    top = min(1.0, max(0.1, top * 1.15))
    axes.set_ylim(0, top)
    step = next(s for s in (0.02, 0.05, 0.1, 0.2, 0.25) if top / s <= 5.5)
    ticks = [n * step for n in range(int(top / step + 1e-9) + 1)]
    axes.set_yticks(ticks, [f"{readable(round(t * 100, 6))}%" for t in ticks])
    ends = []
    looks = zip(chart.lines, ((DOWN, "o", "-"), (LINE, "s", (0, (4, 2)))), strict=True)
    for (_, values), (color, marker, dashes) in looks:
        axes.plot(
            range(len(values)),
            [float("nan") if v is None else v for v in values],
            color=color,
            marker=marker,
            markersize=5,
            linestyle=dashes,
            linewidth=2,
            clip_on=False,
        )
        there = [v for v in values if v is not None]
        ends.append(there[-1] if there else 0.0)
    apart = SIZE * 1.4 / plot * top
    for text, at, color in zip(texts, _spread(ends, apart, top), (DOWN, LINE), strict=True):
        _beside(axes, label(text, (right - GAP) / BOLD), at, len(chart.times) - 0.5, color)
    _dates(axes, chart.times, width - LEFT - right)
    return figure


def _last(name: str, values: Sequence[float | None]) -> str:
    there = [v for v in values if v is not None]
    return f"{name} {percent(there[-1] if there else None)}"


def _plain(axes: Axes, instants: int) -> None:
    """Without a frame; lines only across."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlim(-0.5, instants - 0.5)
    axes.set_xticks([])
    axes.tick_params(length=0, colors=MUTED, labelsize=SIZE)
    axes.grid(visible=True, axis="y", color=GRID, linewidth=1, clip_on=False)
    axes.set_axisbelow(True)


def _dates(axes: Axes, times: Sequence[str], width: float) -> None:
    """As many dates as have room, the last one among them."""
    each = max(len(time) for time in times) * CELL + 2 * GAP
    step = -(-len(times) // max(1, int(width / each)))
    shown = list(range(len(times) - 1, -1, -step))
    axes.set_xticks(shown, [times[at] for at in shown])


def _average_told(chart: BandsOverTime) -> str:
    last = next(v for v in reversed(chart.average) if v is not None)
    return f"average {_number(last, chart.decimals)}"


def _number(value: float, decimals: int) -> str:
    """As in the tables; with three digits where it is very long."""
    text = fixed(value, decimals)
    return text if len(text) <= LONGEST else f"{value:.3g}"


def _average(axes: Axes, chart: BandsOverTime, told: str) -> None:
    values = [float("nan") if v is None else v for v in chart.average]
    there = [(at, v) for at, v in enumerate(chart.average) if v is not None]
    low, high = min(v for _, v in there), max(v for _, v in there)
    spare = max(high - low, 1.0) * 0.35
    axes.set_ylim(low - spare, high + spare)
    ticks = [low, high] if high > low else [low]
    axes.set_yticks(ticks, [_number(v, chart.decimals) for v in ticks])
    axes.plot(
        range(len(values)), values, color=INK, marker="o", markersize=5, linewidth=2, clip_on=False
    )
    _beside(axes, told, there[-1][1], len(chart.times) - 0.5, INK)


def _bars(axes: Axes, chart: BandsOverTime, each: float) -> None:
    """Stacked, the lowest band at the bottom; its share in each where there is room, else at the ends."""
    room_for_all = each * 0.84 >= 5.6 * CELL
    ends = {0, len(chart.times) - 1}
    for at, shares in enumerate(chart.shares):
        bottom = 0.0
        for place, share in enumerate(shares or ()):
            axes.bar(
                at,
                share,
                bottom=bottom,
                width=0.84,
                color=band(place),
                edgecolor=PAPER,
                linewidth=1,
                clip_on=False,
            )
            if share >= LEAST_TOLD and (room_for_all or (at in ends and each >= 3.4 * CELL)):
                axes.text(
                    at,
                    bottom + share / 2,
                    percent(share) if room_for_all else f"{fixed(share * 100, 0)}%",
                    ha="center",
                    va="center_baseline",
                    size=SIZE - 1,
                    color=PAPER,
                )
            bottom += share


def _names(axes: Axes, chart: BandsOverTime, most: float, height: float) -> None:
    """The names of the bands beside the last bar that there is."""
    shares = next(s for s in reversed(chart.shares) if s is not None)
    middles = [sum(shares[:at]) + share / 2 for at, share in enumerate(shares)]
    spread = _spread(middles, SIZE * 1.3 / height, 1.0)
    for place, (name, at) in enumerate(zip(chart.bands, spread, strict=True)):
        _beside(axes, label(name, most / BOLD), at, len(chart.times) - 0.5, band(place))


def _beside(axes: Axes, text: str, at: float, x: float, color: str) -> None:
    axes.annotate(
        text,
        (x, at),
        (GAP / 2, 0),
        textcoords="offset points",
        va="center_baseline",
        color=color,
        weight="bold",
        annotation_clip=False,
    )


def _spread(places: Sequence[float], apart: float, top: float) -> list[float]:
    """The places moved so that they are so far apart, as little as that takes, within 0 … top."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    found = list(places)
    for before, at in pairwise(order):
        found[at] = max(found[at], found[before] + apart)
    over = found[order[-1]] - (top - apart / 2)
    if over > 0:
        found[order[-1]] -= over
        for after, at in pairwise(reversed(order)):
            found[at] = min(found[at], found[after] - apart)
    return found
