"""Postline, an invented company: its customers, and what they did in a year.

The rows are the same on every machine and every Python: chance comes from ``random.Random.random``
alone, whose sequence Python promises to keep, and from it only whole numbers are made. No clock.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

SEED = 20251101
FIRST = date(2025, 11, 1)
DAYS = 365
CURRENT, FORMER, UNLISTED = 2000, 330, 9  # in the roster; cancelled before the end; not yet in it

FEATURES = (
    "calendar", "analytics", "inbox", "templates", "hashtags", "best time", "bulk upload",
    "link page", "approval", "captions", "competitors", "api",
)  # fmt: skip
PRICE = {"free": 0, "starter": 19, "growth": 49, "business": 149}  # a month
NEXT_PLAN = {"free": "starter", "starter": "growth", "growth": "business"}
COUNTRIES = (  # share per mille, hours ahead of UTC
    ("US", 300, -6), ("GB", 160, 0), ("DE", 120, 1), ("FR", 90, 1), ("NL", 70, 1),
    ("IN", 90, 5), ("BR", 60, -3), ("CA", 50, -5), ("AU", 40, 10), ("ES", 20, 1),
)  # fmt: skip
OWNERS = ("Ana Ruiz", "Ben Cole", "Chloé Martin", "Deepa Nair", "Emil Sørensen")
NAME_1 = (
    "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbour", "Iris", "Juniper",
    "Kite", "Lumen", "Maple", "North", "Olive", "Pebble", "Quill", "River", "Saffron", "Tide",
    "Umber", "Violet", "Willow", "Yarrow", "Zephyr", "Łąka", "Café Nord", "Hart, Lane",
)  # fmt: skip
NAME_2 = (
    "Bakery", "Books", "Cycles", "Dental", "Events", "Fitness", "Gardens", "Hotel", "Interiors",
    "Jewels", "Kitchen", "Legal", "Media", "Outdoor", "Pets", "Realty", "Studio", "Travel",
    "Vets", "Wines",
)  # fmt: skip


@dataclass(frozen=True)
class Habit:
    """How one kind of customer lives. Shares and chances per mille, ranges from least to most."""

    share: int
    active: int  # chance of using the product on an ordinary working day
    actions: tuple[int, int]  # on a day of use, besides logging in
    features: tuple[int, int]  # how many of the features it ever looks at
    plans: tuple[str, ...]
    opens: int  # chance of opening a newsletter
    nps: tuple[int, int]


HABITS = {
    "power": Habit(50, 500, (1, 4), (8, 12), ("growth", "business", "business"), 700, (8, 10)),
    "steady": Habit(335, 215, (1, 3), (4, 9), ("starter", "growth", "business"), 520, (6, 10)),
    "growing": Habit(80, 240, (1, 3), (5, 10), ("starter", "starter", "growth"), 560, (7, 10)),
    "casual": Habit(245, 100, (0, 3), (2, 6), ("free", "starter", "starter"), 330, (4, 9)),
    "fading": Habit(115, 240, (1, 3), (3, 8), ("starter", "growth", "business"), 400, (2, 8)),
    "stopped": Habit(45, 260, (1, 3), (3, 8), ("starter", "growth", "business"), 350, (0, 6)),
    "silent": Habit(45, 110, (0, 2), (1, 3), ("free", "starter"), 60, (0, 6)),
    "never": Habit(25, 0, (0, 0), (0, 0), ("free", "starter"), 0, (0, 0)),
    "trial": Habit(60, 420, (0, 4), (1, 7), ("trial",), 600, (5, 10)),
}


class Dice:
    """Chance as whole numbers, from the one generator that stays the same everywhere."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, n: int) -> int:
        return int(self._random.random() * n)

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def chance(self, per_mille: int) -> bool:
        return self.below(1000) < per_mille

    def pick(self, things: tuple[str, ...]) -> str:
        return things[self.below(len(things))]

    def shuffled(self, things: tuple[str, ...]) -> list[str]:
        rest, out = list(things), []
        while rest:
            out.append(rest.pop(self.below(len(rest))))
        return out


