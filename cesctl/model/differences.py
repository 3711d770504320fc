"""What two models say differently, in the words of the model page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from cesctl.duration import format_duration
from cesctl.model import in_words
from cesctl.model.types import Condition, CustomerList, EventMatch, Limit, Signal, Target, Tier

if TYPE_CHECKING:
    from cesctl.model.types import Model

KEYS = {"from_": "from", "match": "event"}  # of fields that are not called so
NOT_SAID = frozenset({"name", "line", "own_window", "presets", "apostrophes", "nothing"})
SCORING = ("events", "groups", "scale", "bands", "risk")  # what a variant may say, too


@dataclass(frozen=True)
class Difference:
    """``where``: a dotted path; ``a`` and ``b``: what each model says there, defaults too, and empty where it
    has nothing. Of a signal, a group or such that only one has, that is all it says but for defaults.
    """

    where: str
    a: str
    b: str


@dataclass(frozen=True)
class _Said:
    """``text``: for people. ``meant``: what is compared, so that no way of writing makes a difference."""

    text: str
    default: bool
    meant: object


_Unit = Mapping[str, _Said]
_NOTHING = _Said("", default=True, meant=None)


def differences(a: Model, b: Model) -> list[Difference]:
    """In the order of the model page, then of A's signals, bands and such, then those that only B has."""
    ones, others = _units(a), _units(b)
    found: list[Difference] = []
    for where in dict.fromkeys(sorted([*ones, *others], key=_place)):
        one, other = ones.get(where), others.get(where)
        if one is None or other is None:
            found.append(Difference(where, _whole(one), _whole(other)))
            continue
        for key in dict.fromkeys([*one, *other]):
            said = [u.get(key, _NOTHING) for u in (one, other)]
            if said[0].meant != said[1].meant:
                texts = (s.text for s in said)
                found.append(Difference(".".join(filter(None, (where, key))), *texts))
    return found


def _place(where: str) -> int:
    """Variants stand last; the rest in the order in which they are found."""
    return 1 if where.startswith("variants") else 0


def _whole(unit: _Unit | None) -> str:
    if unit is None:
        return ""
    own = [f"{k} {said.text}".strip() for k, said in unit.items() if not said.default]
    return ", ".join(own) or "as is usual"


def _units(model: Model) -> dict[str, _Unit]:
    """All that a model says, by path: each thing with a name of its own is one."""
    found: dict[str, _Unit] = {"": _top(model)}
    several = len(model.sources) > 1 or bool(model.sources[0].name)
    for source in model.sources:
        found[f"sources.{source.name}" if several else "source"] = _fields(source)
    presets = {p.name: p for s in model.sources for p in s.presets}
    found |= {f"presets.{name}": _fields(preset) for name, preset in presets.items()}
    found |= _scoring(model, "", SCORING)
    for key in ("customers", "identities", "roll_up"):
        if getattr(model, key) is not None:
            found[key] = _fields(getattr(model, key))
    found |= {f"lists.{one.name}": _list(one) for one in model.lists}
    if model.variants:
        order = ", ".join(v.name for v in model.variants)
        found["variants"] = {"": _Said(order, default=False, meant=order)}
    for variant in model.variants:
        path = f"variants.{variant.name}"
        where = _Said(_text(variant.where), default=False, meant=_meant(variant.where))
        found[path] = {"where": where}
        own = [k for k in SCORING if _scoring(variant, "", [k]) != _scoring(model, "", [k])]
        found |= _scoring(variant, f"{path}.", own)
    return found


def _top(model: Model) -> _Unit:
    window = "none" if model.window_us is None else format_duration(model.window_us)
    said = {
        "name": (model.name, ""),
        "timezone": (model.timezone, "UTC"),
        "as_of": (model.as_of, "latest"),
        "window": (window, "none"),
        "compare": (_duration(model.compare_us), ""),
        **{f"attributes.{name}": (path, "") for name, path in model.attributes},
    }
    return {
        key: _Said(text, default=text == usual, meant=text or None)
        for key, (text, usual) in said.items()
    }


