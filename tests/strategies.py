"""Random models and logs, made to hit the edges that the model page speaks of.

An ``Example`` is what a user would have: the model as YAML text, a log of text, a roster, the clock.
Instants are drawn around the model's own bounds (T, windows, offsets, gaps, clock changes), names and
numbers from small pools, so that events meet, tie and repeat.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

Draw = Any  # hypothesis' DrawFn
Node = Any  # what YAML holds: a dict, a list, text, a number, a Plain

US = 1
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DURATIONS = {
    "10m": 10 * MINUTE, "30m": 30 * MINUTE, "90m": 90 * MINUTE, "1h": HOUR, "36h": 36 * HOUR,
    "1d": DAY, "3d": 3 * DAY, "1w": 7 * DAY, "10d": 10 * DAY, "2w": 14 * DAY, "30d": 30 * DAY,
    "90d": 90 * DAY,
}  # fmt: skip

# T, and zones whose clocks change near one of them
BASES = [
    "2026-03-29T01:30:00+00:00",  # Berlin skips an hour from 01:00 UTC
    "2026-10-25T01:15:00+00:00",  # Berlin repeats one
    "2026-11-01T06:30:00+00:00",  # New York too
    "2026-04-04T15:20:00+00:00",  # Lord Howe repeats half an hour
    "2026-10-03T15:40:00+00:00",  # and skips one
    "2011-12-31T10:00:00+00:00",  # Apia skipped December 30
    "2026-10-26T00:00:00+00:00",  # a Monday
    "2026-12-31T23:59:59.999999+00:00",
    "2026-06-15T12:34:56.789012+00:00",
]
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
    "America/St_Johns",
]  # fmt: skip

EVENTS = ["Login", "Page view", "page view", "Buy*", "Ünï", "\U0001f642 ok", "[x]", "a.b"]
PATTERNS = ["*", "Page*", "?ogin", "*i*", "* view", "Buy*", "[x]*", "??", "a?b"]
CUSTOMERS = ["ana", "bob", "00123", "123", "10", "9", "Ana", "é", "z\U0001f642", "a b"]
TEXTS = ["pro", "free", "Pro", "pro plus", "1.10", "1.1", "007", "7", "true", "é"]
SIMPLE = ["0", "1", "2", "3", "10", "9", "0.1", "0.2", "0.7", "-1", "-2.5", "+5.", ".5", "2.675", "33.333",
          "1e1", "1e2", "0.25", "100", "1000.5", "12E-1"]  # fmt: skip
ODD = ["1,000", "nan", "inf", "-inf", "true", "1_000", "0x1", "1e", ".", "+", "--1", "١", "1e15", "-1e15",
       "1e400", "1e99999999999", "1 000", "free"]  # fmt: skip
FINE = ["0.0000000005", "-0.0000000005", "0.0000000015", "1e-10", "5e-10", "1e-400", "0e999", "-0", "5e-324",
        "0.00000000049999999999999999999999999999", "00000000000000000000000001.5", "0.30000000000000004"]  # fmt: skip
HUGE = [
    "999999999999999",
    "-999999999999999",
    "1e14",
    "123456789012.345678901",
    "900719925474099.3",
]
WEIGHTS = [1, 2, 3, 5, 0.1, 0.5, 0.25, 0.333, 1.5, 10, -1, -2.5, -0.1, 0]


class Plain(str):
    """Text that stands in the model without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Example:
    """A model, a log and what else a run needs."""

    model: str
    rows: list[dict[str, str | None]]
    now: datetime
    roster: list[dict[str, str]] | None = None
    columns: list[str] = field(default_factory=list)


