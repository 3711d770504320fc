"""The model as the pipeline sees it: checked, complete, immutable.

Loading (``cesctl.model.load``) turns YAML into these; nothing else makes them from text.
All durations are whole microseconds (``*_us``); all defaults of the model page are filled in.
Numbers are floats unless exactness needs their text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Us = int  # microseconds

Measure = Literal[
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "last",
    "distinct",
    "days",
    "weeks",
    "once",
    "recency",
    "tenure",
    "sessions",
    "session_minutes",
    "bounces",
    "ratio",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)
NEEDS_PROPERTY = frozenset({"sum", "mean", "min", "max", "last", "distinct"})
DEFAULT_GAP_US: Us = 30 * 60 * 1_000_000
CAN_BE_NOTHING = frozenset({"mean", "min", "max", "last", "recency", "tenure", "ratio"})

Op = Literal["eq", "ne", "in", "not_in", "gt", "ge", "lt", "le", "exists", "contains"]
Period = Literal["hour", "day", "week"]
Method = Literal["none", "clamp", "linear", "possible", "minmax", "percentile", "logistic"]


@dataclass(frozen=True)
class Condition:
    """``property op value``.

    ``values`` are texts as written in the file (eq, ne, in, not_in, contains); ``number`` is for
    gt ge lt le; ``flag`` for exists.
    """

    property: str
    op: Op
    values: tuple[str, ...] = ()
    number: float | None = None
    flag: bool | None = None


def by_text(condition: Condition) -> bool:
    """Whether the property's exact text matters, and not only its number or that it is there."""
    return bool(condition.values)


@dataclass(frozen=True)
class EventMatch:
    """Which event names are taken: literal names, and patterns with ``*`` and ``?``."""

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limit:
    count: int
    per: Period


@dataclass(frozen=True)
class Target:
    """value = 100 x (measure - start) / (end - start), within 0 … 100."""

    start: float
    end: float


@dataclass(frozen=True)
class Tier:
    at_least: float
    value: float


@dataclass(frozen=True)
class Signal:
    name: str
    weight: float
    match: EventMatch
    where: tuple[Condition, ...] = ()
    window_us: Us | None = None  # None: all history
    own_window: bool = False  # named by the signal itself: --window does not change it
    offset_us: Us = 0
    limit: Limit | None = None
    measure: Measure = "count"
    property: str | None = None
    half_life_us: Us | None = None
    linear_decay_us: Us | None = None
    cap: float | None = None
    target: Target | None = None
    tiers: tuple[Tier, ...] = ()
    max_points: float | None = None
    min_points: float | None = None
    missing: Literal["zero", "skip"] | float = "zero"
    group: str | None = None
    gap_us: Us = DEFAULT_GAP_US  # sessions, session_minutes, bounces
    of: str | None = None  # ratio
    per: str | None = None  # ratio
    line: int = 0  # where it stands in the model file; 0 when it has none


@dataclass(frozen=True)
class Group:
    name: str
    weight: float = 1.0
    max_points: float | None = None
    min_points: float | None = None


@dataclass(frozen=True)
class Scale:
    method: Method = "none"
    from_: tuple[float, float] | None = None
    to: tuple[float, float] = (0.0, 100.0)
    round: int = 1
    clip: bool = True
    midpoint: float | None = None
    steepness: float | None = None


@dataclass(frozen=True)
class Band:
    name: str
    from_: float
    at_risk: bool = False
    action: str | None = None
    color: str | None = None


DEFAULT_BANDS = (Band("Low", 1.0, at_risk=True), Band("Mid-range", 41.0), Band("Good", 71.0))


@dataclass(frozen=True)
class Risk:
    drop: float | None = None
    silent_for_us: Us | None = None
    activity: EventMatch | None = None  # None: events of any kind


Columns = tuple[str, ...]


@dataclass(frozen=True)
class Preset:
    """The layout of a tool's export. A tool may have several, under one name.

    ``signature``: the files have one column of each of these, and no other tool's have. ``ids``: ways to
    tell a record, each a set of columns that together identify it; the first column of one may be empty,
    and then the row is no duplicate. ``title`` is the tool's name for people.
    """

    name: str
    title: str
    signature: tuple[Columns, ...]
    customer: Columns
    timestamp: Columns
    event: Columns = ()
    event_value: str | None = None
    ids: tuple[Columns, ...] = ()
    deduplicate: Literal["id", "exact", "none"] | None = None
    where: tuple[Condition, ...] = ()
    timestamp_format: str = "auto"
    timezone: str | None = "UTC"  # of times that carry none; None: the model's
    prefix: str = ""
    rows: Columns = ()  # the way to an array whose elements are the rows; the path leads on into them
    apostrophes: bool = False  # one before what a sheet would take for a number is none of the text
    nothing: tuple[tuple[str, str], ...] = ()  # (column, text) that says that nothing is there


