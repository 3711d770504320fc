"""``cesctl nightly``: one night after the other, and what a night may bring."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from filelock import FileLock

from cesctl.model import load_model
from cesctl.pipeline.run import score
from cesctl.store.history import History
from cesctl.store.place import Place
from tests.cli import small
from tests.nightly.conftest import VARIABLE, Project, Receiver
from tests.store.makers import record, write

KEYS = [
    "ok", "exit", "error", "dry_run", "started", "seconds", "exports", "known", "left_out", "rows", "as_of",
    "model", "sha256", "customers", "at_risk", "average", "median", "newly_at_risk", "caught_up",
    "fail_if", "outputs", "untold",
]  # fmt: skip


def nightly(*args: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the summary and what was said beside it."""
    found = small.call("nightly", "--summary", *args)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    (line,) = found.stdout.splitlines()
    summary = json.loads(line)
    assert list(summary) == KEYS
    assert summary["exit"] == found.exit_code
    assert summary["ok"] is (found.exit_code == 0)
    return found.exit_code, summary, found.stderr


def runs(project: Project) -> list[str]:
    return [f"{r.as_of:%m-%d}" for r in History(Place.of(str(project.store))).runs()]


def test_night_after_night(project: Project) -> None:
    project.model()
    for day in range(1, 5):
        export = project.export(day)
        code, summary, _ = nightly()
        assert code == 0
        assert summary["exports"] == [str(Path("exports") / export.name)]
        assert summary["rows"]["accepted"] == 4
        assert summary["outputs"] == ["scores.csv"]
        assert summary["caught_up"] == []
        whole = score([], load_model("cesctl.yaml"))
        assert summary["customers"] == whole.scores.height
        written = pl.read_csv("scores.csv", infer_schema=False)
        assert written["customer"].to_list() == whole.scores["customer"].to_list()
    assert runs(project) == ["01-01", "01-02", "01-03", "01-04"]
    last = History(Place.of(str(project.store))).last()
    assert last is not None
    assert last.sha256 == load_model("cesctl.yaml").sha256
    assert History(Place.of(str(project.store))).scores(last).equals(whole.scores)


def test_night_with_nothing_new(project: Project) -> None:
    project.model()
    export = project.export(1)
    nightly()
    code, summary, _ = nightly()
    assert (code, summary["exports"], summary["rows"]["read"]) == (0, [], 0)
    assert (summary["known"], summary["left_out"]) == (1, [])
    export.unlink()  # and the folder is emptied by what made the exports
    code, summary, said = nightly()
    assert code == 0
    assert summary["customers"] > 0
    assert "nothing matches the pattern" in said


def test_first_night_without_exports(project: Project) -> None:
    project.model()
    code, summary, said = nightly()
    assert code == 3
    assert "nothing matches the pattern" in summary["error"]
    assert "nothing matches the pattern" in said


def test_missed_nights_are_made_up_for(project: Project) -> None:
    project.model()
    project.export(1)
    nightly()
    for day in (2, 3, 5, 6):
        project.export(day)
    _, summary, _ = nightly()
    assert [at[:10] for at in summary["caught_up"]] == ["2026-01-02", "2026-01-03", "2026-01-05"]
    assert runs(project) == ["01-01", "01-02", "01-03", "01-05", "01-06"]
    past = History(Place.of(str(project.store)))
    for run in past.runs():
        then = score([], load_model("cesctl.yaml"), as_of=run.as_of.isoformat())
        assert past.scores(run).equals(then.scores)
    assert [r.caught_up for r in past.runs()] == [False, True, True, True, False]


def test_no_more_nights_are_made_up_for_than_the_model_says(project: Project) -> None:
    project.model(nightly=", catch_up: 2")
    project.export(1)
    nightly()
    for day in range(2, 8):
        project.export(day)
    _, summary, _ = nightly()
    assert [at[:10] for at in summary["caught_up"]] == ["2026-01-05", "2026-01-06"]


def test_a_clock_that_goes_back_is_told(project: Project) -> None:
    project.model()
    project.export(1)
    project.export(9)
    nightly()
    from cesctl.nightly.night import night

    model = load_model("cesctl.yaml")
    back = datetime(2026, 1, 5, tzinfo=UTC)
    done = night(model, [], check=lambda _: None, write=lambda _: [], now=back)
    assert done.result.as_of < back
    assert done.caught_up == []
    assert any("the clock or the log went back" in n for n in done.notes)
    assert nightly()[0] == 0


