"""Packages that only some of cesctl needs: what an installation without them says."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from cesctl.errors import UsageError


@dataclass(frozen=True)
class Extra:
    """``name``: as pip knows it; ``what`` needs it; ``modules``: each by name, with the package that is named
    where it is not there; ``instead``: what does without.
    """

    name: str
    what: str
    modules: dict[str, str]
    instead: str = ""

    def check(self, where: str = "") -> None:
        """Raises UsageError where it is not there. ``where`` it is needed goes before the message."""
        missing = dict.fromkeys(p for m, p in self.modules.items() if find_spec(m) is None)
        if missing:
            raise UsageError(
                f"{where}{self.what} {' and '.join(missing)}: pip install 'cesctl[{self.name}]'{self.instead}"
            )


ALERTS = Extra("alerts", "alerts need", {"apprise": "Apprise"})
BGNBD = Extra("bgnbd", "BG/NBD needs", {"pymc_marketing": "pymc-marketing"})
CLOUD = Extra("cloud", "object-store URLs need", {"obstore": "obstore"})
REPORT = Extra(
    "report",
    "a report in HTML needs",
    {"jinja2": "jinja2", "matplotlib": "matplotlib"},
    "; -f markdown and -f json do without",
)
SPARK = Extra("spark", "the engine spark needs", {"pyspark": "pyspark"})
STORE = Extra(
    "store", "an event store needs", dict.fromkeys(("deltalake", "filelock"), "deltalake")
)
TUNE = Extra(
    "tune",
    "tuning needs",
    dict.fromkeys(("numpy", "scipy", "sklearn", "threadpoolctl"), "scikit-learn"),
)
