"""Chance, from one number."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Dice:
    """Repeatable chance: the same seed makes the same choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, pool: Sequence[T]) -> T:
        return self._random.choice(pool)

    def some(self, pool: Sequence[T], least: int, most: int) -> list[T]:
        """Different members of the pool, in any order."""
        return self._random.sample(pool, min(len(pool), self.number(least, most)))

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def chance(self, of_ten: float) -> bool:
        return self._random.random() * 10 < of_ten

    def put(self, node: dict[str, Any], key: str, of_ten: float, make: Callable[[], Any]) -> None:
        """Sets a key of a model so many times of ten."""
        if self.chance(of_ten):
            node[key] = make()
