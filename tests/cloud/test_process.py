"""What only a real process shows: what is left behind, Ctrl-C, what is loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli import small
from tests.cloud.buckets import KEY, S3, SECRET
from tests.cloud.faults import Fault, Plan, Request, faulty

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloud.faults import Proxy

unix = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
ENDS_WITHIN_S = 20


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path


def left_behind(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "tmp").iterdir())


def test_a_run_leaves_only_what_it_was_asked_for(s3: S3, folder: Path) -> None:
    for n in range(20):
        s3.put(f"in/{n}.csv", (folder / "events.csv").read_bytes())
    out = f"{s3.root}/out.csv"
    done = small.process("score", f"{s3.root}/in/", "-c", "model.yaml", "-o", out, "-v", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert s3.get("out.csv").startswith(b"customer,")
    assert left_behind(folder) == []
    assert sorted(p.name for p in folder.iterdir()) == ["events.csv", "model.yaml", "tmp"]
    for secret in (KEY, SECRET):
        assert secret not in done.stdout + done.stderr + s3.get("out.csv").decode()


def test_a_run_that_fails_leaves_nothing(s3: S3, folder: Path) -> None:
    url = s3.put("in/a.csv", (folder / "events.csv").read_bytes())
    s3.put("in/b.csv", "what,is,this\n1,2,3\n")
    for args, code in (
        ([f"{s3.root}/in/"], 3),
        ([f"{s3.root}/none.csv"], 3),
        (["s3://nosuchbucket/"], 3),
        ([url, "-o", "s3://nosuchbucket/out.csv"], 4),
        ([url, "-o", f"{s3.root}/out.txt"], 2),
        ([url, "-o", url], 2),
    ):
        done = small.process("score", *args, "-c", "model.yaml", cwd=folder)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        assert left_behind(folder) == []
    assert s3.keys() == ["in/a.csv", "in/b.csv"]


def interrupted(folder: Path, ready: Callable[[], bool], *args: str) -> tuple[int, str]:
    """Exit code and standard error of a run that gets Ctrl-C as soon as ``ready``."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        small.command("score", *args, "-c", "model.yaml"),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        end = time.monotonic() + 60
        while not ready() and time.monotonic() < end and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=ENDS_WITHIN_S)
        return running.returncode, said


def slow(method: str) -> Plan:
    """So slow that the run cannot be done before the test ends."""

    def plan(request: Request) -> Fault | None:
        return Fault(late=60) if kind(request) == method else None

    return plan


def kind(request: Request) -> str:
    return "LIST" if "list-type" in request.path else request.method


def asked(proxy: Proxy, method: str) -> bool:
    return any(kind(r) == method for r in proxy.seen)


@unix
@pytest.mark.parametrize("method", ["LIST", "HEAD", "GET", "PUT"])
def test_ctrl_c(s3: S3, folder: Path, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events = s3.put("in/a.csv", (folder / "events.csv").read_bytes())
    out = f"{s3.root}/out.csv"
    with faulty(s3.endpoint, slow(method)) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        code, said = interrupted(folder, lambda: asked(proxy, method), events, "-o", out)
    assert asked(proxy, method)
    assert code == 130, said
    assert said == "Interrupted.\n"
    assert left_behind(folder) == []
    assert s3.keys() == ["in/a.csv"]


def test_obstore_is_loaded_only_for_a_url(folder: Path) -> None:
    code = (
        "import sys, cesctl.cli.main, cesctl.cli.score, cesctl.sources.files, cesctl.cli.outputs\n"
        "cesctl.cli.outputs.check_apart(['s3://b/x'], ['y'])\n"
        "assert not {'obstore', 'cesctl.cloud.stores'} & set(sys.modules)\n"
        "import cesctl\n"
        f"cesctl.score([{str(folder / 'events.csv')!r}], "
        f"cesctl.load_model({str(folder / 'model.yaml')!r}))\n"
        "assert 'obstore' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