def written(node: Node) -> str:
    """A model as YAML in flow style; JSON, but for ``Plain`` text."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(written(v) for v in node) + "]"
    if isinstance(node, Plain):
        return str(node)
    return json.dumps(node, ensure_ascii=False)


def model_text(model: dict[str, Node]) -> str:
    """A key a line, and a signal a line, to be read where a test fails."""
    lines = []
    for key, node in model.items():
        if key == "events":
            lines += ["events:", *(f"  {written(k)}: {written(v)}" for k, v in node.items())]
        else:
            lines.append(f"{key}: {written(node)}")
    return "\n".join(lines) + "\n"


def maybe(draw: Draw, strategy: st.SearchStrategy[Any], *, often: int = 1, of: int = 3) -> Any:
    """Something, ``often`` times ``of`` so many; None else."""
    return draw(strategy) if draw(st.integers(1, of)) > of - often else None


def pick(draw: Draw, pool: Any) -> Any:
    return draw(st.sampled_from(pool))


def put(node: dict[str, Node], key: str, value: Node) -> None:
    if value is not None:
        node[key] = value


# Conditions


@st.composite
def wheres(draw: Draw) -> dict[str, Node]:
    """``where`` of one or two properties."""
    found: dict[str, Node] = {}
    for _ in range(draw(st.integers(1, 2))):
        path = pick(draw, ["plan", "page", "amount"])
        values = TEXTS if path != "amount" else [*SIMPLE[:12], *ODD[:4], *TEXTS[4:6]]
        text = st.sampled_from(values).flatmap(
            lambda v: st.sampled_from([v, Plain(v)]) if v.isascii() and plain(v) else st.just(v)
        )
        found[path] = draw(
            st.one_of(
                text,
                st.lists(text, min_size=1, max_size=3),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "eq": text,
                        "ne": text,
                        "in": st.lists(text, min_size=1, max_size=3),
                        "not_in": st.lists(text, min_size=1, max_size=3),
                        "gt": st.sampled_from([-1, 0, 0.1, 2, 9]),
                        "ge": st.sampled_from([0.1, 1, 7, 10]),
                        "lt": st.sampled_from([0.3, 3, 100]),
                        "le": st.sampled_from([0.2, 1.1, 10]),
                        "exists": st.booleans(),
                        "contains": st.sampled_from(["r", "pro", "1.1", ".", "é", "0"]),
                    },
                ).filter(bool),
            )
        )
    return found


def plain(text: str) -> bool:
    """Whether YAML takes the text as it is, without quotes."""
    return text.replace(".", "").isalnum()


def matchings() -> st.SearchStrategy[Node]:
    """``event``: a name, a pattern, or several of them."""
    one = st.sampled_from([*EVENTS, *PATTERNS])
    return st.one_of(one, st.lists(one, min_size=1, max_size=3))


durations = st.sampled_from(list(DURATIONS))
weights = st.one_of(st.sampled_from(WEIGHTS), st.integers(-300, 300).map(lambda n: n / 100))
levels = st.one_of(
    st.sampled_from([0, 1, 2, 3, 5, 10, 100, 0.5, 33.3]),
    st.integers(-50, 500).map(lambda n: n / 10),
)


# Signals


@st.composite
def signals(draw: Draw, *, group: str | None, bounded: bool) -> dict[str, Node]:
    """One entry of ``events``. ``bounded``: its points have a most."""
    measure = pick(
        draw,
        ["count", "count", "sum", "sum", "mean", "min", "max", "last", "distinct", "days", "weeks", "once",
         "recency", "tenure", "sessions", "session_minutes", "bounces"],
    )  # fmt: skip
    found: dict[str, Node] = {"weight": draw(weights)}
    if measure != "count" or draw(st.booleans()):
        found["measure"] = measure
    put(found, "event", maybe(draw, matchings(), often=3, of=4))
    put(found, "where", maybe(draw, wheres(), of=4))
    put(found, "window", maybe(draw, st.one_of(durations, st.just("none"))))
    put(found, "offset", maybe(draw, st.one_of(durations, st.just("0d")), of=5))
    if measure in ("count", "sum", "days", "weeks", "once"):
        put(
            found,
            "limit",
            maybe(
                draw,
                st.fixed_dictionaries(
                    {"count": st.integers(1, 3), "per": st.sampled_from(["hour", "day", "week"])}
                ),
            ),
        )
    if measure in ("sum", "mean", "min", "max", "last"):
        found["property"] = pick(draw, ["amount", "amount", "amount", "plan"])
    if measure == "distinct":
        found["property"] = pick(draw, ["plan", "page", "amount"])
    if measure in ("count", "sum"):
        put(found, pick(draw, ["half_life", "linear_decay"]), maybe(draw, durations))
    if measure in ("sessions", "session_minutes", "bounces"):
        put(found, "gap", maybe(draw, durations))
    if measure in ("mean", "min", "max", "last", "recency", "tenure"):
        put(found, "missing", maybe(draw, missings(), often=2))
    draw_value(draw, found, bounded=bounded)
    put(found, "group", group)
    return found


def missings() -> st.SearchStrategy[Node]:
    return st.one_of(st.sampled_from(["zero", "skip", "skip"]), st.sampled_from([0, 50, -3.5, 100]))


def draw_value(draw: Draw, found: dict[str, Node], *, bounded: bool) -> None:
    """Cap, target or tiers, and limits of points."""
    put(found, "cap", maybe(draw, levels, of=4))
    shape = pick(draw, ["none", "none", "target", "range", "tiers"])
    if shape == "target":
        found["target"] = pick(draw, [1, 2, 5, 10, 100, 0.3, 7])
    elif shape == "range":
        found["target"] = draw(
            st.sampled_from(
                [
                    {"from": 0, "to": 3},
                    {"from": 10, "to": 0},
                    {"from": 1.5, "to": 30},
                    {"from": 7, "to": -2},
                ]
            )
        )
    elif shape == "tiers":
        starts = sorted(
            draw(st.sets(st.sampled_from([0, 0.5, 1, 2, 3, 10, 100]), min_size=1, max_size=4))
        )
        found["tiers"] = [
            {"at_least": s, "value": pick(draw, [0, 10, 33.3, 50, 100, -5])} for s in starts
        ]
    low, high = sorted([draw(levels), draw(levels)])
    which = pick(draw, ["none", "none", "none", "max", "min", "both"])
    if which in ("max", "both") and low < high:
        found["max_points"] = high
    if which in ("min", "both") and low < high:
        found["min_points"] = low
    if bounded and shape == "none" and "cap" not in found:
        found.setdefault("max_points", max(high, found.get("min_points", 0) + 1))


# The rest of a model


@st.composite
def scales(draw: Draw) -> dict[str, Node]:
    method = pick(draw, ["none", "clamp", "linear", "possible", "minmax", "percentile", "logistic"])
    found: dict[str, Node] = {"method": method}
    if method == "linear":
        found["from"] = pick(draw, [[0, 250], [-10, 10], [100, 0], [0, 3], [0.5, 7.7]])
    if method in ("linear", "possible", "minmax"):
        put(found, "clip", maybe(draw, st.booleans()))
    if method == "logistic":
        found["midpoint"] = pick(draw, [0, 10, -3.3, 100])
        found["steepness"] = pick(draw, [0.5, 0.01, -1, 3])
    put(
        found,
        "to",
        maybe(draw, st.sampled_from([[0, 100], [1, 100], [-5, 5], [0, 1], [1, 10], [0.5, 2.5]])),
    )
    put(found, "round", maybe(draw, st.integers(0, 6), often=2))
    return found


@st.composite
def bands(draw: Draw) -> Node:
    starts = sorted(
        draw(
            st.sets(
                st.sampled_from([-10, 0, 0.5, 1, 2.5, 10, 33.3, 41, 50, 71, 90]),
                min_size=1,
                max_size=4,
            )
        )
    )
    names = ["Low", "Mid [x]", "Good", "Großartig"]
    if draw(st.booleans()):
        return dict(zip(names, starts, strict=False))
    found = []
    for name, start in zip(names, starts, strict=False):
        band: dict[str, Node] = {"name": name, "from": start}
        put(band, "at_risk", maybe(draw, st.booleans()))
        put(band, "action", maybe(draw, st.sampled_from(["Call, then mail"])))
        found.append(band)
    return found


@st.composite
def risks(draw: Draw, *, compares: bool) -> dict[str, Node]:
    found: dict[str, Node] = {}
    put(found, "silent_for", maybe(draw, durations, often=2))
    put(found, "activity", maybe(draw, matchings()))
    if compares:
        put(found, "drop", maybe(draw, st.sampled_from([0, 0.1, 1, 2.5, 15]), often=2))
    return found


@dataclass
class Plan:
    """A model being drawn: its keys, T, and how its source writes a row."""

    model: dict[str, Node]
    at: datetime
    zone: str
    now: datetime


@st.composite
def plans(draw: Draw) -> Plan:
    """A model with every key, each now and then."""
    at = datetime.fromisoformat(pick(draw, BASES))
    zone = pick(draw, ZONES)
    model: dict[str, Node] = {}
    put(model, "version", maybe(draw, st.just(1)))
    put(model, "name", maybe(draw, st.just("Übung")))
    if zone != "UTC" or draw(st.booleans()):
        model["timezone"] = zone
    at, now = draw_as_of(draw, model, at, zone)
    put(model, "window", maybe(draw, st.one_of(durations, durations, st.just("none")), often=2))
    put(model, "compare", maybe(draw, durations))
    model["source"] = draw(sources(zone))
    scale = maybe(draw, scales(), often=4, of=5)
    possible = scale is not None and scale["method"] == "possible"
    model["events"] = draw_events(draw, bounded=possible)
    draw_groups(draw, model)
    put(model, "scale", scale)
    put(model, "bands", maybe(draw, bands()))
    risk = draw(risks(compares="compare" in model))
    put(model, "risk", risk or None)
    if draw(st.integers(1, 4)) == 4:
        model["customers"] = {"file": "roster.csv"}
        put(model["customers"], "id", maybe(draw, st.just("account")))
        put(model["customers"], "only", maybe(draw, st.booleans()))
    if draw(st.integers(1, 3)) == 3:
        names = draw(
            st.lists(st.sampled_from(["plan", "Sei te"]), min_size=1, max_size=2, unique=True)
        )
        model["attributes"] = {n: "plan" if n == "plan" else "page" for n in names}
    return Plan(model, at, zone, now)


def draw_as_of(
    draw: Draw, model: dict[str, Node], at: datetime, zone: str
) -> tuple[datetime, datetime]:
    """Writes ``as_of``; gives the T that it means and the clock."""
    kind = pick(draw, ["left out", "latest", "now", "instant", "local", "date"])
    later = at + timedelta(days=draw(st.integers(0, 3)), microseconds=draw(st.integers(0, 1)))
    if kind == "left out":
        return at, later
    local = at.astimezone(ZoneInfo(zone))
    if kind == "date":
        model["as_of"] = Plain(local.date().isoformat())
        midnight = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo)
        following = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=local.tzinfo)
        at = following.astimezone(UTC) - timedelta(microseconds=1)
    elif kind == "instant":
        model["as_of"] = pick(draw, [str, Plain])(at.isoformat().replace("+00:00", "Z"))
    elif kind == "local":
        model["as_of"] = Plain(local.replace(tzinfo=None).isoformat())
    else:
        model["as_of"] = kind
    return at, at if kind == "now" else later


def draw_events(draw: Draw, *, bounded: bool) -> dict[str, Node]:
    """One to five signals, some of them a bare weight, perhaps a ratio of two of them."""
    found: dict[str, Node] = {}
    names = draw(
        st.lists(
            st.sampled_from([*EVENTS, "s1", "s2", "s3", "*"]), min_size=1, max_size=5, unique=True
        )
    )
    for name in names:
        group = maybe(draw, st.sampled_from(["g", "h"]))
        if not bounded and draw(st.integers(1, 6)) == 6:
            found[name] = draw(weights)
        else:
            found[name] = draw(signals(group=group, bounded=bounded))
    if draw(st.integers(1, 4)) == 4:
        ratio: dict[str, Node] = {
            "measure": "ratio",
            "of": pick(draw, names),
            "per": pick(draw, names),
        }
        ratio["weight"] = draw(weights)
        put(ratio, "missing", maybe(draw, missings(), often=2))
        put(ratio, "group", maybe(draw, st.sampled_from(["g", "h"])))
        draw_value(draw, ratio, bounded=bounded)
        found["a ratio"] = ratio
    return found


def draw_groups(draw: Draw, model: dict[str, Node]) -> None:
    """Declares the groups that the signals name, or none of them."""
    named = {s["group"] for s in model["events"].values() if isinstance(s, dict) and "group" in s}
    if not named or draw(st.booleans()):
        return
    groups: dict[str, Node] = {}
    for name in sorted(named):
        group: dict[str, Node] = {}
        put(group, "weight", maybe(draw, st.sampled_from([1, 0.5, 2, 0, 0.333]), often=2))
        low, high = sorted([draw(levels), draw(levels)])
        if low < high:
            put(group, "max_points", maybe(draw, st.just(high)))
            put(group, "min_points", maybe(draw, st.just(low)))
        groups[name] = group
    model["groups"] = groups


# Sources and rows

FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y%m%d%H%M%S"]


@st.composite
def sources(draw: Draw, zone: str) -> dict[str, Node]:
    found: dict[str, Node] = {
        "customer": pick(draw, ["user", "user", ["user", "device"]]),
        "event": pick(draw, ["event", "event", "event", ["event", "type"], {"value": "Login"}]),
        "timestamp": pick(draw, ["ts", "ts", ["ts", "received"]]),
    }
    put(found, "preset", maybe(draw, st.just("plain"), of=6))
    put(found, "id", maybe(draw, st.just("key")))
    kinds = ["exact", "none", "id"] if "id" in found else ["exact", "none"]
    put(found, "deduplicate", maybe(draw, st.sampled_from(kinds)))
    put(found, "where", maybe(draw, wheres(), of=10))
    put(
        found,
        "timestamp_format",
        maybe(draw, st.sampled_from(["auto", "iso", "epoch_s", "epoch_ms", "epoch_us", *FORMATS])),
    )
    put(found, "timezone", maybe(draw, st.sampled_from([zone, *ZONES])))
    put(found, "prefix", maybe(draw, st.sampled_from(["Page", "x."]), of=6))
    return found


def edges(plan: Plan) -> list[int]:
    """Ages (µs before T) at which something changes: window and offset bounds, gaps, silence, T - D."""
    model = plan.model
    default = DURATIONS.get(model.get("window", ""), 30 * DAY)
    bounds = {0}
    for signal in model["events"].values():
        own = signal if isinstance(signal, dict) else {}
        offset = DURATIONS.get(own.get("offset", ""), 0)
        window = DURATIONS.get(own.get("window", ""), default)
        bounds |= {offset, offset + window}
        bounds |= {DURATIONS[own[k]] for k in ("gap", "half_life", "linear_decay") if k in own}
    bounds.add(DURATIONS.get(model.get("risk", {}).get("silent_for", ""), 21 * DAY))
    earlier = DURATIONS.get(model.get("compare", ""), 0)
    bounds |= {b + earlier for b in bounds}
    near = {b + d for b in bounds for d in (-1, 0, 1)}
    ordinary = {
        10 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        10 * HOUR,
        DAY,
        2 * DAY,
        5 * DAY,
        8 * DAY,
        40 * DAY,
    }
    return sorted(near | ordinary)


def write_time(at: datetime, how: str, form: str, zone: str) -> str:
    """An instant as the source's format asks for, or in one of the ways that ``auto`` reads."""
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if form.startswith("%"):
        return local.strftime(form)
    if form.startswith("epoch"):
        unit = {"epoch_s": 10**6, "epoch_ms": 10**3, "epoch_us": 1}[form]
        return (
            str(micros // unit) if micros % unit == 0 else f"{micros // unit}.{micros % unit:06d}"
        )
    if form == "auto" and how.startswith("epoch"):
        return write_time(at, how, how, zone)
    clock = at.replace(tzinfo=None)
    return {
        "Z": f"{clock.isoformat()}Z",
        "space": str(clock) + "Z",
        "utc": f"{clock} UTC",
        "ahead": f"{(clock + timedelta(hours=5, minutes=30)).isoformat()}+05:30",
        "behind": f"{clock - timedelta(hours=3)}-0300",
        "nanos": f"{clock.isoformat(timespec='microseconds')}999Z",
        "local": local.isoformat(),
        "local space": str(local),
        "date": local.date().isoformat(),
        "minute": local.isoformat(timespec="minutes"),
    }.get(how, f"{clock.isoformat()}Z")


HOWS = ["Z", "Z", "Z", "space", "utc", "ahead", "behind", "nanos", "local", "local space", "date", "minute",
        "epoch_s", "epoch_ms", "epoch_us"]  # fmt: skip
BAD_TIMES = [
    "soon",
    "03/04/2026",
    "2026-02-30T00:00:00Z",
    "2026-13-01",
    "nan",
    "1e17",
    "2026-11-01T25:00:00Z",
]


@st.composite
def examples(draw: Draw) -> Example:
    """A model and a log that belongs to it."""
    plan = draw(plans())
    source = plan.model["source"]
    form = source.get("timestamp_format", "auto")
    zone = source.get("timezone", plan.zone)
    ages = edges(plan)
    latest = plan.model.get("as_of", "latest") == "latest"
    numbers = pick(
        draw,
        [
            SIMPLE,
            SIMPLE,
            SIMPLE,
            SIMPLE + ODD,
            SIMPLE + ODD,
            SIMPLE + FINE,
            HUGE + SIMPLE[:4] + FINE,
        ],
    )
    ids = draw(st.lists(st.sampled_from(CUSTOMERS), min_size=1, max_size=4, unique=True))
    tidy = draw(st.booleans())
    how = st.just("Z") if draw(st.booleans()) else st.sampled_from(HOWS)
    row = st.fixed_dictionaries(
        {
            "user": blanks(st.sampled_from(ids), tidy=tidy),
            "device": st.sampled_from([None, "", "d1", ids[0]]),
            "event": blanks(st.sampled_from(EVENTS), tidy=tidy),
            "type": st.sampled_from([None, "Login"]),
            "age": st.sampled_from([a for a in ages if a >= 0]) if tidy else st.sampled_from([*ages, -DAY, -5 * DAY]),
            "how": how,
            "received": st.sampled_from([None, "", "2026-03-01T00:00:00Z"]),
            "amount": blanks(st.sampled_from(numbers), tidy=tidy),
            "plan": blanks(st.sampled_from(TEXTS), tidy=tidy),
            "page": blanks(st.sampled_from(["/a", "/b", "/A", "/"]), tidy=tidy),
            "key": st.sampled_from([None, "", "k1", " k1", "k2", "k3"]),
            "odd": st.integers(0, 30),
        }
    )  # fmt: skip
    size = pick(draw, [4, 8, 16, 24])
    drawn = draw(st.lists(row, min_size=size // 2, max_size=size))
    rows: list[dict[str, str | None]] = []
    for record in drawn:
        at = plan.at - timedelta(microseconds=record.pop("age"))
        text: str | None = write_time(at, record.pop("how"), form, zone)
        odd = record.pop("odd")
        if not tidy and odd in (7, 9, 11):
            text = {7: None, 9: "  ", 11: BAD_TIMES[len(rows) % len(BAD_TIMES)]}[odd]
        rows.append({**record, "ts": text})
    if latest and draw(st.booleans()):
        rows.append(
            {**rows[0], "ts": write_time(plan.at, "Z", form, zone), "user": ids[0], "key": None}
        )
    if draw(st.integers(1, 4)) == 4:
        rows += rows[: len(rows) // 2]  # duplicates
    columns = ["user", "device", "event", "type", "ts", "received", "amount", "plan", "page", "key"]
    rows = [{c: r[c] for c in columns} for r in rows]
    roster = draw(rosters(plan.model, ids)) if "customers" in plan.model else None
    return Example(model_text(plan.model), rows, plan.now, roster, columns)


def blanks(text: st.SearchStrategy[str], *, tidy: bool) -> st.SearchStrategy[str | None]:
    """Now and then missing, blank, or with blanks around."""
    if tidy:
        return text
    around = st.sampled_from([" {}", "{} ", "\t{}", "\u3000{}\u00a0"])
    blank = {7: None, 9: "", 11: "  "}
    return st.tuples(st.integers(0, 30), text, around).map(
        lambda t: blank.get(t[0], t[2].format(t[1]) if t[0] == 13 else t[1])
    )


@st.composite
def rosters(draw: Draw, model: dict[str, Node], ids: list[str]) -> list[dict[str, str]]:
    """Some of the log's customers and some others, each once."""
    key = model["customers"].get("id", "customer")
    found = draw(
        st.lists(
            st.sampled_from([*ids, "silent", "42", "Zoë"]), min_size=1, max_size=4, unique=True
        )
    )
    extra = draw(st.lists(st.sampled_from(["plan", "owner"]), max_size=2, unique=True))
    cell = st.sampled_from(["", "pro", "kim", " x "])
    return [
        {key: pick(draw, ["{}", " {}"]).format(c), **{e: draw(cell) for e in extra}} for c in found
    ]
