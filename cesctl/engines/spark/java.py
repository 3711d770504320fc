"""Whether there is a Java that Spark runs on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from cesctl.errors import UsageError

OLDEST = 17
_HINT = (
    f"install Java {OLDEST} or newer (Debian, Ubuntu: apt-get install openjdk-{OLDEST}-jre-headless), "
    "or let the variable JAVA_HOME name its folder"
)


def check_java() -> None:
    """Raises UsageError where there is none, or one that is too old."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else "java"
    if shutil.which(program) is None:
        where = f" in JAVA_HOME ({home})" if home else ""
        raise UsageError(f"the engine spark needs Java, and there is none{where}\n  {_HINT}")
    version = _version(program)
    if version is not None and version < OLDEST:
        raise UsageError(
            f"the engine spark needs Java {OLDEST} or newer, and {program} is {version}\n  {_HINT}"
        )


def _version(program: str) -> int | None:
    """The first number that tells versions apart (8 of 1.8.0); None where it says none."""
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(found[1]) if found else None
