"""A Spark that says nothing: started for a run, or the one that the program has already."""

from __future__ import annotations

import os
import re
import socket
import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cesctl.engines.spark.failures import of_spark
from cesctl.engines.spark.java import check_java
from cesctl.errors import EngineError, UsageError
from cesctl.extras import SPARK
from cesctl.sources import temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark import SparkConf, SparkContext

LOCAL = "local[*]"
_PATIENCE_S = 5.0  # until a master answers
_STANDALONE = re.compile(r"spark://([^/]+)$")
_MASTER = re.compile(r"local(\[(\d+|\*)(, *\d+)?\])?|spark://.+|yarn|k8s://.+")
_SPEAKS = re.compile(r"\[[\w.-]+\]|Error|Exception|error|exception", re.ASCII)
# Spark's own words go to a file, and into it only what is wrong.
_LOGGING = """
rootLogger.level = error
rootLogger.appenderRef.file.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n%ex{1}
"""


@contextmanager
def session(master: str | None) -> Iterator[SparkContext]:
    """The Spark of that master; left out, the one that the program uses, else one on all cores here.

    Stops what it has started. Raises UsageError for what is not there, EngineError for what does not work.
    """
    SPARK.check()
    from pyspark import SparkContext

    there = SparkContext._active_spark_context  # noqa: SLF001 - nothing else asks without starting one
    if there is not None:
        if master not in (None, there.master):
            raise UsageError(
                f"--master {master}: this program uses Spark at {there.master} already"
            )
        yield there
        return
    master = master or LOCAL
    check_java()
    _check_master(master)
    context = _start(_settings(master))
    if "PYSPARK_PYTHON" not in os.environ:  # where it is not said, pyspark takes any python3
        context.pythonExec = context.getConf().get("spark.pyspark.python") or sys.executable
    try:
        yield context
    finally:
        with suppress(Exception):  # what is lost need not be stopped
            context.stop()
        _forget(SparkContext)


def _settings(master: str) -> SparkConf:
    """Those of the user's own Spark (SPARK_CONF_DIR, PYSPARK_SUBMIT_ARGS) hold where these say nothing."""
    from pyspark import SparkConf

    logging = temporary.new_file(".properties")
    logging.write_text(_LOGGING)
    conf = SparkConf().setMaster(master).setAppName("cesctl")
    # users' own options of Java are spark.driver.extraJavaOptions, and are added to these
    conf.set("spark.driver.defaultJavaOptions", f"-Dlog4j2.configurationFile={logging.as_uri()}")
    conf.set("spark.ui.showConsoleProgress", "false")
    # what comes back has a row a customer, which the driver must hold in any case
    conf.set("spark.driver.maxResultSize", "0")
    conf.set("spark.log.structuredLogging.enabled", "false")
    host = _host(master)
    if host in (None, "localhost", "127.0.0.1"):  # the machine's own name may lead nowhere
        conf.set("spark.driver.host", "127.0.0.1")
        conf.set("spark.driver.bindAddress", "127.0.0.1")
    if host is None:
        conf.set("spark.ui.enabled", "false")
    return conf


def _host(master: str) -> str | None:
    """The cluster's first host; None of one machine."""
    if master.startswith("local"):
        return None
    found = _STANDALONE.match(master)
    return found[1].partition(",")[0].rpartition(":")[0] if found else master


def _check_master(master: str) -> None:
    """Raises UsageError for what is no master, EngineError where nobody answers."""
    if not _MASTER.fullmatch(master):
        raise UsageError(
            f'--master "{master}": write local[2], local[*], spark://host:7077, yarn '
            "or k8s://https://host:443"
        )
    found = _STANDALONE.match(master)
    if not found:
        return
    reasons = []
    for place in found[1].split(","):  # of several that stand by for each other one is enough
        host, _, port = place.rpartition(":")
        if not host or not port.isdigit():
            raise UsageError(f'--master "{master}": write spark://host:port, mostly of port 7077')
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE_S).close()
        except OSError as error:
            reasons.append(f"{place}: {error.strerror or error}")
        else:
            return
    raise EngineError(f"--master {master}: no master answers ({'; '.join(reasons)})")


def _start(conf: SparkConf) -> SparkContext:
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    said = temporary.new_file(".log")
    try:
        with said.open("wb") as out:
            gateway = launch_gateway(  # type: ignore[no-untyped-call]
                conf, {"stdout": out, "stderr": out}
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Spark about itself
            return SparkContext(conf=conf, gateway=gateway)
    except (PySparkException, Py4JError, OSError) as error:
        why = _why(error, said)
        _forget(SparkContext)
        raise EngineError(f"Spark does not start: {why}") from None


def _why(error: Exception, said: Path) -> str:
    """The first line that says anything of what is wrong."""
    java = getattr(error, "java_exception", None)
    if java is not None:
        return str(of_spark(str(java.toString()))).removeprefix("Spark gave up: ")
    text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
    lines = [line.strip() for line in text.splitlines() if _SPEAKS.search(line)]
    return (lines or str(error).splitlines() or [type(error).__name__])[0]


def _forget(context: Any) -> None:
    """Lets go of Java's side, which ends then: the next run starts anew, with settings of its own."""
    gateway = context._gateway  # noqa: SLF001 - pyspark keeps it for the life of the program
    context._gateway = context._jvm = None  # noqa: SLF001
    if gateway is None:
        return
    with suppress(Exception):
        gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is not None:
        with suppress(OSError):
            process.stdin.close()
        with suppress(Exception):
            process.wait(_PATIENCE_S)
