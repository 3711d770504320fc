"""How a log is shared out: what each task reads, and in how many parts the customers are counted.

Both follow from the sizes of the files, so that what a task holds does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import TYPE_CHECKING

from cesctl.engines.spark.stored import StoreStretch
from cesctl.engines.spark.tasks import Stretch
from cesctl.sources import pieces
from cesctl.store import shares
from cesctl.store.log import StoreLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.pipeline.log import Log
    from cesctl.sources import InputFile, Part

MOST = (
    64 << 20
)  # bytes of text that a task reads, where files can be cut, and of which it counts the events
LEAST = 4 << 20  # smaller pieces cost more than they share out
TASKS_A_CORE = 3  # so that cores end at about the same time
_UNPACKED = {"none": 1, "gzip": 8, "zstd": 8}  # times the bytes on disk


def buckets(log: Log, cores: int) -> int:
    """In how many parts customers are counted: each is of the events of about ``MOST`` bytes of text."""
    return max(cores, -(-_total(log) // MOST))


def stretches(
    log: Log, cores: int, whole: Collection[str] = ()
) -> list[Stretch] | list[StoreStretch]:
    """What each task reads: a piece of a large file, or several small files. ``whole``: files (by name)
    that must not be cut.
    """
    size = min(MOST, max(LEAST, _total(log) // (cores * TASKS_A_CORE)))
    if isinstance(log, StoreLog):
        return [StoreStretch(n, share) for n, share in enumerate(shares.shares(log, size))]
    found: list[Stretch] = []
    for number, (part, _) in enumerate(log.placed_parts()):
        for first, count, piece in _of_part(part, size, whole):
            found.append(Stretch(len(found), number, first, count, piece))
    return found


def _of_part(
    part: Part, size: int, whole: Collection[str]
) -> Iterator[tuple[int, int, pieces.Piece | None]]:
    """First file, number of files, piece."""
    cuts = [[] if f.name in whole else pieces.cut(f, _on_disk(f, size)) for f in part.files]
    before = 0
    places = []  # of each file: the group it is in; files that are cut are alone
    for file, cut in zip(part.files, cuts, strict=True):
        places.append(before // size)
        before += _text(file)
        if cut:
            before = (before // size + 1) * size
    n = 0
    for _, group in groupby(range(len(places)), key=lambda at: (places[at], bool(cuts[at]))):
        together = list(group)
        assert together[0] == n
        n += len(together)
        if cuts[together[0]]:
            for at in together:
                yield from ((at, 1, piece) for piece in cuts[at])
        else:
            yield together[0], len(together), None


def _total(log: Log) -> int:
    """About how many bytes of text must be read."""
    if isinstance(log, StoreLog):
        return shares.text_bytes(log)
    return sum(_text(file) for part in log.raw.parts for file in part.files)


def _text(file: InputFile) -> int:
    """About how many bytes it would have as text."""
    if file.format == "parquet":
        return file.size * shares.AS_TEXT
    return file.size * _UNPACKED[file.compression]


def _on_disk(file: InputFile, size: int) -> int:
    return size // shares.AS_TEXT if file.format == "parquet" else size