def _scoring(scoring: Any, path: str, keys: Sequence[str]) -> dict[str, _Unit]:
    """What a model, or a variant, scores by: ``keys`` of it."""
    found: dict[str, _Unit] = {}
    if "events" in keys:
        found |= {f"{path}events.{s.name}": _fields(s) for s in scoring.signals}
    if "groups" in keys:
        found |= {f"{path}groups.{g.name}": _fields(g) for g in scoring.groups}
    if "scale" in keys:
        found[f"{path}scale"] = _fields(scoring.scale)
    if "bands" in keys:
        found |= {f"{path}bands.{b.name}": _fields(b) for b in scoring.bands}
    if "risk" in keys:
        found[f"{path}risk"] = _fields(scoring.risk)
    return found


def _fields(thing: Any) -> _Unit:
    """A dataclass of the model as keys and what they say."""
    said: dict[str, _Said] = {}
    for one in fields(thing):
        if one.name in NOT_SAID:
            continue
        value = getattr(thing, one.name)
        key = KEYS.get(one.name, one.name.removesuffix("_us"))
        text = _duration(value) if one.name.endswith("_us") else _text(value)
        usual = value == _default(one)
        meant = _meant(value) if one.name not in {"file", "files"} else _places(value)
        own = _Said(text, default=usual or not text, meant=meant)
        said[key] = _of_signal(thing, one.name, own) if isinstance(thing, Signal) else own
    return said


def _of_signal(signal: Signal, name: str, said: _Said) -> _Said:
    """What the signal itself says: of a window that is the model's, and of its own name, nothing."""
    if name == "match" and signal.match == EventMatch((signal.name,)):
        return _NOTHING
    if name != "window_us":
        return said
    if not signal.own_window:
        return _NOTHING
    return _Said(said.text or "none", default=False, meant=("own", said.meant))


def _places(value: str | tuple[str, ...]) -> object:
    """Where files are, from wherever they are named."""
    names = [value] if isinstance(value, str) else value
    return [n if n == "-" or "://" in n else os.path.realpath(n) for n in names] or None


def _meant(value: Any) -> object:
    """What a value means, however it is written."""
    match value:
        case None | ():
            return None
        case EventMatch():
            return frozenset(value.names), frozenset(value.patterns)
        case Condition():
            op = {"eq": "in", "ne": "not_in"}.get(value.op, value.op)
            return value.property, op, frozenset(value.values), value.number, value.flag
        case tuple():
            parts = [_meant(v) for v in value]
            return frozenset(parts) if isinstance(value[0], Condition) else tuple(parts)
    return value


def _list(one: CustomerList) -> _Unit:
    action = one.action or ""
    return {
        "": _Said(
            in_words.listed(one),
            default=False,
            meant=(frozenset(one.bands), one.at_risk, _meant(one.numbers), _meant(one.where)),
        ),
        "action": _Said(action, default=not action, meant=action),
    }


def _default(one: Field[Any]) -> Any:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else MISSING


def _duration(us: int | None) -> str:
    return "" if us is None else format_duration(us)


def _text(value: Any) -> str:
    """A value as people write it; nothing is empty."""
    match value:
        case None | ():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return in_words.number(value)
        case tuple():
            between = " and " if isinstance(value[0], Condition) else ", "
            texts = (in_words.quoted(v) if isinstance(v, str) else _text(v) for v in value)
            return between.join(texts)
        case Condition():
            return in_words.condition(value)
        case EventMatch():
            return ", ".join(map(in_words.quoted, (*value.names, *value.patterns)))
        case Limit():
            return f"{value.count} per {value.per}"
        case Target():
            return f"from {_text(value.start)} to {_text(value.end)}"
        case Tier():
            return f"{_text(value.value)} from {_text(value.at_least)}"
    return str(value)
