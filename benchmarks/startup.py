"""How long ``cesctl --help`` and ``--version`` take beside a typer app that does nothing.

    python -m benchmarks.startup [--rounds 25]

Whole processes, in turns; medians and their ratio to the bare app's help.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

BARE = str(Path(__file__).parent / "contenders" / "bare_typer.py")
CESCTL = "from cesctl.cli import run; run()"
COMMANDS = {
    "bare typer app --help": [sys.executable, BARE, "--help"],
    "cesctl --help": [sys.executable, "-c", CESCTL, "--help"],
    "cesctl --version": [sys.executable, "-c", CESCTL, "--version"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, words in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(s) for name, s in seconds.items()}
    base = medians["bare typer app --help"]
    print(f"| | ms (median of {rounds}) | ratio |\n|---|--:|--:|")
    for name, middle in medians.items():
        print(f"| {name} | {middle * 1000:.0f} | {middle / base:.2f} |")


if __name__ == "__main__":
    main()
