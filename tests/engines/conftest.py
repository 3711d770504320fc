"""One Spark for all tests that need a real one: starting it takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from cesctl.engines.spark.engine import Spark

NO_JAVA = "there is no Java here (17 or newer): tests on a real Spark are skipped"


@pytest.fixture(scope="session")
def java() -> None:
    """Tests that need Java skip without it."""
    if shutil.which("java") is None:
        pytest.skip(NO_JAVA)


@pytest.fixture(scope="session")
def spark(java: None) -> Iterator[Spark]:  # noqa: ARG001
    """A Spark of two cores on this machine."""
    from cesctl.engines.spark.session import session

    with session("local[2]") as context:
        yield Spark(context)
