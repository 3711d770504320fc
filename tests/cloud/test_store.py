"""Exports of an object store are taken into an event store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli import small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloud.buckets import S3


def test_each_export_once(s3: S3, tmp_path: Path) -> None:
    small.write(tmp_path)
    header, *rows = (tmp_path / "events.csv").read_text().splitlines(keepends=True)
    s3.put("in/1.csv", header + "".join(rows[::2]))
    s3.put("in/2.csv", header + "".join(rows[1::2]))
    model, store = str(tmp_path / "model.yaml"), str(tmp_path / "store")
    args = ("ingest", f"{s3.root}/in/", "-c", model, "--store", store)
    first, again = small.call(*args), small.call(*args)
    assert (first.exit_code, again.exit_code) == (0, 0), first.stderr + again.stderr
    local = small.call("score", str(tmp_path / "events.csv"), "-c", model, "-q", "-f", "csv")
    stored = small.call("score", "--store", store, "-c", model, "-q", "-f", "csv")
    assert stored.stdout == local.stdout
    for name in ("1.csv", "2.csv"):
        assert f"{s3.root}/in/{name}" in first.stdout
        assert f"{s3.root}/in/{name}  in the store already" in again.stdout


def test_credentials_in_a_store_s_url_are_not_shown() -> None:
    done = small.call("ingest", "x.csv", "--store", "s3://AKIA:hush@b/x")
    assert done.exit_code == 2
    assert "hush" not in done.stderr
