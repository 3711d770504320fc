"""``cesctl score``: scores every customer, prints the bands and the at-risk list, writes files."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cesctl.cli import line, options, outputs, rejected, rules
from cesctl.cli.console import Screen
from cesctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from cesctl.present.files import Kind
    from cesctl.result import Result

EXAMPLE = """
cesctl score events.csv -c model.yaml
cesctl score exports/ -c model.yaml --compare 30d --top 5 --at-risk 20
cesctl score events.csv -c model.yaml --where plan=paid --by country
cesctl score events.csv -c model.yaml --list upsell -f csv
cesctl score events.csv -c model.yaml -o scores.csv -o scores.xlsx --at-risk-output call.csv
cesctl score events.csv -c model.yaml -q -f json --fail-if "at_risk > 20%"
"""

Format = Literal["table", "json", "ndjson", "csv", "markdown"]


@dataclass(frozen=True)
class Target:
    """One file to write: ``what`` is scores, at-risk or rejects."""

    path: str
    kind: "Kind"
    what: str


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    values: options.Set = None,
    as_of: options.AsOf = None,
    window: options.Window = None,
    compare: options.Compare = None,
    customers: options.Customers = None,
    where: options.Where = None,
    chosen: Annotated[
        str | None,
        typer.Option(
            "--list",
            metavar="NAME",
            help="Show, judge and write only customers on this list of the model, or at_risk.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The bands once per value of an attribute.", show_default=False
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Rows of the most engaged.")] = 0,
    at_risk: Annotated[
        int, typer.Option("--at-risk", min=0, metavar="N", help="Rows of the at-risk list.")
    ] = 10,
    form: Annotated[Format, typer.Option("-f", "--format", help="Of standard output.")] = "table",
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="All scores to a .csv, .json, .ndjson, .parquet or .xlsx. May be repeated.",
            show_default=False,
        ),
    ] = None,
    at_risk_output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="The same of customers at risk only.", show_default=False
        ),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Rejected rows with file, line and reason.", show_default=False
        ),
    ] = None,
    max_rejected: options.MaxRejected = "5%",
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help='Ends with 1 where it holds: "at_risk > 20%", "at_risk > 50", "average < 60", '
            '"band:Low > 10%". May be repeated.',
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        Literal["polars", "spark"], typer.Option(help="What counts the events.")
    ] = "polars",
    master: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Of Spark: spark://host:7077, or local[2] for two cores here.  [default: local[*]]",
            show_default=False,
        ),
    ] = None,
    memory_limit: options.MemoryLimit = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Score every customer; print the bands and who is at risk.

    Files are replaced only once all of them are complete. Ends with 0 when done, 1 where a
    --fail-if rule holds, 2 for a wrong call or model, 3 for input that cannot be read or has too
    many rejected rows, 4 for output that cannot be written.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    if master is not None and engine != "spark":
        raise UsageError("--master is of --engine spark")
    if memory_limit is not None and engine != "polars":
        raise UsageError(
            "--memory-limit is of --engine polars; Spark's own settings say what it may have"
        )
    limit_bytes = options.within(memory_limit)
    fail_rules = [rules.parse_rule(text) for text in fail_if or []]
    limit = rules.parse_share(max_rejected, "--max-rejected")
    only = options.conditions(where)
    targets = _targets(output or [], at_risk_output or [], rejects)

    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    rules.check_bands(fail_rules, model)
    if chosen is not None:
        from cesctl.pipeline.lists import check_list

        check_list(model, chosen)
    inputs = line.chosen_events(events, model, store)
    outputs.check_apart([t.path for t in targets], line.paths_read(inputs, model))
    for target in targets:
        outputs.check_writable(target.path)

    everyone = line.run_scoring(
        inputs, model, screen, engine=engine, master=master, memory_limit=limit_bytes
    )
    _refuse_rejected(everyone, limit, max_rejected, targets, screen)
    result = everyone.only(only) if only else everyone
    if chosen is not None:
        from cesctl.pipeline.lists import listed

        result = listed(result, chosen)
    if only and not result.scores.height:
        screen.note(line.nobody(everyone, only))
    if by is not None:
        result.by(by)  # an unknown attribute ends the run before anything is written
        if form not in {"table", "markdown"}:
            screen.note(f"--by shows in tables and Markdown only, not in {form}")
    _write(targets, result, screen)
    _print(result, everyone, form, screen, _Shown(top, at_risk, by, only, chosen))

    failed = False
    for rule in fail_rules:
        verdict = rules.judge(rule, result)
        if verdict.holds:
            failed = True
            screen.error(f"--fail-if {rule.text}: {verdict.found}")
    if failed:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Shown:
    top: int
    at_risk: int
    by: str | None
    where: dict[str, Any]
    list: str | None


def _targets(scores: list[str], at_risk: list[str], rejects: str | None) -> list[Target]:
    found = [Target(p, outputs.kind_of(p, "--output"), "scores") for p in scores]
    found += [Target(p, outputs.kind_of(p, "--at-risk-output"), "at-risk") for p in at_risk]
    if rejects is not None:
        found.append(Target(rejects, outputs.kind_of(rejects, "--rejects"), "rejects"))
    return found


def _refuse_rejected(
    result: "Result", limit: Fraction, said: str, targets: list[Target], screen: Screen
) -> None:
    """Ends the run where too many rows are rejected; their list is written all the same."""
    wanted = [target for target in targets if target.what == "rejects"]
    where = f"{wanted[0].path} lists them" if wanted else "--rejects FILE lists them"
    problems = rejected.too_many(result, limit, said, where)
    if problems:
        _write(wanted, result, screen)
        raise InputError(*problems)


def _write(targets: list[Target], result: "Result", screen: Screen) -> None:
    if not targets:
        return
    from cesctl.present.files import scores_file, table_file

    with outputs.OutputFiles() as files:
        for target in targets:

            def job(target: Target = target) -> None:
                if target.what == "rejects":
                    chunks = table_file(result.rejects(), target.kind, name="rejects")
                else:
                    at_risk = target.what == "at-risk"
                    chunks = scores_file(result, target.kind, at_risk_only=at_risk)
                files.write(target.path, chunks)

            screen.working(f"Writing {target.path}", job)
        files.commit()
    for target in targets:
        screen.note(f"wrote {target.path}")


def _print(
    result: "Result", everyone: "Result", form: Format, screen: Screen, shown: _Shown
) -> None:
    from cesctl.present import files
    from cesctl.present.markdown import to_markdown
    from cesctl.present.score_view import Shown, score_page, worst_first
    from cesctl.present.terminal import score_lines

    if form in {"csv", "json", "ndjson"}:
        screen.data(files.scores_file(result, form))
        return
    from cesctl.insight.missing import missing_signal

    listed = worst_first(result.at_risk).head(shown.at_risk)["customer"].to_list()
    view = Shown(
        top=shown.top,
        at_risk=shown.at_risk,
        by=shown.by,
        where=shown.where,
        of=everyone,
        missing=missing_signal(everyone, listed) if listed else {},
        list=shown.list,
    )
    if form == "markdown":
        screen.text(to_markdown(score_page(result, view)))
    else:
        screen.lines(score_lines(result, screen.width, view))
