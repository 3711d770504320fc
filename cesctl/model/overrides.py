"""What the command line says instead of the model."""

from __future__ import annotations

from dataclasses import replace

from cesctl.duration import DurationError, parse_duration
from cesctl.errors import UsageError
from cesctl.model.as_of import check_as_of
from cesctl.model.types import Model, Roster, Signal, Us


def override(
    model: Model,
    *,
    as_of: str | None = None,
    window: str | None = None,
    compare: str | None = None,
    customers: str | None = None,
) -> Model:
    """The model with options in place of its keys; each is the option's text, None if not given.

    ``window`` is that of signals that name none themselves. ``customers`` is relative to the
    working folder. Raises UsageError.
    """
    given = {"as_of": as_of, "window": window, "compare": compare, "customers": customers}
    for path, _ in model.values_set:
        option = path.removesuffix(".file")
        if given.get(option) is not None:
            raise UsageError(
                f"--{option.replace('_', '-')} and --set {path} say the same thing; give one"
            )
    if as_of is not None:
        wrong = check_as_of(as_of)
        if wrong:
            raise UsageError(f"--as-of: {wrong[0]}: {wrong[1]}")
        model = replace(model, as_of=as_of.strip())
    if window is not None:
        window_us = None if window.strip() == "none" else _above_0("--window", window)
        model = replace(
            model,
            window_us=window_us,
            signals=_with_window(model.signals, window_us),
            variants=tuple(
                replace(v, signals=_with_window(v.signals, window_us)) for v in model.variants
            ),
        )
    if compare is not None:
        model = replace(model, compare_us=_above_0("--compare", compare))
    if customers is not None:
        if not customers.strip():
            raise UsageError("--customers: the name of a file is expected")
        model = replace(model, customers=replace(model.customers or Roster(""), file=customers))
    return model


def _with_window(signals: tuple[Signal, ...], window_us: Us | None) -> tuple[Signal, ...]:
    return tuple(
        s
        if s.own_window or s.measure in {"recency", "tenure", "ratio"}
        else replace(s, window_us=window_us)
        for s in signals
    )


def _above_0(option: str, text: str) -> int:
    try:
        us = parse_duration(text)
    except DurationError as error:
        raise UsageError(f"{option}: {error}: {error.hint}") from None
    if us == 0:
        raise UsageError(f"{option}: a duration above 0 is expected")
    return us
