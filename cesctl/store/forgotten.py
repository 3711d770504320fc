"""Who was forgotten, and when: by digests of ids, so that no id is kept.

An export that grows may have to be read again from its beginning; the events of a customer who was forgotten
since it was taken in must not come back by that.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from cesctl.store.place import Place

FORGOTTEN = "forgotten"  # the folder in the store
_FILE = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.json")


def note(place: Place, customers: Collection[str], now: datetime) -> None:
    """Remembers that they were forgotten."""
    name = f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}.json"
    said = {"at": now.isoformat(), "customers": sorted(map(_digest, customers))}
    place.write(FORGOTTEN, name, json.dumps(said).encode())


def since(place: Place, then: str, customers: Collection[str]) -> list[str]:
    """Those of the customers who were forgotten at that time (ISO 8601) or later."""
    found: set[str] = set()
    for text in place.read_all(FORGOTTEN, _FILE):
        said = json.loads(text)
        if said["at"] >= then:
            found.update(said["customers"])
    return [c for c in customers if _digest(c) in found] if found else []


def _digest(customer: str) -> str:
    return hashlib.sha256(f"cesctl\n{customer}".encode()).hexdigest()
