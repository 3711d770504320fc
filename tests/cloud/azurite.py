"""Azurite, an emulator of Azure's object store, where it is installed (``npm install -g azurite``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Those that every Azurite has, as its documentation says: no secrets.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
STARTS_WITHIN_S = 60


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of one, started for the block; skips the test where there is none."""
    found = os.environ.get("CESCTL_AZURITE") or shutil.which("azurite-blob")
    if found is None:
        pytest.skip("azurite-blob is not installed (npm install -g azurite)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [found, *options, "--blobPort", str(port)], cwd=folder, stdout=log, stderr=log
        )
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}/{ACCOUNT}"
        finally:
            process.terminate()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("azurite-blob does not start")


def make_container(url: str, name: str) -> None:
    """Signed as https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key says."""
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"x-ms-date": date, "x-ms-version": "2021-08-06"}
    signed = "\n".join(f"{k}:{v}" for k, v in headers.items())
    text = f"PUT{chr(10) * 12}{signed}\n/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    request = urllib.request.Request(
        f"{url}/{name}?restype=container", method="PUT", headers=headers
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
