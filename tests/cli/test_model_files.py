"""The files that a new model names."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from cesctl.cli.model_files import check_local, files_of_sources, model_files
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from cesctl.sources import Raw


def raw(**files: str) -> Raw:
    """Sources with a file each."""
    parts = [
        SimpleNamespace(source=name, files=[SimpleNamespace(name=file)])
        for name, file in files.items()
    ]
    return cast("Raw", SimpleNamespace(sources=list(files), parts=parts))


def test_as_seen_from_the_model_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert model_files(["x.csv", "/y.csv"], Path("models")) == ["../x.csv", "/y.csv"]
    assert model_files(["x.csv", "-"], Path("models")) == []


def test_urls_stay_as_they_are(tmp_path: Path) -> None:
    urls = ["s3://b/x y.csv", "gs://b/in/"]
    assert model_files(urls, tmp_path) == urls
    one, other = urls
    assert files_of_sources(raw(a=one, b=other), urls, tmp_path) == [[one], [other]]
    in_a_zip = f"{tmp_path}/x.zip/a.csv"
    assert files_of_sources(raw(a=one, b=in_a_zip), urls, tmp_path) == [[], []]


def test_a_model_is_written_here() -> None:
    check_local("-o", "model.yaml")
    with pytest.raises(
        UsageError, match=r'^-o "s3://\*\*\*@b/m.yaml": a model is written to a file'
    ):
        check_local("-o", "s3://AKIA:hush@b/m.yaml")
