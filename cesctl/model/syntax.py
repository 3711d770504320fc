"""What a YAML parser says of broken text, said so that an analyst can act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.report import Span

if TYPE_CHECKING:
    import yaml

    from cesctl.model.report import Report

# (what the parser's words contain, shown at the place where the construct began, message, hint)
_SAID = (
    ("mapping values are not allowed", False, 'a ":" that cannot stand here',
     'indent alike what belongs together, and quote text that has ": " in it'),
    ("unexpected ':'", False, 'a ":" that cannot stand here', 'quote text that has ":" in it'),
    ("tab character", False, "a tab in the indentation", "indent with spaces"),
    ("mapping keys are not allowed", False, "a ? that cannot stand here", "quote the text"),
    ("whitespace or line break", False, "a space is missing here", "or quote the text"),
    ("entries are not allowed", False, 'a "- " that cannot stand here',
     "start the list on the next line"),
    ("scanning an alias", True, "a * that names nothing", 'quote text that starts with *: "*"'),
    ("scanning an anchor", True, "an & that names nothing", "quote text that starts with &"),
    ("scanning a quoted scalar", True, "a quote that is not closed", "close it on the same line"),
    ("unknown escape character", False, 'an unknown escape in "…"', "use single quotes: '…'"),
    ("scanning a double-quoted scalar", True, 'a broken escape in "…"', "use single quotes: '…'"),
    ("parsing a flow mapping", True, "a { not closed, or a comma missing", "close it with }"),
    ("parsing a flow sequence", True, "a [ not closed, or a comma missing", "close it with ]"),
    ("could not find expected ':'", True, 'a key without a ":"', 'write "key: value"'),
    ("simple key", True, 'a key without a ":"', 'write "key: value"'),
    ("expected '-' indicator", False, 'a list entry without its "- "',
     "indent alike what belongs together"),
    ("parsing a block mapping", False, "neither a key nor the end of this block",
     "indent alike what belongs together, and quote a whole text or none of it"),
    ("parsing a block", False, "not a place for this", "indent alike what belongs together"),
    ("block scalar", True, "a | or > that does not start a block of text", "quote the text"),
    ("node content", False, "a value is missing here", "write one, or quote the text"),
    ("directive", True, "a line that starts with %", "quote the text"),
)  # fmt: skip


def explain(error: yaml.MarkedYAMLError, report: Report) -> None:
    """Adds the one problem that a syntax error is: the text after it cannot be understood."""
    problem, context = error.problem or "not YAML", error.context or ""
    at = error.problem_mark.index if error.problem_mark else 0
    began = error.context_mark.index if error.context_mark else at
    if "cannot start any token" in problem:
        character = report.text[at : at + 1]
        if character == "\t":
            report.add(Span(at, at + 1), "", "a tab in the indentation", "indent with spaces")
        else:
            hint = f'quote text that starts with {character}: "{character}…"'
            report.add(Span(at, at + 1), "", f"a {character} that cannot stand here", hint)
        return
    for words, at_start, message, hint in _SAID:
        if words in problem or words in context:
            place = began if at_start else at
            report.add(Span(place, place + 1), "", message, hint)
            return
    report.add(Span(at, at + 1), "", f"not YAML: {problem}")
