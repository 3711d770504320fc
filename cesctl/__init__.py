"""cesctl: customer engagement scores from raw event exports.

>>> import cesctl
>>> model = cesctl.load_model("model.yaml")        # doctest: +SKIP
>>> result = cesctl.score(["events.csv"], model)   # doctest: +SKIP
>>> result.scores, result.bands, result.at_risk    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cesctl.errors import CesctlError, InputError, ModelError, OutputError, UsageError
    from cesctl.insight.diff import diff
    from cesctl.insight.drivers import drivers
    from cesctl.insight.movers import movers
    from cesctl.insight.report import report
    from cesctl.insight.segments import segments
    from cesctl.insight.trend import trend
    from cesctl.model.load import load_model, parse_model
    from cesctl.pipeline.run import score
    from cesctl.result import Result
    from cesctl.store import Store
    from cesctl.tuning.tune import tune
    from cesctl.validity.backtest import backtest

__version__ = "0.1.0"
__all__ = [
    "CesctlError",
    "InputError",
    "ModelError",
    "OutputError",
    "Result",
    "Store",
    "UsageError",
    "__version__",
    "backtest",
    "diff",
    "drivers",
    "load_model",
    "movers",
    "parse_model",
    "report",
    "score",
    "segments",
    "trend",
    "tune",
]

_HOME = {
    "CesctlError": "cesctl.errors",
    "InputError": "cesctl.errors",
    "ModelError": "cesctl.errors",
    "OutputError": "cesctl.errors",
    "UsageError": "cesctl.errors",
    "Result": "cesctl.result",
    "Store": "cesctl.store",
    "load_model": "cesctl.model.load",
    "parse_model": "cesctl.model.load",
    "score": "cesctl.pipeline.run",
    "backtest": "cesctl.validity.backtest",
    "diff": "cesctl.insight.diff",
    "drivers": "cesctl.insight.drivers",
    "movers": "cesctl.insight.movers",
    "report": "cesctl.insight.report",
    "segments": "cesctl.insight.segments",
    "trend": "cesctl.insight.trend",
    "tune": "cesctl.tuning.tune",
}


def __getattr__(name: str) -> object:
    """Loads what is asked for, so that ``import cesctl`` alone costs nothing."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'cesctl' has no attribute '{name}'")
