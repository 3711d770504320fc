"""Whole runs on an object store: the same as on files."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from cesctl.cloud import download, settings
from tests.cli import small
from tests.cloud.buckets import KEY, S3, SECRET, Azure
from tests.cloud.faults import Fault, Request, faulty, now_and_then


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small.write(tmp_path)
    return tmp_path


def score(folder: Path, *args: str, model: str = "model.yaml") -> str:
    done = small.call("score", *args, "-c", str(folder / model), "-q", "-f", "csv")
    assert done.exit_code == 0, done.stderr
    return str(done.stdout)


def halves(folder: Path) -> tuple[str, str]:
    header, *rows = (folder / "events.csv").read_text().splitlines()
    return "\n".join([header, *rows[::2]]), "\n".join([header, *rows[1::2]])


def zipped(**contents: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name.replace("_", "."), text)
    return data.getvalue()


def test_an_object_a_folder_and_a_pattern(s3: S3, folder: Path) -> None:
    local = score(folder, str(folder / "events.csv"))
    one, other = halves(folder)
    whole = s3.put("log.csv", (folder / "events.csv").read_bytes())
    s3.put("exports/2026-10/a.csv", one)
    s3.put("exports/2026-11/b.csv.gz", gzip.compress(other.encode()))
    s3.put("exports/2025-10/old.csv", one)
    s3.put("in/a.csv", one)
    s3.put("in/deep/b.csv", other)
    assert score(folder, whole) == local
    assert score(folder, f"{s3.root}/exports/2026-*/*") == local
    assert score(folder, f"{s3.root}/in/") == local
    assert score(folder, f"{s3.root}/in") == local
    assert score(folder, f"{s3.root}/in/a.csv", f"{s3.root}/in/deep/b.csv") == local


def test_what_is_read_of_a_folder_is_what_is_read_on_disk(s3: S3, folder: Path) -> None:
    one, other = halves(folder)
    parquet = io.BytesIO()
    pl.read_csv(io.StringIO(other), infer_schema=False).write_parquet(parquet)
    (folder / "in").mkdir()
    contents: dict[str, bytes] = {
        "in/day=2026-10-01/a b%.csv.gz": gzip.compress(one.encode()),
        "in/day=2026-10-02/x.parquet": parquet.getvalue(),
        "in/packed.zip": zipped(a_csv=other, read_md="# no export"),
        "in/empty.csv": b"",
        "in/_SUCCESS": b"",
        "in/.hidden/x.csv": one.encode(),
        "in/.x.csv": one.encode(),
        "in/notes.md": b"user,event,at\n",
        "in/LICENSE": b"You may use this.\nAnd, well, that.\nNo, more, of it.\n",
        "in/-123_2026-10-01_x.json.gz": gzip.compress(b'{"merged": 1}\n{"merged": 2}\n'),
    }
    for key, data in contents.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        s3.put(key, data)
    args = ("-c", str(folder / "model.yaml"), "-v", "-f", "json")
    local = small.call("score", str(folder / "in"), *args)
    cloud = small.call("score", f"{s3.root}/in/", *args)
    assert local.exit_code == cloud.exit_code == 0, cloud.stderr
    assert json.loads(local.stdout) == json.loads(cloud.stdout)

    def notes(text: str, root: str) -> list[str]:
        return [line for line in text.replace(root, "ROOT").splitlines() if ": 0." not in line]

    assert notes(cloud.stderr, s3.root) == notes(local.stderr, str(folder))
    assert "empty.csv: the file is empty" in cloud.stderr


def test_names_of_sources_and_those_of_the_model(s3: S3, folder: Path) -> None:
    local = score(folder, str(folder / "events.csv"))
    s3.put("in/day=2026-10-01/a.csv", halves(folder)[0])
    s3.put("in/day=2026-10-02/a.csv", halves(folder)[1])
    url = f"{s3.root}/in/day=2026-*/a.csv"
    source = "{customer: user, event: event, timestamp: at"
    text = small.MODEL.replace(f"source: {source}}}", f"sources: {{crm: {source}}}}}")
    (folder / "named.yaml").write_text(text)
    assert score(folder, f"crm={url}", model="named.yaml") == local
    own = small.MODEL.replace(source, f'{source}, files: ["{url}", "{s3.root}/none/*"]')
    (folder / "own.yaml").write_text(own)
    assert score(folder, model="own.yaml") == local


def test_tables_beside_the_events(s3: S3, folder: Path) -> None:
    roster = s3.put("in/accounts.csv", "customer,region\nacme,eu\nnew,us\n")
    ids = s3.put("ids.csv", "from,to\nbolt,acme\n")
    s3.put("in/events.csv", (folder / "events.csv").read_bytes())
    for name, content in (
        ("accounts.csv", s3.get("in/accounts.csv")),
        ("ids.csv", s3.get("ids.csv")),
    ):
        (folder / name).write_bytes(content)
    tables = "customers: {file: %s}\nidentities: {file: %s}\n"
    (folder / "local.yaml").write_text(small.MODEL + tables % ("accounts.csv", "ids.csv"))
    (folder / "cloud.yaml").write_text(small.MODEL + tables % (roster, ids))
    local = score(folder, str(folder / "events.csv"), model="local.yaml")
    assert "new,us," in local
    # the roster lies among the events, and is none of them
    assert score(folder, f"{s3.root}/in/", model="cloud.yaml") == local
    assert score(folder, str(folder / "events.csv"), "--customers", roster) == score(
        folder, str(folder / "events.csv"), "--customers", str(folder / "accounts.csv")
    )


def test_a_file_of_outcomes(s3: S3, folder: Path) -> None:
    (folder / "churned.csv").write_text("customer,date\nacme,2026-10-25\nbolt,2026-10-26\n")
    url = s3.put("churned.csv", (folder / "churned.csv").read_bytes())
    args = ("-c", str(folder / "model.yaml"), "--periods", "1", "--horizon", "7d", "-f", "csv")
    events = str(folder / "events.csv")
    local = small.call("backtest", events, "--outcome", str(folder / "churned.csv"), *args)
    cloud = small.call("backtest", events, "--outcome", url, *args)
    assert (cloud.exit_code, cloud.stdout) == (local.exit_code, local.stdout)
    assert "churned.csv: there is no such file" not in cloud.stderr


def test_outputs_are_those_on_disk(s3: S3, folder: Path) -> None:
    events, model = str(folder / "events.csv"), str(folder / "model.yaml")

    def outputs(root: str) -> list[str]:
        return [
            *("-o", f"{root}/scores of all.csv", "-o", f"{root}/scores.json"),
            *("--at-risk-output", f"{root}/at risk.ndjson", "--rejects", f"{root}/rejects.csv"),
        ]

    small.write(folder, bad_rows=2)
    (folder / "out").mkdir()
    names = ["scores of all.csv", "scores.json", "at risk.ndjson", "rejects.csv"]
    s3.put("out/scores.json", "old")
    for root in (str(folder / "out"), f"{s3.root}/out"):
        done = small.call("score", events, "-c", model, *outputs(root))
        assert done.exit_code == 0, done.stderr
        for name in names:
            assert f"wrote {root}/{name}" in done.stderr
    assert s3.keys() == sorted(f"out/{n}" for n in names)
    for name in names:
        assert s3.get(f"out/{name}") == (folder / "out" / name).read_bytes()


def test_each_object_is_downloaded_once(
    s3: S3, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(folder, bad_rows=2)
    for n, text in enumerate(halves(folder)):
        s3.put(f"in/{n}.csv", text)
    roster = s3.put("accounts.csv", "customer,region\nacme,eu\n")
    with faulty(s3.endpoint, lambda _: None) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        rejects = str(folder / "rejects.csv")
        args = (f"{s3.root}/in/", "--customers", roster, "--compare", "7d", "--rejects", rejects)
        score(folder, *args)
    gets = [r.path for r in proxy.seen if r.method == "GET" and "list-type" not in r.path]
    assert sorted(g.split("/", 2)[2] for g in gets) == ["accounts.csv", "in/0.csv", "in/1.csv"]
    assert f"{s3.root}/in/" in (folder / "rejects.csv").read_text()


def test_a_model_is_a_file_here(s3: S3, folder: Path) -> None:
    url = s3.put("model.yaml", small.MODEL)
    events = str(folder / "events.csv")
    model = str(folder / "model.yaml")
    for args, told in (
        (["score", events, "-c", url], f"{url}: a model is read from a file here"),
        (["init", events, "-o", f"{s3.root}/new.yaml"], "a model is written to a file here"),
        (
            ["tune", events, "-c", model, "--outcome", "silent:7d", "--write", f"{s3.root}/n.yaml"],
            "a model is written to a file here",
        ),
    ):
        done = small.call(*args)
        assert done.exit_code == 2
        assert told in done.stderr
    assert s3.keys() == ["model.yaml"]


def test_a_report_and_a_starter_model(s3: S3, folder: Path) -> None:
    events = s3.put("in/events.csv", (folder / "events.csv").read_bytes())
    model = str(folder / "model.yaml")
    done = small.call(
        "report", events, "-c", model, "-o", f"{s3.root}/r.md", "-o", f"{s3.root}/r.html"
    )
    assert done.exit_code == 0, done.stderr
    assert events in s3.get("r.md").decode()
    assert SECRET not in s3.get("r.html").decode()
    done = small.call("init", events, "-o", str(folder / "new.yaml"))
    assert done.exit_code == 0, done.stderr
    assert (
        f'"{events}"' in (folder / "new.yaml").read_text()
        or events in (folder / "new.yaml").read_text()
    )
    assert score(folder, model="new.yaml")


def test_of_azure(az: Azure, folder: Path) -> None:
    local = score(folder, str(folder / "events.csv"))
    one, other = halves(folder)
    az.put("in/day=1/a b.csv", one)
    az.put("in/day=2/é.csv", other)
    assert score(folder, f"{az.root}/in/") == local
    assert score(folder, f"{az.root}/in/day=*/*.csv", "-o", f"{az.root}/out.csv") == local
    assert az.get("out.csv").decode().splitlines() == local.splitlines()


@pytest.mark.parametrize("seed", range(4))
def test_a_store_that_fails_now_and_then_changes_nothing(
    s3: S3, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PAUSE_S", 0.01)
    local = score(folder, str(folder / "events.csv"))
    for n, text in enumerate(halves(folder)):
        s3.put(f"in/{seed}-{n}.csv", text)
    with faulty(s3.endpoint, now_and_then(seed)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        assert score(folder, f"{s3.root}/in/", "-o", f"{s3.root}/out.csv") == local
    assert s3.get("out.csv").decode().splitlines() == local.splitlines()


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(cut=0), Fault(drop=True)])
def test_a_store_that_always_fails_ends_the_run(
    s3: S3, folder: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PAUSE_S", 0.01)
    monkeypatch.setattr(settings, "RETRIES", 1)
    url = s3.put("events.csv", (folder / "events.csv").read_bytes())
    model = str(folder / "model.yaml")

    def reading(request: Request) -> Fault | None:
        return fault if request.method == "GET" else None

    def writing(request: Request) -> Fault | None:
        return fault if request.method == "PUT" else None

    for plan, code, args in (
        (reading, 3, [url, "-o", str(folder / "out.csv")]),
        (writing, 4, [url, "-o", str(folder / "out.csv"), "-o", f"{s3.root}/out.csv"]),
    ):
        if plan is writing and fault.cut is not None:
            continue  # what is cut off is an empty answer's end: it is written
        with faulty(s3.endpoint, plan) as proxy:
            monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
            download._had.clear()
            done = small.call("score", *args, "-c", model)
        assert done.exit_code == code, done.stderr
        assert "Traceback" not in done.stderr
        assert f"{s3.root}/" in done.stderr
        assert KEY not in done.stderr + done.stdout
        assert SECRET not in done.stderr + done.stdout
    assert s3.keys() == ["events.csv"]
    assert not (folder / "out.csv").exists()


def test_no_command_shows_what_a_url_should_not_hold(folder: Path) -> None:
    url = "s3://AKIA:hush/hush@bucket/x.csv"
    model = str(folder / "model.yaml")
    events = str(folder / "events.csv")
    (folder / "own.yaml").write_text(small.MODEL.replace("at}", f'at, files: "{url}"}}'))
    shutil.copy(model, folder / "cesctl.yaml")
    for args in (
        ["score", url, "-c", model],
        ["score", "-c", str(folder / "own.yaml")],
        ["score", events, "-c", model, "-o", url],
        ["score", events, "-c", model, "--rejects", url],
        ["score", events, "-c", model, "--customers", url],
        ["inspect", url],
        ["init", url, "-o", "-"],
        ["report", events, "-c", model, "-o", "s3://AKIA:hush@bucket/x.md"],
        ["backtest", events, "-c", model, "--outcome", url],
        ["explain", "acme", url, "-c", model],
        ["check", model, url],
        ["trend", events, "-c", model, "-o", url],
        ["diff", model, str(folder / "own.yaml"), url],
    ):
        done = small.call(*args, *([] if args[0] == "inspect" else ["-v"]))
        assert done.exit_code in {2, 4}, (args, done.stderr)
        assert "hush" not in done.stdout + done.stderr, args
        assert "holds credentials" in done.stderr, (args, done.stderr)
