"""A small log and model, whose scores are known, and the ways to call ``cesctl``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cesctl.cli.main import app

MODEL = """\
version: 1
name: Small
as_of: 2026-11-01
window: 90d
source: {customer: user, event: event, timestamp: at}
events:
  Post scheduled: 1
  Feature explored: {weight: 4, cap: 25}
scale: {method: clamp, round: 0}
bands:
  - {name: Low, from: 1, at_risk: true, action: Call the customer}
  - {name: Good, from: 20}
attributes: {plan: plan}
"""

# user, Post scheduled, Feature explored, plan: scores 84, 24, 8, 1, all in October 2026
USERS = (
    ("acme", 16, 17, "paid"),
    ("bolt", 0, 6, "trial"),
    ("crane", 0, 2, "paid"),
    ("[red]", 1, 0, ""),
)


def write(folder: Path, *, bad_rows: int = 0) -> None:
    """``model.yaml`` and ``events.csv``: 42 good rows, and rows without a customer or a time."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    lines = ["user,event,at,plan"]
    for user, posts, features, plan in USERS:
        names = ["Post scheduled"] * posts + ["Feature explored"] * features
        lines += [
            f"{user},{name},2026-10-{at % 28 + 1:02d}T10:00:00Z,{plan}"
            for at, name in enumerate(names)
        ]
    for at in range(bad_rows):
        lines.append(",Login,2026-10-01T00:00:00Z," if at % 2 else "u,Login,31/31/2026,")
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def call(*args: str, **settings: Any) -> Any:
    """Calls a command in this process; the result has ``exit_code``, ``stdout`` and ``stderr``."""
    return CliRunner().invoke(app, list(args), prog_name="cesctl", **settings)


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "cesctl", *args]


def process(
    *args: str, cwd: Path, env: dict[str, str] | None = None, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """Calls ``cesctl`` as users do."""
    clean = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        command(*args),
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2])} | (env or {}),
        capture_output="stdout" not in settings,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        **settings,
    )
