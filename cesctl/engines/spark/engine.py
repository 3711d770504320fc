"""The engine as the driver sees it: the log cut into stretches, the stages one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark import cloudpickle

from cesctl.engines.in_parts import Shared
from cesctl.engines.spark import entry, failures, stages
from cesctl.engines.spark.entry import versions
from cesctl.engines.spark.jobs import collected
from cesctl.engines.spark.stretches import buckets, stretches
from cesctl.engines.together import together
from cesctl.sources.pieces import CutError
from cesctl.store.log import StoreLog
from cesctl.store.shares import common

if TYPE_CHECKING:
    from datetime import datetime

    from pyspark import RDD, SparkContext

    from cesctl.engines.base import Aggregate, Asked
    from cesctl.pipeline.log import Log

cloudpickle.register_pickle_by_value(entry)  # type: ignore[no-untyped-call]


class Spark:
    """Counts on a Spark cluster, or on one machine as if it were one."""

    def __init__(self, context: SparkContext) -> None:
        self._context = context

    def over(self, log: Log) -> Counting:
        """The log, to be counted; its files are read once, however often."""
        return Counting(self._context, log)


class Counting:
    """A log that Spark counts. What was read lies where all events of a customer are together, on the disks
    of the executors, until this object is gone.
    """

    def __init__(self, context: SparkContext, log: Log) -> None:
        self._context = context
        self._log = log
        self._whole: set[str] = set()  # files that must not be cut
        self._read: _Read | None = None

    def newest(self) -> datetime | None:
        """The newest accepted event; None where there is none."""
        found = self._run(stages.NEWEST)
        return max((at for at in found if at is not None), default=None)

    def aggregate(self, asked: Asked) -> Aggregate:
        """What is asked, of all customers."""
        return together([stages.from_bytes(made) for made in self._run(stages.COUNTED, asked)])

    def check_scored(self, customers: int, asked: Asked) -> None:
        """Any number may be scored."""

    def _run(self, stage: str, asked: Asked | None = None) -> list[Any]:
        """What the stage gives of each part of the customers."""
        while True:
            try:
                with failures.translated():
                    if self._read is None:
                        self._read = _Read(self._context, self._log, self._whole)
                    return self._read.then(stage, asked)
            except CutError as error:
                # each try may find others: from the second on none with quotes is cut
                csv = (f.name for f in self._log.raw.files if f.format == "csv")
                self._whole = {*error.args, *(csv if self._whole else ())}
                self._read = None


class _Read:
    """The log read, or to be read when the first stage is run that looks at it."""

    def __init__(self, context: SparkContext, log: Log, whole: set[str]) -> None:
        cores = context.defaultParallelism
        self._context = context
        self._shared = Shared.of(_as_sent(log), buckets(log, cores))
        self._failures = context.accumulator([], entry.Failures())
        self._expected = versions()
        tasks = stretches(log, cores, whole)
        rows = self._sent(stages.READ, context.parallelize(tasks, len(tasks)))
        self._rows = self._sent(stages.WITHOUT_COPIES, rows) if self._shared.by_id else rows

    def then(self, stage: str, asked: Asked | None) -> list[Any]:
        """What the stage gives of each part of the customers."""
        return collected(self._stage(stage, self._rows, asked), self._failures)

    def _sent(self, stage: str, rows: RDD[Any]) -> RDD[Any]:
        """What the stage gives, each pair where it is to go. Spark keeps that on disk and reads it again
        where a later job begins with it.
        """
        made = self._stage(stage, rows, None)
        return made.partitionBy(self._shared.buckets, entry.bucket)

    def _stage(self, stage: str, rows: RDD[Any], asked: Asked | None) -> RDD[Any]:
        threads = int(self._context.getConf().get("spark.task.cpus", "1") or 1)
        sent = self._context.broadcast(stages.send(self._shared, asked))
        task = entry.task(stage, sent, self._failures, self._expected, threads)
        return rows.mapPartitionsWithIndex(task)


def _as_sent(log: Log) -> Log:
    """What all tasks know of it: of a store not its rows, which go along with the tasks."""
    return common(log) if isinstance(log, StoreLog) else log
