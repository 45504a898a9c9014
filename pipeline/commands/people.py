"""Commands about what people decided: decisions, agreement."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from evidence.records import Tagging
from evidence.segments import read_some
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from pipeline.agreement import agreements
from pipeline.commands.options import BaseOption, JsonOption, existing_base, in_utf8
from pipeline.decision_files import export_decisions, import_decisions
from pipeline.progress import say
from pipeline.screening import to_screen
from pipeline.stages import classifier_version
from warehouse.decisions import read_decisions

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="Decisions as JSON lines.")]
decisions = typer.Typer(no_args_is_help=True, help="People's decisions, out of the base and into it.")


@decisions.command("export")
def export_file(file: FileArgument, base: BaseOption = None) -> None:
    """Write every decision, oldest first, a JSON object a line."""
    say(f"{export_decisions(existing_base(base), file)} decisions written to {file}")


@decisions.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines, or a filled-in sheet (.csv, .xlsx).")],
    reviewer: Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who filled in the sheet.", callback=in_utf8)] = None,
    base: BaseOption = None,
) -> None:
    """Add decisions to their reviewers' files; those that are there already are passed over. They show when the base is next published.

    A sheet is one of `integrand export --format tags-csv` or `xlsx` whose columns decision, new_label and reason were filled in.
    """
    new, known = import_decisions(existing_base(base), file, load_taxonomy(), reviewer, lambda told: say(f"warning: {told}"))
    say(f"{new} decisions brought in, {known} were there already")


def agreement(base: BaseOption = None, json_: JsonOption = False) -> None:
    """How far reviewers agree on what two of them judged, and each with the machine: share, Cohen's kappa with its 95 % interval, and
    where they differ."""
    at = existing_base(base)
    made = read_decisions(at)
    said = read_some(at.tags(classifier_version()), Tagging, "document", {one.target for one in made})
    found = agreements(made, [one for one in said if one.extractor_version == EXTRACTOR_VERSION])
    if json_:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    if not found:
        say("no label was judged by two reviewers, or by one and the machine")
    for one in found:
        kappa = "kappa not defined" if one.kappa is None else f"kappa {one.kappa:.2f}"
        interval = "" if one.low is None or one.high is None else f" [{one.low:.2f}, {one.high:.2f}]"
        typer.echo(f"{one.facet:20} {' and '.join(one.reviewers):30} n {one.n:4}  agreed {one.agreed:.2f}  {kappa}{interval}")
        for differs in one.apart:
            words = " but ".join(f"{name} says {word}" for name, word in zip(one.reviewers, differs.said, strict=True))
            typer.echo(f"  {differs.document[:12]}{' ' + differs.label if differs.label else ''}: {words}")


def screen(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many to give.")] = 20,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Which documents to judge next: by what people have answered so far, and before they have by the machine's own chance of relevance."""
    following = to_screen(existing_base(base))
    if json_:
        typer.echo(json.dumps([asdict(one) for one in following[:limit]], ensure_ascii=False))
        return
    say(f"{len(following)} documents are not judged yet")
    for one in following[:limit]:
        typer.echo(f"{one.chance:.2f}  {one.document[:12]}  {one.title or '(no title found)'}")


def register(app: typer.Typer) -> None:
    app.add_typer(decisions, name="decisions")
    app.command("agreement")(agreement)
    app.command("screen")(screen)
