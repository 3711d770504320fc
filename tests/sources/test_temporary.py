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


def test_what_a_killed_process_left_goes_with_the_next(tmp_path: Path) -> None:
    code = "import os, signal\ntemporary.new_file().write_text('x')\nprint(end='', flush=True)\n"
    killed = "os.kill(os.getpid(), signal.SIGKILL)\n"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    words = [sys.executable, "-c", f"from cesctl.sources import temporary\n{code}{killed}"]
    subprocess.run(words, env=environment, check=False, timeout=60)
    (left,) = tmp_path.iterdir()
    others = [tmp_path / f"cesctl-run-{name}" for name in ("results", "abcdefgh", "12345678")]
    others[0].mkdir()
    (others[0] / ".held").touch()
    others[1].mkdir()  # that no lock was ever held on
    others[2].symlink_to(others[0])
    half_gone = tmp_path / "cesctl-run-ijklmnop-gone"
    half_gone.mkdir()
    assert left.exists()
    run("temporary.new_file()", tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_what_another_process_holds_stays(tmp_path: Path) -> None:
    words = (
        "from cesctl.sources import temporary\ntemporary.new_file()\nprint(flush=True)\ninput()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        (held,) = tmp_path.iterdir()
        run("temporary.new_file()", tmp_path)
        assert held.exists()
        other.communicate(b"\n", timeout=60)
    assert not held.exists()


def test_a_tmpdir_that_is_none_is_told(tmp_path: Path) -> None:
    where = tmp_path / "none"
    code = "try:\n    temporary.new_file()\nexcept Exception as error:\n    print(error)\n"
    said = f'cannot write to the folder "{where}" of the variable TMPDIR: '
    assert run(code, where) == f"{said}No such file or directory\n"
    where.write_text("x")
    assert run(code, where) == f"{said}Not a directory\n"


def test_a_folder_that_cannot_be_locked_is_left_alone(tmp_path: Path) -> None:
    """Whoever lives on without a lock keeps what it has."""
    code = (
        "from cesctl.sources import left_behind\n"
        "real = left_behind._locked\n"
        "left_behind._locked = lambda _: False\n"
        "path = temporary.new_file()\n"
        "left_behind._locked = real\n"
        "left_behind.release()\n"
        "left_behind.sweep(temporary.folder().parent)\n"
        "print(path.parent.exists())\n"
    )
    assert run(code, tmp_path) == "True\n"


def test_a_process_that_goes_on_keeps_no_folder_open(tmp_path: Path) -> None:
    code = (
        "import os\n"
        "def held():\n"
        "    temporary.new_file()\n"
        "    temporary.forget()\n"
        "    return os.open('/dev/null', os.O_RDONLY)\n"
        "first = held()\n"
        "os.close(first)\n"
        "print(first == held())\n"
    )
    assert run(code, tmp_path) == "True\n"
