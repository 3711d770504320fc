"""Reading exports: ``read`` finds files, formats and columns, and gives lazy frames of raw text."""

from __future__ import annotations

from cesctl.sources.attempts import carefully
from cesctl.sources.parts import InputFile, Part, Raw, Wanted
from cesctl.sources.places import FAILURES, broken, explain_failure, locate
from cesctl.sources.reading import read

__all__ = [
    "FAILURES",
    "InputFile",
    "Part",
    "Raw",
    "Wanted",
    "broken",
    "carefully",
    "explain_failure",
    "locate",
    "read",
]
