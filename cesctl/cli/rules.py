"""``--fail-if`` and ``--max-rejected``: rules read before any work, judged exactly after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from cesctl.errors import UsageError
from cesctl.model.scored_by import all_bands
from cesctl.present.numbers import percent, readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cesctl.model.types import Model
    from cesctl.result import Result

OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}

# Greedy up to the last operator: a band's name may hold one itself.
_RULE = re.compile(r"\s*(.+?)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*", re.DOTALL)
_SHARE = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*")
_FORMS = "write at_risk > 20%, at_risk > 50, average < 60, median < 60 or band:Low > 10%"


@dataclass(frozen=True)
class Rule:
    """``subject``: at_risk, average, median or band; ``band``: its name. ``limit`` is in percent
    where ``percent``, else a number of customers or a score.
    """

    text: str
    subject: str
    operator: str
    limit: Fraction
    percent: bool = False
    band: str = ""


@dataclass(frozen=True)
class Verdict:
    """``found``: what was compared, in words."""

    holds: bool
    found: str


def parse_rule(text: str) -> Rule:
    """Raises UsageError for what is no rule."""
    match = _RULE.fullmatch(text)
    if match is None:
        raise UsageError(f'--fail-if "{text}" is no rule: {_FORMS}')
    subject, operator, number, sign = match.groups()
    band = ""
    if subject.startswith("band:"):
        subject, _, band = subject.partition(":")
        band = band.strip()
    if subject not in {"at_risk", "average", "median", "band"}:
        raise UsageError(f'--fail-if "{text}": nothing is called "{subject}"; {_FORMS}')
    if sign and subject in {"average", "median"}:
        raise UsageError(f'--fail-if "{text}": {subject} is a score and takes no %')
    return Rule(text, subject, operator, Fraction(number), bool(sign), band)


def check_bands(rules: list[Rule], model: Model) -> None:
    """Raises UsageError for a rule about a band that the model does not have."""
    names = [band.name for band in all_bands(model)]
    for rule in rules:
        if rule.subject == "band" and rule.band not in names:
            there = ", ".join(f'"{name}"' for name in names)
            raise UsageError(f'--fail-if "{rule.text}": no band "{rule.band}"; there are {there}')


def judge(rule: Rule, result: Result) -> Verdict:
    """Whether the rule holds. Of no customers there is no share and no average, so none holds."""
    summary = result.summary
    customers = int(summary["customers"] or 0)
    if rule.subject in {"average", "median"}:
        score = summary[rule.subject]
        if score is None:
            return Verdict(holds=False, found="no customers")
        return Verdict(_compare(rule, Fraction(repr(score))), f"{rule.subject} {readable(score)}")
    count = int(summary["at_risk"] or 0) if rule.subject == "at_risk" else _in_band(rule, result)
    if not customers and rule.percent:
        return Verdict(holds=False, found="no customers")
    number = Fraction(100 * count, customers) if rule.percent else Fraction(count)
    share = f" ({percent(count / customers)})" if customers else ""
    return Verdict(_compare(rule, number), f"{count:,} of {customers:,} customers{share}")


def parse_share(text: str, option: str) -> Fraction:
    """``5%`` or ``0.05`` as a share of 0 … 1. Raises UsageError."""
    match = _SHARE.fullmatch(text)
    if match is None:
        raise UsageError(f'{option} "{text}" is no share: write 5% or 0.05')
    share = Fraction(match[1]) / (100 if match[2] else 1)
    if share > 1:
        hint = f"write {match[1]}% if you mean percent" if not match[2] else "at most 100%"
        raise UsageError(f'{option} "{text}" is more than all: {hint}')
    return share


def _compare(rule: Rule, number: Fraction) -> bool:
    return OPERATORS[rule.operator](number, rule.limit)


def _in_band(rule: Rule, result: Result) -> int:
    return sum(
        n for name, n in result.bands.select("name", "customers").iter_rows() if name == rule.band
    )
