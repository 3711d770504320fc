"""``cesctl schema``: the model's JSON Schema."""

from cesctl.cli.console import Screen
from cesctl.cli.options import NoColor, Quiet, Verbose

EXAMPLE = """
cesctl schema > cesctl.schema.json

# and as the first line of the model, for editors with the YAML language server:
# yaml-language-server: $schema=cesctl.schema.json
"""


def command(*, no_color: NoColor = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Print the model's JSON Schema, so that an editor completes and checks a model."""
    import json

    from cesctl.model.jsonschema import json_schema

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    screen.text(json.dumps(json_schema(), indent=2, ensure_ascii=False))
