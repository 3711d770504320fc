"""``python -m cesctl``."""

from cesctl.cli import run

run()
