"""The command line. ``run`` is what the ``cesctl`` script calls."""

import os
import sys

INTERRUPTED = 130


def run() -> None:
    """Runs a command and ends the process with its exit code."""
    # How many groups a thread of polars keeps at hand. What does not fit is put aside row by row, and
    # half a million customers in 50 million rows then take 2.1 GiB instead of 0.9.
    os.environ.setdefault("POLARS_MAX_HOT_TABLE_SIZE", str(1 << 20))
    try:  # loading takes a while in which somebody may already think better of it
        from cesctl.cli.main import main

        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    _end(code)


def _end(code: int) -> None:
    """Ends at once: a command that is done has nothing to take apart, and one that was interrupted may
    have work going on in threads that nothing can stop.
    """
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except (OSError, ValueError):
        if code != INTERRUPTED:
            sys.exit(code)  # which tells what is wrong with the stream
    if made := sys.modules.get("cesctl.sources.temporary"):
        made.remove()
    os._exit(code)