Row = tuple[int, str, str, dict[str, str]]  # second since FIRST, customer, event, properties


@dataclass
class Customer:
    """One customer and what it did. Days count from FIRST and may lie before it."""

    number: int
    kind: str
    former: bool
    dice: Dice
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice, habit = self.dice, HABITS[self.kind]
        self.id = f"C{10000 + self.number}"
        self.name = f"{dice.pick(NAME_1)} {dice.pick(NAME_2)}"
        at = dice.below(1000)
        for self.country, share, self.ahead in COUNTRIES:
            if (at := at - share) < 0:
                break
        self.owner = dice.pick(OWNERS)
        self.plan = dice.pick(habit.plans)
        self.features = dice.shuffled(FEATURES)[: dice.between(*habit.features)]
        # Two in three were there before the year; the others joined through it, trials just now.
        joined = dice.between(-900, -1) if dice.chance(660) else dice.between(0, DAYS - 60)
        self.joined = DAYS - dice.between(1, 14) if self.kind == "trial" else joined
        self.end = DAYS  # of its life with us
        if self.former:
            self.joined = min(self.joined, DAYS - 150)
            self.end = dice.between(max(self.joined, 0) + 30, DAYS - 10)
        # The day things change: how long before the end a customer fades, stops, falls silent.
        before = {"fading": (70, 210), "stopped": (16, 110)}.get(self.kind, (150, 330))
        self.turn = max(self.end - dice.between(*before), self.joined + 20)
        self.own = dice.between(600, 1400)  # some are keener than others of their kind
        self.seats = {"business": 6, "growth": 2}.get(self.plan, 1) + dice.below(3)
        self.yearly = dice.chance(300)

    def add(self, day: int, second: int, event: str, **properties: str) -> None:
        """Keep an event, unless it lies outside the year that was exported."""
        at = day * 86400 + second - self.ahead * 3600
        if 0 <= at < min(DAYS, self.end + 1) * 86400:
            self.rows.append((at, self.id, event, properties))

    def level(self, day: int) -> int:
        """How active it is on a day, per mille of its habit."""
        since = day - self.turn
        if self.kind == "fading" and since > 0:
            return max(50, 1000 - since * 950 // 180)
        if self.kind in ("stopped", "silent") and since > 0:
            return 0
        if self.kind == "growing":
            return 300 + 900 * max(0, day - self.joined) // max(1, self.end - self.joined)
        return 1000


@cache
def season(day: int) -> int:
    """The rhythm of week and year, per mille: quiet weekends, Christmas and August."""
    on = FIRST + timedelta(days=day)
    week = (1050, 1150, 1100, 1050, 900, 240, 200)[on.weekday()]
    year = (900, 950, 1000, 1000, 1050, 1050, 950, 750, 1100, 1150, 1150, 850)[on.month - 1]
    holiday = 250 if (on.month, on.day) >= (12, 23) or (on.month, on.day) <= (1, 2) else 1000
    return week * year * holiday // 1_000_000


def office_hour(dice: Dice) -> int:
    """A second of the local day: mostly working hours, some evenings, hardly any nights."""
    hour = dice.between(8, 17) if dice.chance(850) else dice.between(18, 22)
    if dice.chance(15):
        hour = dice.between(0, 6)
    return hour * 3600 + dice.below(2400)


def use(who: Customer, day: int) -> None:
    """A day of use: log in, then work, a few minutes from one action to the next."""
    dice, at = who.dice, office_hour(who.dice)
    who.add(day, at, "Logged in")
    for _ in range(dice.between(*HABITS[who.kind].actions)):
        at += dice.between(40, 420)
        what = dice.below(100)
        if what < 64 or not who.features:
            who.add(day, at, "Post scheduled")
        elif what < 89:
            feature = who.features[min(dice.below(len(who.features)), dice.below(12))]
            who.add(day, at, "Feature explored", feature=feature)
        elif what < 98:
            who.add(day, at, "Report exported")
        else:
            who.add(day, at, "Teammate invited", seats=str(dice.between(1, 3)))


def live(who: Customer) -> None:
    """Daily life: use, tickets, newsletters, surveys."""
    dice, habit = who.dice, HABITS[who.kind]
    for day in range(max(0, who.joined), min(DAYS, who.end)):
        level = who.level(day)
        if dice.below(1_000_000) * 1000 < habit.active * level * who.own // 1000 * season(day):
            use(who, day)
        # Those who are about to stop have had trouble first.
        trouble = who.kind == "stopped" and 0 <= who.turn - day < 25
        if dice.below(10_000) < (400 if trouble else 14 if level else 0) * min(habit.active, 1):
            worst = ("high", "urgent") if trouble else ("low", "normal", "normal", "high")
            who.add(day, office_hour(dice), "Ticket opened", priority=dice.pick(worst))
        on = FIRST + timedelta(days=day)
        if on.weekday() == 1 and on.day <= 7 and habit.opens:
            who.add(day, (10 + who.ahead) * 3600 + dice.below(20), "Email sent")
            if dice.chance(habit.opens * max(level, 100) // 1000):
                at = 11 * 3600 + dice.below(32_000)
                who.add(day, at, "Email opened")
                if dice.chance(280):
                    who.add(day, at + dice.between(5, 90), "Email clicked")
        if (day + who.number) % 120 == 0 and level and habit.nps[1] and dice.chance(300):
            score = dice.between(*habit.nps)
            who.add(day, office_hour(dice), "Survey answered", nps=str(score))


def pay(who: Customer) -> None:
    """Signing up, trials, upgrades, invoices, and the cancellation of those who left."""
    dice = who.dice
    who.add(who.joined, 9 * 3600, "Signed up", plan="trial")
    if who.former and dice.chance(600) and who.joined >= 0:  # a trial that did not convert
        who.end = min(who.joined + 14, DAYS - 1)
        who.add(who.end, 9 * 3600, "Trial expired", plan="trial")
        return
    if who.plan == "trial":
        return
    who.add(who.joined + 14, 10 * 3600, "Subscription started", plan=who.plan)
    if who.kind in ("growing", "power") and who.plan in NEXT_PLAN and dice.chance(600):
        day = dice.between(max(who.joined + 30, 120), DAYS - 5)
        who.plan = NEXT_PLAN[who.plan]
        who.add(day, 15 * 3600 + dice.below(3600), "Account upgraded", plan=who.plan)
    if who.kind == "fading" and who.plan == "business" and dice.chance(400):
        who.plan = "growth"
        who.add(dice.between(who.turn, who.end - 1), 50_000, "Account downgraded", plan=who.plan)
    amount = (PRICE[who.plan] + 5 * (who.seats - 1)) * (10 if who.yearly else 1)
    for day in range(who.joined + 14, who.end, 365 if who.yearly else 30):
        if not PRICE[who.plan]:
            break
        if dice.chance(90 if who.kind in ("stopped", "fading") else 14):
            who.add(day, 6 * 3600, "Payment failed", amount=f"{amount}.00")
            day += 3  # noqa: PLW2901  the card is charged again
        who.add(day, 6 * 3600 + dice.below(900), "Invoice paid", amount=f"{amount}.00")
    if who.former:
        who.add(who.end, office_hour(dice), "Subscription cancelled", plan=who.plan)


def customers() -> list[Customer]:
    dice, out = Dice(SEED), []
    kinds = [kind for kind, habit in HABITS.items() for _ in range(habit.share)]
    for number in range(CURRENT + FORMER + UNLISTED):
        former = CURRENT <= number < CURRENT + FORMER
        kind = kinds[dice.below(len(kinds))]
        if former:
            kind = dice.pick(("fading", "fading", "stopped", "casual", "silent"))
        elif number >= CURRENT + FORMER:
            kind = "trial"
        who = Customer(number, kind, former, Dice(SEED * 10_000 + number))
        pay(who)
        live(who)
        if kind == "never":  # on the list of accounts, unknown to the product and to billing
            who.rows.clear()
        out.append(who)
    return out
