"""Every bad model in tests/model_errors gives exactly the text beside it.

To accept new text after reading it: CESCTL_ACCEPT=1 pytest tests/model/test_model_errors.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cesctl.errors import ModelError
from cesctl.model import load_model, render_problems

FOLDER = Path(__file__).parent.parent / "model_errors"
MODELS = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_bad_model_gives_its_message(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(ModelError) as error:
        load_model(path.name)
    text = render_problems(error.value.problems) + "\n"
    beside = path.with_suffix(".txt")
    if os.environ.get("CESCTL_ACCEPT"):
        beside.write_text(text, encoding="utf-8", newline="\n")
    assert text == beside.read_bytes().decode("utf-8")


def test_every_message_has_its_model() -> None:
    assert {p.stem for p in FOLDER.glob("*.txt")} == {p.stem for p in MODELS}
    assert len(MODELS) > 45


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_problem_stands_where_it_says(path: Path) -> None:
    with pytest.raises(ModelError) as error:
        load_model(path)
    for problem in error.value.problems:
        assert 0 < problem.column <= len(problem.source) + 1
        assert problem.column - 1 + problem.length <= max(len(problem.source), problem.column)
