"""Commands that need no base: read and tag files and print what they say, a line a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from evidence.records import Document, Tagging
from pipeline import answers, stages
from pipeline.commands.options import JsonOption
from pipeline.local_files import paths_without_files
from pipeline.progress import say

PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")]


def read(
    paths: PathsArgument, json_: JsonOption = False,
    lines: Annotated[bool, typer.Option("--lines", help="Give each page's lines with their boxes in points.")] = False,
    whole_tables: Annotated[bool, typer.Option("--whole-tables", help="Give a table that goes on over pages as one.")] = False,
) -> None:
    """Read files without a base: text in reading order, sections, tables, references, metadata."""
    refused = _folders_without_files(paths)
    for one in stages.read_paths(paths):
        refused += one.document is None
        if json_:
            _line(answers.reading(one.path, one.document, one.wall_s, lines, whole_tables) if one.document is not None
                  else answers.refused_reading(one.path, one.reason, one.digest, one.wall_s))
        elif one.document is None:
            say(f"refused {answers.printable(one.path)}: {one.reason}")
        else:
            typer.echo(_heading(one.path, one.document) + "\n\n" + "\n\n".join(page.text for page in one.document.pages) + "\n")
    _end(refused)


def tag(paths: PathsArgument, json_: JsonOption = False) -> None:
    """Read and tag files without a base: relevance, types, design, strength with its steps, and the sentences that show them."""
    refused = _folders_without_files(paths)
    for one in stages.tag_paths(paths):
        refused += one.document is None
        if one.document is None or one.tagging is None:
            if json_:
                _line(answers.refused_tagging(one.path, one.reason, one.digest, one.wall_s))
            else:
                say(f"refused {answers.printable(one.path)}: {one.reason}")
        elif json_:
            _line(answers.identity(one.path, one.document) | answers.tagging(one.tagging) | {"seconds": round(one.wall_s, 3)})
        else:
            _print_tagging(one.path, one.document, one.tagging)
    _end(refused)


def _folders_without_files(paths: list[Path]) -> int:
    """Says which folders hold no file, and returns how many; a file that is not there is refused like any other."""
    empty = [(path, reason) for path, reason in paths_without_files(paths) if path.is_dir()]
    for path, reason in empty:
        say(f"refused {answers.printable(path)}: {reason}")
    return len(empty)


def _print_tagging(path: Path, document: Document, tagging: Tagging) -> None:
    console = Console()
    console.print(_heading(path, document), highlight=False, markup=False)
    if tagging.status != "tagged":
        console.print(f"untagged: {tagging.reason}", markup=False)
        return
    table = Table("facet", "label", "score", "page", "the sentence that shows it")
    for one in tagging.tags:
        quote = one.span.quote if one.span else ""
        table.add_row(one.facet, one.label + (" ?" if one.unsure else ""), f"{one.score:.2f}", str(one.span.page) if one.span else "",
                      " ".join(quote.split())[:160])
    for place in tagging.places:
        table.add_row("place", f"{place.name} ({place.code or 'no code'})", f"{place.score:.2f}", str(place.span.page),
                      " ".join(place.span.quote.split())[:160])
    console.print(table, markup=False)
    if tagging.appraisal is not None:
        console.print("evidence strength: " + "; ".join(tagging.appraisal.steps), highlight=False, markup=False)
    for finding in tagging.findings:
        whose = "own" if finding.own else "cited"
        hedged = ", hedged" if finding.hedged else ""
        console.print(f"finding ({whose}{hedged}): {finding.outcome} {finding.change} = {finding.direction}: {finding.span.quote}",
                      highlight=False, markup=False)


def _heading(path: Path, document: Document) -> str:
    by = ", ".join(document.authors) or document.publisher or "no author"
    return f"{answers.printable(path)}\n{document.title or '(no title found)'} · {by} · {document.published or 'no date'} · {document.status}" + (
        f" ({document.reason})" if document.reason else "")


def _line(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))


def _end(refused: int) -> None:
    if refused:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    for command in (read, tag):
        app.command(command.__name__)(command)
