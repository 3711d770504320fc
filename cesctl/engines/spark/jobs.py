"""Running a job, and watching it: what tasks report ends it at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cesctl.engines.spark import failures
from cesctl.errors import EngineError

if TYPE_CHECKING:
    from pyspark import RDD, Accumulator, SparkContext

    from cesctl.engines.spark.entry import Failure

_LOOK_S = 0.05
_CLUSTER_LOOK_S = 2.0
_END_S = 30.0  # that a job may take to end when it is cancelled
PATIENCE_S = 120.0  # until a standalone cluster has begun with the first task


def collected(rows: RDD[Any], reported: Accumulator[list[Failure]]) -> list[Any]:
    """All that the job gives.

    Raises what a task has reported, without waiting for the others, and EngineError where Spark gives up.
    """
    from pyspark import InheritableThread

    context = rows.context
    group = f"cesctl {uuid4()}"
    found: list[list[Any]] = []
    trouble: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            context.setJobGroup(group, "cesctl counts events", interruptOnCancel=True)
            found.append(rows.collect())
        except BaseException as error:  # noqa: BLE001 - looked at below, in the thread that waits
            trouble.append(error)
        finally:
            done.set()

    thread = InheritableThread(target=work, daemon=True)
    thread.start()
    patience = _Patience(context, group)
    try:
        while not done.wait(_LOOK_S) and not reported.value:
            patience.check()
    finally:  # also where the user has interrupted it
        if not done.is_set():
            context.cancelJobGroup(group)
            done.wait(_END_S)
    if reported.value:
        raise failures.raised(reported.value)
    if trouble:
        with failures.translated():
            raise trouble[0]
    return found[0]


class _Patience:
    """Whether a standalone cluster takes up the work; where others queue, that takes as long as it takes."""

    def __init__(self, context: SparkContext, group: str) -> None:
        self._tracker = context.statusTracker()
        self._group = group
        self._wanted = str(context.master).startswith("spark://")
        self._started = self._looked = time.monotonic()

    def check(self) -> None:
        """Raises EngineError where it has not for too long."""
        now = time.monotonic()
        if not self._wanted or now - self._looked < _CLUSTER_LOOK_S:
            return
        self._looked = now
        if self._begun():
            self._wanted = False
        elif now - self._started > PATIENCE_S:
            raise EngineError(
                f"the cluster has not begun within {PATIENCE_S:.0f} s: are workers connected to the "
                "master, and have they cores and memory left? Its page tells (port 8080 mostly)"
            )

    def _begun(self) -> bool:
        for job in self._tracker.getJobIdsForGroup(self._group):
            info = self._tracker.getJobInfo(job)
            for stage in info.stageIds if info is not None else ():
                tasks = self._tracker.getStageInfo(stage)
                if tasks is not None and tasks.numActiveTasks + tasks.numCompletedTasks > 0:
                    return True
        return False
