"""The frame of the command line: help, version, start-up, wrong calls, bugs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cesctl
from cesctl.cli.main import BUG, COMMANDS
from tests.cli import small

HEAVY = ("polars", "rich.table", "yaml", "duckdb", "xlsxwriter")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_the_common_options(name: str) -> None:
    result = small.call(name, "--help")
    assert result.exit_code == 0
    example = result.stdout.partition("Example:\n")[2]
    assert f"cesctl {name}" in example
    for option in ("--no-color", "--quiet", "--verbose", "--help"):
        assert option in result.stdout


def test_help_lists_every_command_with_what_it_does() -> None:
    result = small.call("--help")
    assert result.exit_code == 0
    for name, what in COMMANDS.items():
        assert name in result.stdout
        assert what in result.stdout
    assert "cesctl score events.csv" in result.stdout.partition("Example:\n")[2]


def test_version() -> None:
    result = small.call("--version")
    assert (result.exit_code, result.stdout) == (0, f"cesctl {cesctl.__version__}\n")


@pytest.mark.parametrize(
    ("args", "heavy"),
    [
        (["--help"], HEAVY),
        (["--version"], HEAVY),
        (["score", "--help"], HEAVY),
        (["check", "model.yaml"], ("polars", "duckdb")),
        (["schema"], ("polars", "duckdb")),
    ],
)
def test_what_needs_no_data_loads_no_polars(
    args: list[str], heavy: tuple[str, ...], tmp_path: Path
) -> None:
    small.write(tmp_path)
    code = (
        "import sys\n"
        "from cesctl.cli.main import main\n"
        f"sys.argv = ['cesctl', *{args!r}]\n"
        "assert main() == 0\n"
        "sys.stderr.write('LOADED ' + ' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.partition("LOADED ")[2].split())
    assert loaded
    assert loaded.isdisjoint(heavy)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["scor"], 'no command "scor"; did you mean "score"?'),
        (["zzz"], 'no command "zzz"; there are: score'),
        (["score", "--tpo", "3"], "No such option: --tpo"),
        (["score", "-f", "pdf"], "'pdf' is not one of 'table', 'json'"),
        (["score", "--top", "-1"], "greater than or equal to 0"),
        (["explain"], "Missing argument"),
    ],
)
def test_a_wrong_call_ends_with_2_on_standard_error(args: list[str], said: str) -> None:
    result = small.call(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr


def test_a_bug_shows_its_traceback_and_is_no_fail_if(tmp_path: Path) -> None:
    code = (
        "import cesctl.cli.schema as schema, sys\n"
        "import cesctl.model.jsonschema as module\n"
        "def broken(): raise ZeroDivisionError('a bug')\n"
        "module.json_schema = broken\n"
        "from cesctl.cli import run\n"
        "sys.argv = ['cesctl', 'schema']\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == BUG
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: a bug" in done.stderr


def test_schema_is_json() -> None:
    import json

    result = small.call("schema")
    assert result.exit_code == 0
    assert "events" in json.loads(result.stdout)["properties"]
