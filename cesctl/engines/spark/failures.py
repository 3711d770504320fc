"""What goes wrong on executors, as it would be told on one machine, and what Spark says of its troubles."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cesctl.errors import CesctlError, EngineError, InputError, UsageError
from cesctl.sources import FAILURES
from cesctl.sources.pieces import CutError

EXPECTED = (CesctlError, CutError, *FAILURES)
_CUT, _INPUT, _OTHER = "cut", "input", "other"
_HOW_TO_SHIP = (
    "all executors need the cesctl[spark] that is here: docs/spark.md says how to send it"
)
# What Spark's text tells of, and what to do.
_NO_PYTHON = (
    r'Cannot run program "([^"]*)"',
    "an executor has no Python at {0}\n"
    "  let the variable PYSPARK_PYTHON name the one that executors have; " + _HOW_TO_SHIP,
)
_OTHER_PYTHON = (
    r"PYTHON_VERSION_MISMATCH\] (.*?)(?:\.|,) *PySpark",
    "executors run another Python: {0}\n  " + _HOW_TO_SHIP,
)
_NO_MEMORY = (
    r"(Python worker exited unexpectedly|OutOfMemoryError|exit code 137|ExecutorLostFailure)",
    "executors break off ({0}), mostly for want of memory\n  give them more, or fewer cores each",
)
_NO_SPARK = (
    r"(Answer from Java side is empty|Error while sending or receiving|Connection refused)",
    "its own process has ended ({0})\n  more memory for it may help: docs/spark.md",
)
_NO_MASTER = (
    r"(stopped SparkContext|All masters are unresponsive)",
    "the master has not taken this run in ({0}); is it Spark of the version that is here?",
)
_TROUBLES = (_NO_PYTHON, _OTHER_PYTHON, _NO_MEMORY, _NO_SPARK, _NO_MASTER)


def told(error: Exception) -> tuple[str, bytes]:
    """An error as a kind and bytes that any Python can carry."""
    if isinstance(error, CutError):
        return _CUT, pickle.dumps(str(error))
    if isinstance(error, InputError):
        return _INPUT, pickle.dumps(error.problems)
    return _OTHER, pickle.dumps(error)


def raised(failures: Sequence[tuple[int, str, bytes]]) -> Exception:
    """The error of the first task that failed; of files that must be read whole all are named: ``args`` of a
    CutError.
    """
    _, kind, data = min(failures, key=lambda failure: (failure[1] == _CUT, failure[0]))
    found = pickle.loads(data)  # noqa: S301 - by our own tasks
    if kind == _CUT:
        return CutError(*sorted({pickle.loads(d) for _, _, d in failures}))  # noqa: S301
    if kind == _INPUT:
        return InputError(*found)
    if kind == _OTHER:
        assert isinstance(found, Exception)
        return found
    return UsageError(f"{found}\n  {_HOW_TO_SHIP}")


@contextmanager
def translated() -> Iterator[None]:
    """What Spark raises inside is raised as an error for people."""
    from py4j.protocol import Py4JError

    try:
        yield
    except Py4JError as error:
        java = getattr(error, "java_exception", None)
        raise of_spark(str(java.toString() if java is not None else error)) from None


def of_spark(text: str) -> Exception:
    """Spark's own words as an error for people. A trace of Python that is no trouble of a cluster's is a bug,
    and stays one.
    """
    for pattern, said in _TROUBLES:
        if match := re.search(pattern, text, re.DOTALL):
            return EngineError("Spark gave up: " + said.format(match[1].strip()))
    if "Traceback (most recent call last)" in text:
        return RuntimeError(f"on an executor: {text}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return EngineError(f"Spark gave up: {(lines or ['it does not say why'])[0]}")
