"""From the fast readers to the careful ones, as far as a reading needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cesctl.sources import documents
from cesctl.sources.places import FAILURES, explain_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from cesctl.sources.parts import Raw

Found = TypeVar("Found")


def carefully(raw: Raw, job: Callable[[Raw], Found]) -> tuple[Raw, Found]:
    """What a job finds in the export, and the export as it could be read.

    The fast readers refuse what they cannot give exactly. Then lines that are no records are taken out
    before, and where that does not help the exact readers do the job, or say which file is broken where. A
    number that was refused is there in good lines too: that costs no second attempt.
    """
    mended = raw.mended()
    for attempt in (raw, mended) if mended is not None else (raw,):
        try:
            return attempt, job(attempt)
        except FAILURES as error:
            if documents.REFUSED in str(error):
                break
    exact = raw.exact()
    try:
        return exact, job(exact)
    except FAILURES as error:
        raise explain_failure(error, raw) from error
