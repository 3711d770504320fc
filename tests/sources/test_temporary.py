"""The temporary folder goes with the process, whatever still writes into it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(code: str, folder: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", "from cesctl.sources import temporary\n" + code],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_goes_when_the_process_ends(tmp_path: Path) -> None:
    said = run("path = temporary.new_file()\npath.write_text('x')\nprint(path.exists())", tmp_path)
    assert said == "True\n"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_put_into_it_once_it_is_removed(tmp_path: Path) -> None:
    code = (
        "temporary.new_file().write_text('x')\n"
        "temporary.remove()\n"
        "try:\n    temporary.new_file()\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    assert run(code, tmp_path) == "OutputError no temporary files any more: the run has ended\n"
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_goes_on_gets_another(tmp_path: Path) -> None:
    code = (
        "one = temporary.new_file()\n"
        "one.write_text('x')\n"
        "temporary.forget()\n"
        "two = temporary.new_file()\n"
        "two.write_text('y')\n"
        "print(one.exists(), two.exists())\n"
        "temporary.remove()\n"
    )
    assert run(code, tmp_path) == "False True\n"
    assert list(tmp_path.iterdir()) == []


def test_a_thread_that_still_writes_does_not_keep_it(tmp_path: Path) -> None:
    code = (
        "import itertools, os, threading, time\n"
        "def work():\n"
        "    place = temporary.new_file().parent\n"
        "    for n in itertools.count():\n"
        "        try:\n            (place / str(n)).write_text('x')\n"
        "        except OSError:\n            return\n"
        "for _ in range(4):\n    threading.Thread(target=work, daemon=True).start()\n"
        "time.sleep(0.2)\n"
        "temporary.remove()\n"
        "os._exit(0)\n"
    )
    run(code, tmp_path)
    assert list(tmp_path.iterdir()) == []
