"""What only a real process shows: exit codes, pipes, full disks, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli import small

BASE = ("score", "events.csv", "-c", "model.yaml")
unix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of Unix")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small.write(tmp_path)
    return tmp_path


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([], 0),
        (["--fail-if", "at_risk > 20%"], 1),
        (["--fail-if", "at_risk"], 2),
        (["-c", "none.yaml"], 2),
        (["none.csv"], 3),
        (["-o", "none/scores.csv"], 4),
    ],
)
def test_exit_codes(args: list[str], code: int, folder: Path) -> None:
    done = small.process(*BASE, *args, cwd=folder)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) is (code < 2)


def test_standard_input(folder: Path) -> None:
    with (folder / "events.csv").open() as events:
        done = small.process("score", "-", "-c", "model.yaml", "-q", cwd=folder, stdin=events)
    assert done.returncode == 0
    assert "  Events  standard input\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("form", ["csv", "table", "markdown"])
def test_a_reader_that_has_seen_enough_is_no_error(form: str, folder: Path) -> None:
    with subprocess.Popen(
        small.command(*BASE, "-f", form),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0
    assert b"Traceback" not in said
    assert b"Broken" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("form", ["csv", "table", "markdown"])
def test_standard_output_on_a_full_disk(form: str, folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = small.process(*BASE, "-f", form, cwd=folder, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4
    assert "cannot write to standard output: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_help_on_a_full_disk(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = small.process("--help", cwd=folder, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4
    assert done.stderr == "Error: cannot write: No space left on device\n"


def test_an_encoding_that_lacks_characters(folder: Path) -> None:
    done = small.process(*BASE, cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "42 read ? 42 accepted" in done.stdout
    data = small.process(*BASE, "-f", "csv", cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert data.returncode == 0


@unix
@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream(closed: int, folder: Path) -> None:
    import shlex

    line = f"{shlex.join(small.command(*BASE))} {closed}>&-"
    done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    assert bool(done.stdout) is (closed == 2)
    assert b"Traceback" not in done.stderr


@unix
@pytest.mark.parametrize("name", ["s.csv", "s.json", "s.parquet", "s.xlsx"])
def test_a_file_that_the_disk_has_no_room_for(name: str, folder: Path) -> None:
    """The old file stays, the new one leaves nothing behind."""
    import resource

    before = _files(folder)
    (folder / name).write_bytes(b"old")
    code = (
        "import resource, sys\n"
        "from cesctl.cli import run\n"
        "import cesctl.pipeline.run, cesctl.present.files, cesctl.insight.missing, xlsxwriter\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        f"sys.argv = ['cesctl', *{[*BASE, '-o', name]!r}]\n"
        "run()\n"
    )
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert f'cannot write "{name}"' in done.stderr
    assert _files(folder) == sorted([*before, name])
    assert (folder / name).read_bytes() == b"old"


@unix
def test_ctrl_c_while_writing_leaves_nothing_half_written(folder: Path) -> None:
    """The second output is a pipe that nobody reads: the run stands still with one file ready."""
    os.mkfifo(folder / "pipe.csv")
    (folder / "a.csv").write_text("old")
    before = _files(folder)
    with subprocess.Popen(
        small.command(*BASE, "-o", "a.csv", "-o", "pipe.csv"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _wait(lambda: any(name.endswith(".part") for name in _files(folder)))
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in said
    assert b"Interrupted." in said
    assert _files(folder) == before
    assert (folder / "a.csv").read_text() == "old"


@unix
def test_ctrl_c_while_reading(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    temporary = tmp_path_factory.mktemp("unpacked")
    with subprocess.Popen(
        small.command("score", "-", "-c", "model.yaml", "-o", "a.csv", "-v"),
        cwd=folder,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _wait(lambda: any(temporary.iterdir()))  # it now waits for events that never come
        process.send_signal(signal.SIGINT)
        process.wait(30)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert _files(folder) == ["events.csv", "model.yaml"]
    assert _files(temporary) == []


def _wait(until: object) -> None:
    assert callable(until)
    for _ in range(600):
        if until():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


@unix
@pytest.mark.parametrize("words", [["--help"], ["schema"], ["score", "--help"]])
def test_what_nobody_reads_is_no_failed_rule(words: list[str], folder: Path) -> None:
    with subprocess.Popen(
        small.command(*words), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


@unix
def test_a_closed_standard_input(folder: Path) -> None:
    import shlex

    line = f"{shlex.join(small.command('score', '-', '-c', 'model.yaml'))} <&-"
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.strip().endswith("standard input is closed")
