"""Commands that look after the base and the machine: status, doctor, verify."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.table import Table

from evidence.segments import as_plain
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from pipeline.commands.options import BaseOption, JsonOption, base_root, existing_base
from pipeline.doctor import examine
from pipeline.stages import classifier_version
from warehouse.status import status as status_of
from warehouse.verify import verify as verify_base


def status(base: BaseOption = None, json_: JsonOption = False) -> None:
    """What the base holds: works by relevance, design, strength and type; sources; the last run; what is unsure."""
    found = status_of(existing_base(base))
    if json_:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, default=str))
        return
    console = Console()
    console.print(f"snapshot: {found.snapshot or 'none yet; run `integrand publish`'}", highlight=False, markup=False)
    console.print(f"{found.works} works, {found.documents} documents, {found.passages} passages, {found.vectors} vectors", highlight=False)
    if found.refused:
        console.print(f"{found.refused} documents could not be read: `integrand query unread_documents` says which and why", highlight=False)
    for facet, counts in found.works_by.items():
        console.print(_counted(facet, counts))
    if found.unsure:
        console.print(_counted("unsure, for a person to look at", found.unsure))
    sources = Table("source", "works", "documents", "last capture", title="sources", title_justify="left")
    for one in found.sources:
        sources.add_row(one.source, str(one.works), str(one.documents), f"{one.last_capture:%Y-%m-%d %H:%M} UTC" if one.last_capture else "")
    console.print(sources)
    if found.open_run:
        told = "it is older than a day and stays as it is; the next run begins anew" if found.open_run_stale else (
            f"`integrand {found.open_command}` goes on with it")
        console.print(f"unfinished run {found.open_run}: {told}", highlight=False, markup=False)


def _counted(title: str, counts: dict[str, int]) -> Table:
    table = Table(title.replace("_", " "), "works", title_justify="left")
    for label, count in counts.items():
        table.add_row(label, str(count))
    return table


def doctor(base: BaseOption = None, json_: JsonOption = False) -> None:
    """What this machine lacks, and what to do about it; exit 1 where something needed is missing."""
    checks = examine(base_root(base))
    if json_:
        typer.echo(json.dumps(as_plain(checks), ensure_ascii=False))
    else:
        table = Table("what", "state", "detail", "what to do")
        for check in checks:
            table.add_row(check.what, check.state, check.detail, check.advice)
        Console().print(table, markup=False)
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)


def verify(base: BaseOption = None, json_: JsonOption = False) -> None:
    """Prove that every digest, offset and quote still holds; exit 1 where one does not."""
    answer = verify_base(
        existing_base(base), extractor_version=EXTRACTOR_VERSION, classifier_version=classifier_version(), taxonomy=load_taxonomy())
    if json_:
        typer.echo(json.dumps({"checked": answer.checked, "problems": answer.problems, "unsaid": answer.unsaid}, ensure_ascii=False))
    else:
        for problem in answer.problems:
            typer.echo(f"problem: {problem}")
        if answer.unsaid:
            typer.echo(f"and {answer.unsaid} problems more")
        counts = ", ".join(f"{count} {what}" for what, count in answer.checked.items())
        typer.echo(f"verified {counts}: {len(answer.problems) + answer.unsaid} problems")
    if not answer.sound:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    for command in (status, doctor, verify):
        app.command(command.__name__)(command)