def test_only_newcomers_are_told_of(project: Project, receiver: Receiver) -> None:
    project.model(nightly=f", alerts: {VARIABLE}")
    project.export(1, 1, 2, 3)
    project.export(2, 1, 2)
    nightly()
    assert receiver.got == []  # nobody is at risk
    project.export(13, 1)
    _, summary, _ = nightly()
    assert summary["newly_at_risk"] == 2
    assert [m["title"] for m in receiver.got] == ["2 customers are newly at risk since 2026-01-02"]
    assert "c02" in receiver.got[0]["message"]
    assert "c03" in receiver.got[0]["message"]
    project.export(14, 1)
    nightly()
    assert len(receiver.got) == 1  # the same names: nothing is sent
    project.export(25, 2)
    nightly()
    assert receiver.got[1]["title"] == "1 customer is newly at risk since 2026-01-14"
    assert "c01" in receiver.got[1]["message"]


def test_alert_that_was_not_taken_is_sent_again(project: Project, receiver: Receiver) -> None:
    project.model(nightly=f", alerts: {{to: {VARIABLE}, top: 1}}")
    project.export(1, 1, 2, 3)
    project.export(12, 1)
    receiver.refuses = True
    code, summary, said = nightly()
    assert (code, summary["untold"]) == (4, [VARIABLE])
    assert "s3cret" not in said + json.dumps(summary)
    assert Path("scores.csv").exists()
    receiver.refuses = False
    assert nightly()[0] == 0
    assert "… and 1 more" in receiver.got[0]["message"]


def test_dry_run_shows_what_would_be_sent_and_changes_nothing(
    project: Project, receiver: Receiver
) -> None:
    project.model(nightly=f", alerts: {VARIABLE}")
    project.export(1, 1, 2)
    nightly()
    project.export(12, 1)
    files = {p: p.stat().st_mtime_ns for p in project.folder.rglob("*") if p.is_file()}
    shown = small.call("nightly", "--dry-run")
    assert shown.exit_code == 0
    assert "Not sent: a dry run" in shown.stdout or "Nobody is newly at risk" in shown.stdout
    assert "4 new events would be taken in" in shown.stderr
    assert receiver.got == []
    assert files == {p: p.stat().st_mtime_ns for p in project.folder.rglob("*") if p.is_file()}


def test_dry_run_before_the_first_night_makes_no_store(project: Project) -> None:
    project.model()
    project.export(1)
    assert nightly("--dry-run")[0] == 3
    assert not project.store.exists()


def test_what_customers_are_called_calls_nobody(project: Project, receiver: Receiver) -> None:
    project.model(nightly=f", alerts: {VARIABLE}")
    who = "<!channel> @everyone *x*\x1b[2J"
    write(project.folder / "exports" / "a.csv", [(who, "login", "2026-01-01", "1", "")])
    project.export(20, 1)
    nightly()
    text = receiver.got[0]["message"]
    assert "\u2039!channel\u203a" in text
    assert "@everyone" not in text
    assert "\x1b" not in text


def test_dry_run_keeps_nothing_of_what_it_carries_over(project: Project) -> None:
    project.model()
    project.export(1)
    project.export(60)
    nightly()
    for kept in (project.store / "carried").iterdir():
        kept.unlink()
    assert nightly("--dry-run")[0] == 0
    assert list((project.store / "carried").iterdir()) == []
    nightly()
    assert len(list((project.store / "carried").iterdir())) == 1


def test_without_addresses_newcomers_are_those_since_the_last_run(project: Project) -> None:
    """The run itself tells of them."""
    project.model()
    project.export(1, 1, 2)
    project.export(13, 1)
    assert nightly()[1]["newly_at_risk"] == 1
    assert nightly()[1]["newly_at_risk"] == 0


def test_nothing_but_what_was_written_among_the_exports(project: Project) -> None:
    """That is nothing new."""
    project.model(nightly=", at_risk_outputs: exports/call.csv")
    export = project.export(1, 1, 2)
    assert nightly()[0] == 0
    export.unlink()
    code, summary, _ = nightly()
    assert (code, summary["exports"], summary["customers"]) == (0, [], 2)


def test_damaged_note_of_who_was_told_makes_everyone_news(
    project: Project, receiver: Receiver
) -> None:
    project.model(nightly=f", alerts: {VARIABLE}")
    project.export(1, 1, 2)
    project.export(13, 1)
    nightly()
    (project.store / "alerts" / "last.json").write_text("{")
    assert nightly()[1]["newly_at_risk"] == 1
    assert len(receiver.got) == 2


def test_links_are_not_hidden_behind_names(project: Project, receiver: Receiver) -> None:
    project.model(nightly=f", alerts: {VARIABLE}")
    who = "[renew](https://evil.example)"
    write(project.folder / "exports" / "a.csv", [(who, "login", "2026-01-01", "1", "")])
    project.export(20, 1)
    nightly()
    assert "](" not in receiver.got[0]["message"]


