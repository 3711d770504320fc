"""``--memory-limit``: on each command that has it, the same words as without."""

from __future__ import annotations

import resource
from pathlib import Path

import polars as pl
import pytest

from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.limited import Counting
from tests.cli import small
from tests.engines.test_limited_agrees import by_shares, put_aside

MODEL = ("-c", "model.yaml", "--no-color", "-q")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("_RJEM_MALLOC_CONF", "")  # which the option sets for this process
    monkeypatch.setenv("POLARS_ROW_GROUP_PREFETCH_KBYTES_BUDGET", "65536")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("score", "events.csv"),
        ("explain", "acme", "events.csv"),
        ("trend", "events.csv", "--periods", "3"),
        ("movers", "events.csv"),
        ("segments", "events.csv", "--by", "plan"),
    ],
    ids=lambda words: words[0],
)
def test_same_words(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = small.call(*words, *MODEL)
    assert expected.exit_code == 0
    by_shares(monkeypatch, 5)
    taken: list[object] = []
    real = Counting.aggregate

    def noted(own: Counting, asked: Asked) -> Aggregate:
        taken.append(asked)
        return real(own, asked)

    monkeypatch.setattr(Counting, "aggregate", noted)
    found = small.call(*words, *MODEL, "--memory-limit", "900GiB")
    assert (found.exit_code, found.stdout) == (0, expected.stdout)
    assert len(taken) == 1
    assert put_aside() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--memory-limit", "4"], '--memory-limit "4": write a number and its unit, such as 4GiB'),
        (["--memory-limit", "0GiB"], "write more than nothing"),
        (["--memory-limit", "5MiB"], "a memory limit of 5 MiB is too small; it takes at least"),
        (["--memory-limit", "4GiB", "--engine", "spark"], "--memory-limit is of --engine polars"),
    ],
)
def test_a_wrong_call(options: list[str], said: str) -> None:
    found = small.call("score", "events.csv", *MODEL, *options, "-o", "out.csv")
    assert found.exit_code == 2
    assert said in found.stderr
    assert not Path("out.csv").exists()


LARGEST_FILE = 200_000  # bytes, less than any share has


def test_a_process_of_its_own_leaves_nothing(tmp_path: Path) -> None:
    """A log that does not fit, by the estimates alone: as users call it, and with a disk that is full."""
    rows = 2_000_000
    frame = pl.select(
        pl.format("u{}", pl.int_range(rows) % 997).alias("user"),
        pl.lit("Post scheduled").alias("event"),
        pl.format("2026-10-{}", (pl.int_range(rows) % 20 + 10)).alias("at"),
        pl.lit("paid").alias("plan"),
    )
    frame.write_parquet(tmp_path / "many.parquet")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary)}
    limit = ("--memory-limit", "900MiB")
    outputs = []
    for more in ((), limit):
        found = small.process(
            "score", "many.parquet", *MODEL, "-o", "out.csv", *more, cwd=tmp_path, env=env
        )
        assert found.returncode == 0, found.stderr
        outputs.append((tmp_path / "out.csv").read_text())
    assert outputs[0] == outputs[1]
    assert list(temporary.iterdir()) == []

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))

    found = small.process(
        "score", "many.parquet", *MODEL, *limit, cwd=tmp_path, env=env, preexec_fn=full
    )
    assert found.returncode == 4, found.stderr
    assert "no room to put events aside in" in found.stderr
    assert list(temporary.iterdir()) == []
