"""A receiver of alerts on loopback, and a project to run nights in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.store.makers import MODEL, record, write

VARIABLE = "CESCTL_TEST_ALERTS"


@dataclass
class Receiver:
    """``got``: the messages, as JSON; ``refuses``: it answers with an error."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not found.refuses:
                found.got.append(json.loads(body))
            self.send_response(500 if found.refuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{found.port}/s3cret")
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Project:
    """A folder with a model, and exports that a source of it names."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "events.store"

    def export(self, day: int, *who: int, rows: int = 4) -> Path:
        """A day's file: some of everyone's events, or only of those customers."""
        records = [
            record(day * 1000 + n, day, who=who[n % len(who)] if who else None) for n in range(rows)
        ]
        return write(self.folder / "exports" / f"day{day:03}.csv", records)

    def model(self, more: str = "", nightly: str = "") -> Path:
        text = MODEL.replace("id: id}", "id: id, files: exports/*.csv}")
        path = self.folder / "cesctl.yaml"
        plan = f"nightly: {{store: events.store, outputs: [scores.csv]{nightly}}}\n"
        bands = "bands: [{name: All, from: 0, at_risk: false}]\n"  # at risk is who is silent
        path.write_text(text + bands + more + plan)
        return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    return Project(tmp_path)
