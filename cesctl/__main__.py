"""``python -m cesctl``."""

from cesctl.cli.main import run

run()
