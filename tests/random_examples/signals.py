"""Signals: entries of ``events``, and the conditions that sources have too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tests.random_examples.dice import Dice
from tests.random_examples.pools import DURATIONS, LEVELS, PATTERNS, TEXTS, WEIGHTS
from tests.random_examples.world import World
from tests.random_examples.yaml_text import Node, Plain
from tests.reference.numbers import number


def draw_events(world: World, signals: Sequence[Dice], *, bounded: bool) -> dict[str, Node]:
    """The signals: some a bare weight, some a ratio of two others."""
    names = list(dict.fromkeys([*world.events, "s1", "s2", "s3", "s4", "s5", "s6", "Page*", "*"]))
    found: dict[str, Node] = {}
    ratios: list[tuple[str, Dice]] = []
    for dice in signals:
        left = [n for n in names if n not in found and n not in dict(ratios)]
        name = dice.pick(left)
        if dice.chance(1.2) and found:
            ratios.append((name, dice))
        elif dice.chance(0.5) and not bounded:
            found[name] = dice.pick(WEIGHTS)
        else:
            found[name] = draw_signal(dice, world, name, bounded=bounded)
    counted = list(found)
    for name, dice in ratios:
        found[name] = draw_ratio(dice, counted, bounded=bounded)
    return found


def draw_ratio(dice: Dice, counted: list[str], *, bounded: bool) -> dict[str, Node]:
    ratio: dict[str, Node] = {
        "measure": "ratio",
        "of": dice.pick(counted),
        "per": dice.pick(counted),
    }
    ratio["weight"] = dice.pick(WEIGHTS)
    dice.put(ratio, "missing", 6, lambda: draw_missing(dice))
    draw_value(dice, ratio, bounded=bounded)
    dice.put(ratio, "group", 4, lambda: dice.pick(["g", "h"]))
    return ratio


PERIODS = ["hour", "hour", "day", "week"]
MEASURES = ["count", "count", "sum", "sum", "mean", "mean", "min", "max", "last", "distinct", "days", "weeks",
            "once", "recency", "tenure", "sessions", "session_minutes", "bounces"]  # fmt: skip


def draw_signal(dice: Dice, world: World, name: str, *, bounded: bool) -> dict[str, Node]:
    """One entry of ``events``. ``bounded``: its points have a most."""
    measure = dice.pick(MEASURES)
    found: dict[str, Node] = {"weight": dice.pick(WEIGHTS)}
    if measure != "count" or dice.chance(5):
        found["measure"] = measure
    dice.put(found, "event", 2 if name in world.events else 9, lambda: draw_match(dice, world))
    dice.put(found, "where", 3, lambda: draw_where(dice, world))
    dice.put(found, "window", 4, lambda: dice.pick([*DURATIONS, "none"]))
    dice.put(found, "offset", 2.5, lambda: dice.pick([*DURATIONS, "0d"]))
    if measure in ("count", "sum", "days", "weeks", "once"):
        often = 6 if measure == "sum" else 4
        dice.put(
            found,
            "limit",
            often,
            lambda: {"count": dice.number(1, 3), "per": dice.pick(PERIODS)},
        )
    if measure in ("sum", "mean", "min", "max", "last"):
        found["property"] = dice.pick(["amount", "amount", "amount", "amount", "plan"])
    if measure == "distinct":
        found["property"] = dice.pick(["plan", "page", "amount"])
    if measure in ("count", "sum"):
        dice.put(
            found,
            dice.pick(["half_life", "linear_decay"]),
            4,
            lambda: dice.pick(list(DURATIONS)),
        )
    if measure in ("sessions", "session_minutes", "bounces"):
        dice.put(found, "gap", 5, lambda: dice.pick(list(DURATIONS)))
    if measure in ("mean", "min", "max", "last", "recency", "tenure"):
        dice.put(found, "missing", 7, lambda: draw_missing(dice))
    draw_value(dice, found, bounded=bounded)
    dice.put(found, "group", 4, lambda: dice.pick(["g", "h"]))
    return found


def draw_missing(dice: Dice) -> Node:
    of: list[Node] = ["zero", "skip", "skip", "skip", 0, 50, -3.5, 100]
    return dice.pick(of)


def draw_match(dice: Dice, world: World) -> Node:
    """``event``: a name, a pattern, or several of them."""
    if dice.chance(2):
        return dice.some([*world.events, *PATTERNS], 1, 3)
    return dice.pick([*world.events * 2, "*", "*", dice.pick(PATTERNS)])


def draw_where(dice: Dice, world: World) -> dict[str, Node]:
    """``where`` of one or two properties."""
    found: dict[str, Node] = {}
    for path in dict.fromkeys(dice.some(["plan", "page", "amount", "amount"], 1, 2)):
        if dice.chance(7):
            found[path] = draw_ops(dice, world, path)
        else:
            found[path] = dice.pick([draw_text, draw_texts])(dice, world, path)
    return found


def draw_ops(dice: Dice, world: World, path: str) -> dict[str, Node]:
    """Operators with their values, which the log's own often are."""
    values = [v for n in world.numbers if (v := number(n)) is not None and abs(v) > 1e-9]
    bounds = [-1, 0, 0.1, 7, 10, *[v.numerator / v.denominator for v in values] * 4]
    compared = ["gt", "ge", "lt", "le"]
    makers: dict[str, Callable[[], Node]] = {
        **dict.fromkeys(["eq", "ne", "contains"], partial(draw_text, dice, world, path)),
        **dict.fromkeys(["in", "not_in"], partial(draw_texts, dice, world, path)),
        **dict.fromkeys(compared, partial(dice.pick, bounds)),
        "exists": lambda: dice.chance(5),
    }
    likely = compared if path == "amount" else ["ne", "not_in", "contains", "exists"]
    return {op: makers[op]() for op in dice.some([*makers, *likely * 4], 1, 2)}


def draw_text(dice: Dice, world: World, path: str) -> Node:
    """A text to compare with, in quotes or without."""
    pool = {"plan": world.texts, "page": world.pages, "amount": world.numbers}[path]
    value = dice.pick([*pool, *pool, *TEXTS]).strip()
    return Plain(value) if value.replace(".", "").isalnum() and dice.chance(5) else value


def draw_texts(dice: Dice, world: World, path: str) -> Node:
    return [draw_text(dice, world, path) for _ in range(dice.number(1, 3))]


def draw_value(dice: Dice, found: dict[str, Node], *, bounded: bool) -> None:
    """Cap, target or tiers, and limits of points."""
    dice.put(found, "cap", 2.5, lambda: dice.pick(LEVELS))
    shape = dice.pick(["none", "none", "target", "range", "tiers"])
    if shape == "target":
        found["target"] = dice.pick([1, 2, 5, 10, 100, 0.3, 7, -4])
    elif shape == "range":
        ends = [(0, 3), (10, 0), (1.5, 30), (7, -2)]
        found["target"] = dict(zip(("from", "to"), dice.pick(ends), strict=True))
    elif shape == "tiers":
        starts = sorted(dice.some([-1, 0, 0.5, 1, 2, 3, 10, 100], 1, 4))
        found["tiers"] = [
            {"at_least": s, "value": dice.pick([0, 10, 33.3, 50, 100, -5])} for s in starts
        ]
    low, high = sorted(dice.some(LEVELS, 2, 2))
    dice.put(found, "max_points", 2, lambda: high)
    dice.put(found, "min_points", 2, lambda: low)
    if bounded and shape == "none" and "cap" not in found:
        found.setdefault("max_points", high)
