"""A standalone Spark cluster on loopback: a master and workers as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 120


@dataclass
class Cluster:
    """``url``: the master's. ``workers``: their processes, one core each."""

    url: str
    folder: Path
    workers: list[subprocess.Popen[bytes]]

    def kill(self, number: int) -> None:
        """A worker with the executors that it has started, as if its machine had lost power."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    port = free_port()
    url = f"spark://127.0.0.1:{port}"
    master = _start(
        folder / "master.log",
        "org.apache.spark.deploy.master.Master",
        *("--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"),
    )
    started = [
        _start(
            folder / f"worker{n}.log",
            "org.apache.spark.deploy.worker.Worker",
            *("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", "1"),
            *("--memory", "700m", "--work-dir", str(folder / f"work{n}"), url),
        )
        for n in range(workers)
    ]
    try:
        log = folder / "master.log"
        until(lambda: log.read_text().count("Registering worker") == workers, log.read_text)
        yield Cluster(url, folder, started)
    finally:
        for process in (*started, master):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _start(log: Path, name: str, *words: str) -> subprocess.Popen[bytes]:
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with log.open("wb") as out:
        return subprocess.Popen(
            [program, name, *words],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def until(there: Callable[[], Any], why: Callable[[], str] = str) -> Any:
    """Waits for it, and gives it."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        if found := there():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_S} s: {why()}")


def asked(port: int, path: str) -> Any:
    """What the driver's page says of the application; None where it is not there yet."""
    root = f"http://127.0.0.1:{port}/api/v1/applications"
    try:
        with urllib.request.urlopen(root, timeout=10) as answer:
            (application,) = json.load(answer)
        with urllib.request.urlopen(f"{root}/{application['id']}/{path}", timeout=10) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