@dataclass(frozen=True)
class Source:
    """How to read an export. A field that is empty is found from the file's own columns."""

    name: str = ""  # among several; the only one needs none
    preset: str | None = None
    files: tuple[str, ...] = ()  # already made relative to the model file's folder
    customer: tuple[str, ...] = ()  # columns or dotted paths; the first that is not empty
    event: tuple[str, ...] = ()
    event_value: str | None = None  # ``event: {value: order}``
    timestamp: tuple[str, ...] = ()
    id: tuple[str, ...] = ()  # columns that together identify a record; the first may be empty
    deduplicate: Literal["id", "exact", "none"] | None = None  # None: by id where there is one
    where: tuple[Condition, ...] = ()
    timestamp_format: str = "auto"  # auto, iso, epoch_s, epoch_ms, epoch_us, or a strptime format
    timezone: str | None = None  # None: the model's
    prefix: str = ""
    presets: tuple[Preset, ...] = ()  # the model's own, which go before the program's
    # as a preset has them; no key of the model
    apostrophes: bool = False
    nothing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Roster:
    file: str
    id: str = "customer"
    only: bool = False


@dataclass(frozen=True)
class Identities:
    """A table of ids to replace: the id in column ``from_`` is the customer in column ``to``."""

    file: str
    from_: str = "from"
    to: str = "to"


AT_RISK = "at_risk"  # the list that every model has


@dataclass(frozen=True)
class CustomerList:
    """Customers for whom all holds: conditions on attributes, one of the bands, comparisons of columns of the
    scores (``property`` is the column), at risk or not.
    """

    name: str
    where: tuple[Condition, ...] = ()
    bands: tuple[str, ...] = ()
    numbers: tuple[Condition, ...] = ()
    at_risk: bool | None = None
    action: str | None = None


Combine = Literal["mean", "sum", "max", "min", "median"]
COMBINES: tuple[Combine, ...] = get_args(Combine)


@dataclass(frozen=True)
class RollUp:
    """Customers are users of accounts: the property ``to`` names a user's account, ``by`` says what their
    raw make together.
    """

    to: str
    by: Combine = "mean"


@dataclass(frozen=True)
class Variant:
    """Customers that are scored by keys of their own: those whose attributes satisfy ``where``, and that
    belong to no variant before. What a variant does not say is the model's.
    """

    name: str
    where: tuple[Condition, ...]
    signals: tuple[Signal, ...]
    groups: tuple[Group, ...] = ()
    scale: Scale = field(default_factory=Scale)
    bands: tuple[Band, ...] = DEFAULT_BANDS
    risk: Risk = field(default_factory=Risk)


@dataclass(frozen=True)
class Nightly:
    """What one run by the clock does. ``alerts``: environment variables that hold whom to tell."""

    store: str
    horizon_us: Us
    max_rejected: str
    outputs: tuple[str, ...] = ()
    at_risk_outputs: tuple[str, ...] = ()
    fail_if: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    alerts_top: int = 10
    catch_up: int = 31


@dataclass(frozen=True)
class Model:
    signals: tuple[Signal, ...]
    name: str = ""
    timezone: str = "UTC"
    as_of: str = "latest"  # latest, now, a date or an instant, as written
    window_us: Us | None = None  # the model's own window, for display; signals hold theirs
    compare_us: Us | None = None
    sources: tuple[Source, ...] = (Source(),)
    groups: tuple[Group, ...] = ()
    scale: Scale = field(default_factory=Scale)
    bands: tuple[Band, ...] = DEFAULT_BANDS
    risk: Risk = field(default_factory=Risk)
    customers: Roster | None = None
    attributes: tuple[tuple[str, str], ...] = ()  # (name, property)
    asked: tuple[str, ...] = ()  # names of attributes that a command asks for, and not the file
    identities: Identities | None = None
    roll_up: RollUp | None = None
    lists: tuple[CustomerList, ...] = ()
    variants: tuple[Variant, ...] = ()
    nightly: Nightly | None = None
    sha256: str = ""  # of the file's bytes
    path: str = ""  # of the file; empty when made from text
    values_set: tuple[
        tuple[str, str], ...
    ] = ()  # (path, value) that the file does not say; sha256 is with them
