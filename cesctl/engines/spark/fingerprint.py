"""What two machines must share to give the same answers, beyond the versions of packages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def of_code() -> str:
    """Of this package's files, so that one version in two states of development is told."""
    import cesctl

    folder = Path(cesctl.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def of_hashes() -> str:
    """Of polars' hashes, by which rows find their way: all machines must hash alike."""
    import polars as pl

    texts = pl.Series(["", "a", "Zoë", "a text of more than a few bytes, as ids may be"])
    return repr(texts.hash(seed=1).to_list())
