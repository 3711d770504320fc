"""Records that hold the rows in an array: a visit with its actions, a batch with its events.

A row is the record with one element of the array in the array's place, so that the path of the array
leads on into the element, and what is the record's own stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]


def records(record: Record, way: tuple[str, ...]) -> Iterator[Record]:
    """The rows of a record whose array lies at the way; without a way the record itself.

    A record without the array has no rows; one that has an object there is one row.
    """
    if not way:
        yield record
        return
    held = record.get(way[0])
    for element in held if isinstance(held, list) else [held]:
        if isinstance(element, dict):
            for row in records(element, way[1:]):
                yield {**record, way[0]: row}
        elif element is not None and len(way) == 1:
            yield {**record, way[0]: element}
