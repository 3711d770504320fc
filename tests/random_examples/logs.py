"""Logs and rosters: text, as exports have it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.random_examples.dice import Dice
from tests.random_examples.pools import BAD_TIMES, DAY, DURATIONS, EVENTS, HOUR, HOWS, MINUTE
from tests.random_examples.world import World
from tests.random_examples.yaml_text import Node


class Log:
    """Rows of a model: their instants lie around its own bounds."""

    def __init__(self, dice: Dice, world: World, model: dict[str, Node]) -> None:
        source = model["source"]
        self.world = world
        self.form = source.get("timestamp_format", "auto")
        self.zone = source.get("timezone", world.zone)
        self.hows = ["Z"] if dice.chance(4) else HOWS
        gaps = [
            DURATIONS[s["gap"]]
            for s in model["events"].values()
            if isinstance(s, dict) and "gap" in s
        ]
        self.steps = [
            0,
            0,
            0,
            0,
            1,
            -1,
            *(g + d for g in [30 * MINUTE, *gaps] for d in (0, -1, 1)),
            HOUR,
            DAY,
        ]
        everywhere = [*edges(model), *ordinary(dice)]
        self.ages = dice.some(everywhere, 2, 6) if dice.chance(7) else everywhere
        self.identified = "id" in source
        self.late = not world.tidy and dice.chance(5)

    def row(self, dice: Dice) -> list[dict[str, str | None]]:
        """A record; now and then twice."""
        world = self.world
        age = dice.pick(self.ages) - dice.pick(self.steps)
        if age < 0 and not (self.late and dice.chance(3)):
            age = -age
        record = {
            # the first have many events, the last may have a single one
            "user": self.blanks(
                dice, min((dice.pick(world.customers) for _ in "ab"), key=world.customers.index)
            ),
            "device": dice.pick([None, "", "d1", world.customers[0]]),
            "event": self.blanks(dice, dice.pick(EVENTS if dice.chance(1) else world.events)),
            "type": dice.pick([None, *world.events]),
            "received": dice.pick([None, "", "2026-03-01T00:00:00Z"]),
            "amount": self.blanks(dice, dice.pick(world.numbers)),
            "plan": self.blanks(dice, dice.pick(world.texts)),
            "page": self.blanks(dice, dice.pick(world.pages)),
            "key": dice.pick([None, "", "k1", " k1", "k2", "k3", "k4", "k5"]),
            "ts": self.write(world.at - timedelta(microseconds=age), dice.pick(self.hows)),
        }
        if not world.tidy and dice.chance(0.5):
            record["ts"] = dice.pick([None, "  ", *BAD_TIMES])
        if not dice.chance(1):
            return [record]
        return [record, {**record, "page": dice.pick(world.pages)}]

    def blanks(self, dice: Dice, text: str) -> str | None:
        """Now and then missing, blank, or with blanks around."""
        if self.world.tidy or dice.chance(8.5):
            return text
        return dice.pick([None, "", "  ", f" {text}", f"{text} ", f"\t{text}\u00a0"])

    def write(self, at: datetime, how: str) -> str:
        return write_time(at, how, self.form, self.zone)


def edges(model: dict[str, Node]) -> list[int]:
    """Ages (µs before T) at which something changes: bounds of windows and offsets, silence, T - D."""
    default = DURATIONS.get(model.get("window", ""), 30 * DAY)
    bounds = {0, DURATIONS.get(model.get("risk", {}).get("silent_for", ""), 21 * DAY)}
    for signal in model["events"].values():
        own = signal if isinstance(signal, dict) else {}
        offset = DURATIONS.get(own.get("offset", ""), 0)
        window = DURATIONS.get(own.get("window", ""), default)
        bounds |= {offset, offset + window}
        bounds |= {DURATIONS[own[k]] for k in ("half_life", "linear_decay") if k in own}
    earlier = DURATIONS.get(model.get("compare", ""), 0)
    return sorted(bounds | {b + earlier for b in bounds})


def ordinary(dice: Dice) -> list[int]:
    """Ages of no importance, some of them fractions of a second."""
    days = [0, 0, 1, 2, 5, 8, 40]
    return [
        days_ * DAY + dice.number(0, 24) * HOUR + dice.pick([0, 1, 500_000, 123_456])
        for days_ in days
    ]


def write_time(at: datetime, how: str, form: str, zone: str) -> str:
    """An instant as the source's format asks for, or in one of the ways that ``auto`` reads."""
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if form.startswith("%"):
        return local.strftime(form)
    if form.startswith("epoch"):
        unit = {"epoch_s": 10**6, "epoch_ms": 10**3, "epoch_us": 1}[form]
        digits = len(str(unit)) - 1
        return (
            str(micros // unit)
            if micros % unit == 0
            else f"{micros // unit}.{micros % unit:0{digits}d}"
        )
    if form == "auto" and how.startswith("epoch"):
        return write_time(at, how, how, zone)
    clock = at.replace(tzinfo=None)
    return {
        "space": f"{clock}Z",
        "utc": f"{clock} UTC",
        "ahead": f"{(clock + timedelta(hours=5, minutes=30)).isoformat()}+05:30",
        "behind": f"{clock - timedelta(hours=3)}-0300",
        "nanos": f"{clock.isoformat(timespec='microseconds')}999Z",
        "local": local.isoformat(),
        "local space": str(local),
        "date": local.date().isoformat(),
        "minute": local.isoformat(timespec="minutes"),
    }.get(how, f"{clock.isoformat()}Z")


def draw_roster(dice: Dice, world: World, model: dict[str, Node]) -> list[dict[str, str]]:
    """Some of the log's customers and some others, each once."""
    key = model["customers"].get("id", "customer")
    extra = dice.some(["plan", "owner"], 0, 2)
    rows = []
    for customer in dice.some([*world.customers, "silent", "42", "Zoë"], 1, 4):
        cells = {name: dice.pick(["", "pro", "kim", " x "]) for name in extra}
        rows.append({key: dice.pick(["", " "]) + customer, **cells})
    return rows
