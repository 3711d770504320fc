"""What the parts of an example share."""

from __future__ import annotations

from datetime import datetime

from tests.random_examples.dice import Dice
from tests.random_examples.pools import BASES, CUSTOMERS, EVENTS, NUMBERS, PAGES, TEXTS, ZONES


class World:
    """T, the zone, and the handful of names, texts and numbers."""

    def __init__(self, dice: Dice) -> None:
        base, zone = dice.pick(BASES)
        self.at = datetime.fromisoformat(base)
        self.zone = zone if dice.chance(6) else dice.pick(ZONES)
        self.now = self.at
        self.events = dice.some(EVENTS, 1, 3)
        self.customers = dice.some(CUSTOMERS, 1, 5)
        self.texts = dice.some(TEXTS, 2, 4)
        self.pages = dice.some(PAGES, 1, 3)
        self.numbers = dice.some(dice.pick(NUMBERS), 3, 7)
        self.tidy = dice.chance(4)  # no blanks, nothing missing, nothing unreadable
