"""What the process does that is killed; loaded before it begins, so that it can be killed in its work."""

from __future__ import annotations

from pathlib import Path

from cesctl.pipeline.run import score
from cesctl.store import Store
from tests.store.makers import model, take


def run(job: str, store: str, file: str) -> None:
    if job == "ingest":
        take(Path(store), Path(file))
    else:
        score(Store(store), model())
