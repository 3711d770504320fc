"""What the process does that is killed; loaded before it begins, so that it can be killed in its work."""

from __future__ import annotations

from pathlib import Path

import cesctl.present.terminal
import cesctl.store.log  # noqa: F401
from cesctl.cli import nightly
from cesctl.model import load_model
from cesctl.pipeline.run import score
from cesctl.store import Store
from tests.store.makers import take


def run(job: str, folder: str, file: str) -> None:
    """``ingest`` takes in the file, the others work on the folder, in which the process is."""
    store, model = Path(folder) / "events.store", load_model(Path(folder) / "cesctl.yaml")
    if job == "ingest":
        take(store, Path(file), by=model, horizon_days=90)
    elif job == "nightly":
        nightly.command(config="cesctl.yaml", quiet=True)
    elif (store / "exports").exists():
        score(Store(str(store)), model)