def test_nights_of_a_model_that_is_scored_as_of_now(project: Project) -> None:
    from cesctl.nightly.night import night

    project.model(more="as_of: now\n")
    project.export(1)
    model = load_model("cesctl.yaml")
    caught = []
    for day, hour in ((25, 4), (26, 20), (28, 4)):
        now = datetime(2026, 3, day, hour, 9, tzinfo=UTC)
        done = night(model, [], check=lambda _: None, write=lambda _: [], now=now)
        caught.append([f"{r.as_of:%d %H:%M}" for r in done.caught_up])
    assert caught == [[], [], ["27 23:59"]]


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_stopped_by_the_system_it_still_says_how_far_it_got(project: Project) -> None:
    project.model()
    write(project.folder / "exports" / "big.csv", (record(n, 1 + n % 300) for n in range(400_000)))
    with subprocess.Popen(
        small.command("nightly", "--summary"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        for _ in range(600):
            if (project.store / ".nightly.lock").exists():
                break
            time.sleep(0.05)
        run.terminate()
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert json.loads(out)["error"] == "interrupted"
    assert list(json.loads(out)) == KEYS
    assert nightly()[0] == 0


def test_two_nights_at_once(project: Project) -> None:
    project.model()
    project.export(1)
    nightly()
    with FileLock(project.store / ".nightly.lock"):
        code, summary, said = nightly()
    assert code == 4
    assert "another nightly run is at work" in said
    assert "another nightly run is at work" in summary["error"]
    assert nightly()[0] == 0


def test_fail_if(project: Project) -> None:
    project.model(nightly=', fail_if: ["at_risk > 10", "average < 1000"]')
    project.export(1)
    code, summary, said = nightly("--fail-if", "at_risk > 0%")
    assert code == 1
    assert [f.partition(":")[0] for f in summary["fail_if"]] == ["fail_if average < 1000"]
    assert "fail_if average < 1000" in said
    assert runs(project) == ["01-01"]


def test_too_many_rejected_rows_take_nothing_in(project: Project) -> None:
    project.model()
    project.export(1)
    nightly()
    rows = [("", "login", "2026-01-02", "x", "")] * 3 + [record(2000, 2)]
    write(project.folder / "exports" / "bad.csv", rows)
    code, summary, _ = nightly()
    assert code == 3
    assert "3 of 4 rows rejected" in summary["error"]
    assert runs(project) == ["01-01"]
    (project.folder / "exports" / "bad.csv").unlink()
    assert nightly()[0] == 0


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (", alerts: NOT_SET_ANYWHERE", 2, "the environment variable NOT_SET_ANYWHERE is not set"),
        (', fail_if: "at_risk"', 2, "at_risk"),
        (", max_rejected: lots", 2, "nightly.max_rejected"),
        (", at_risk_outputs: scores.csv", 2, "given twice"),
        (", at_risk_outputs: none/x.csv", 4, "there is no folder"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_done(
    more: str, code: int, says: str, project: Project
) -> None:
    project.model(nightly=more)
    project.export(1)
    found, summary, said = nightly()
    assert (found, says in said, says in summary["error"]) == (code, True, True)
    assert not project.store.exists()


def test_model_without_nightly(project: Project) -> None:
    (project.folder / "cesctl.yaml").write_text("events: {a: 1}\nsource: {files: x.csv}\n")
    code, _, said = nightly()
    assert code == 2
    assert "nightly: {store: events.store}" in said


def test_page(project: Project) -> None:
    project.model()
    project.export(1)
    shown = small.call("nightly", "-q", env={"COLUMNS": "80"})
    assert shown.stdout == (
        "cesctl.yaml · nightly\n\n"
        "  Taken in   1 export · 4 read · 4 accepted\n"
        "  As of      2026-01-01 19:43\n"
        "  Customers  4, average 2.0, 0 at risk (0.0%)\n"
        "  Wrote      scores.csv\n\n"
        "Alert\n  Nobody is newly at risk.\n"
    )


def test_a_night_within_a_limit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.engines.test_limited_agrees import by_shares, put_aside

    project.model()
    monkeypatch.setenv("_RJEM_MALLOC_CONF", "")
    monkeypatch.setenv("POLARS_ROW_GROUP_PREFETCH_KBYTES_BUDGET", "65536")
    by_shares(monkeypatch, 2)
    for day in range(1, 4):
        project.export(day)
        code, summary, _ = nightly("--memory-limit", "900GiB")
        assert code == 0
        whole = score([], load_model("cesctl.yaml"))
        assert summary["customers"] == whole.scores.height
        assert summary["average"] == whole.summary["average"]
    assert put_aside() == []
    code, summary, _ = nightly("--memory-limit", "5MiB")
    assert code == 2
    assert "too small; it takes at least" in summary["error"]


def test_a_limit_too_small_takes_nothing_in(project: Project) -> None:
    project.model()
    project.export(1)
    code, _, _ = nightly("--memory-limit", "5MiB")
    assert code == 2
    assert not (project.store / "events").exists()
