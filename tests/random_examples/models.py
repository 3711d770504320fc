"""Models: every key of the model page, each now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.random_examples.dice import Dice
from tests.random_examples.pools import DAY, DURATIONS, FORMATS, LEVELS, MINUTE, ZONES
from tests.random_examples.signals import draw_events, draw_match, draw_where
from tests.random_examples.world import World
from tests.random_examples.yaml_text import Node, Plain


def draw_model(dice: Dice, world: World, signals: Sequence[Dice]) -> dict[str, Node]:
    """A model with every key, each now and then."""
    model: dict[str, Node] = {}
    dice.put(model, "version", 3, lambda: 1)
    dice.put(model, "name", 2, lambda: "Übung")
    if world.zone != "UTC" or dice.chance(5):
        model["timezone"] = world.zone
    draw_as_of(dice, world, model)
    dice.put(model, "window", 6, lambda: dice.pick([*DURATIONS, "none"]))
    dice.put(model, "compare", 4.5, lambda: dice.pick(list(DURATIONS)))
    model["source"] = draw_source(dice, world)
    scale = draw_scale(dice) if dice.chance(8) else None
    model["events"] = draw_events(
        world, signals, bounded=scale is not None and scale["method"] == "possible"
    )
    draw_groups(dice, model)
    if scale is not None:
        model["scale"] = scale
    dice.put(model, "bands", 4, lambda: draw_bands(dice))
    dice.put(model, "risk", 6, lambda: draw_risk(dice, world, compares="compare" in model))
    if dice.chance(4):
        model["customers"] = {"file": "roster.csv"}
        dice.put(model["customers"], "id", 4, lambda: "account")
        dice.put(model["customers"], "only", 4, lambda: dice.chance(6))
    if dice.chance(5):
        paths = {"plan": "plan", "Sei te": "page", "owner": "amount"}
        model["attributes"] = {name: paths[name] for name in dice.some(list(paths), 1, 2)}
    return model


def draw_as_of(dice: Dice, world: World, model: dict[str, Node]) -> None:
    """Writes ``as_of``; T is then world's ``at``, and its clock at T or a little later."""
    kind = dice.pick(["left out", "latest", "now", "instant", "local", "date"])
    local = world.at.astimezone(ZoneInfo(world.zone))
    if kind == "date":
        model["as_of"] = Plain(local.date().isoformat())
        following = datetime(local.year, local.month, local.day) + timedelta(days=1)  # noqa: DTZ001
        start = following.replace(tzinfo=local.tzinfo).astimezone(UTC)
        world.at = start - timedelta(microseconds=1)
    elif kind == "instant":
        model["as_of"] = dice.pick([str, Plain])(world.at.isoformat().replace("+00:00", "Z"))
    elif kind == "local":
        model["as_of"] = Plain(local.replace(tzinfo=None).isoformat())
    elif kind != "left out":
        model["as_of"] = kind
    later = 0 if kind == "now" else dice.pick([0, 0, 1, MINUTE, DAY])
    world.now = world.at + timedelta(microseconds=later)


def draw_groups(dice: Dice, model: dict[str, Node]) -> None:
    """Declares the groups that the signals name, or none of them."""
    named = {s["group"] for s in model["events"].values() if isinstance(s, dict) and "group" in s}
    if not named or dice.chance(4):
        return
    model["groups"] = {name: draw_group(dice) for name in sorted(named)}


def draw_group(dice: Dice) -> dict[str, Node]:
    group: dict[str, Node] = {}
    dice.put(group, "weight", 6, lambda: dice.pick([1, 0.5, 2, 0, 0.333]))
    low, high = sorted(dice.some(LEVELS, 2, 2))
    dice.put(group, "max_points", 3, lambda: high)
    dice.put(group, "min_points", 3, lambda: low)
    return group


def draw_scale(dice: Dice) -> dict[str, Node]:
    method = dice.pick(["none", "clamp", "linear", "possible", "minmax", "percentile", "logistic"])
    found: dict[str, Node] = {"method": method}
    if method == "linear":
        found["from"] = dice.pick([[0, 250], [-10, 10], [100, 0], [0, 3], [0.5, 7.7]])
    if method in ("linear", "possible", "minmax"):
        dice.put(found, "clip", 4, lambda: dice.chance(5))
    if method == "logistic":
        found["midpoint"] = dice.pick([0, 10, -3.3, 100])
        found["steepness"] = dice.pick([0.5, 0.01, -1, 3])
    dice.put(
        found,
        "to",
        5,
        lambda: dice.pick([[0, 100], [1, 100], [-5, 5], [0, 1], [1, 10], [0.5, 2.5]]),
    )
    dice.put(found, "round", 6, lambda: dice.number(0, 6))
    return found


def draw_bands(dice: Dice) -> Node:
    starts = sorted(dice.some([-10, 0, 0.5, 1, 2.5, 10, 33.3, 41, 50, 71, 90], 1, 4))
    names = ["Low", "Mid [x]", "Good", "Großartig"]
    if dice.chance(3):
        return dict(zip(names, starts, strict=False))
    found = []
    for name, start in zip(names, starts, strict=False):
        band: dict[str, Node] = {"name": name, "from": start}
        dice.put(band, "at_risk", 3, lambda: dice.chance(5))
        dice.put(band, "action", 2, lambda: "Call, then mail")
        found.append(band)
    return found


def draw_risk(dice: Dice, world: World, *, compares: bool) -> dict[str, Node]:
    found: dict[str, Node] = {"silent_for": dice.pick(list(DURATIONS))}
    dice.put(found, "activity", 4, lambda: draw_match(dice, world))
    if compares:
        dice.put(found, "drop", 7, lambda: dice.pick([0, 0.1, 1, 2.5, 15]))
    return found


def draw_source(dice: Dice, world: World) -> dict[str, Node]:
    found: dict[str, Node] = {
        "customer": dice.pick(["user", "user", ["user", "device"]]),
        "event": dice.pick(
            ["event", "event", "event", ["event", "type"], {"value": world.events[0]}]
        ),
        "timestamp": dice.pick(["ts", "ts", ["ts", "received"]]),
    }
    dice.put(found, "preset", 1, lambda: "plain")
    dice.put(found, "id", 3, lambda: "key")
    kinds = ["exact", "exact", "none", "id"] if "id" in found else ["exact", "none"]
    dice.put(found, "deduplicate", 3, lambda: dice.pick(kinds))
    dice.put(found, "where", 1.5, lambda: draw_where(dice, world))
    forms = ["auto", "iso", "epoch_s", "epoch_ms", "epoch_us", *FORMATS]
    dice.put(found, "timestamp_format", 3, lambda: dice.pick(forms))
    dice.put(found, "timezone", 4, lambda: dice.pick(ZONES))
    dice.put(found, "prefix", 1, lambda: dice.pick(["Page", "x."]))
    return found
