"""Commands that need no base: read and tag files and print what they say, a line a document."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from evidence.records import Document, Tagging
from pipeline import answers, stages
from pipeline.commands.options import JsonOption
from pipeline.progress import say

PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")]


def read(
    paths: PathsArgument, json_: JsonOption = False,
    lines: Annotated[bool, typer.Option("--lines", help="Give each page's lines with their boxes in points.")] = False,
) -> None:
    """Read files without a base: text in reading order, sections, tables, references, metadata."""
    refused = 0
    for path, document, reason, seconds in stages.read_paths(paths):
        refused += document is None
        if json_:
            _line(answers.reading(path, document, seconds, lines) if document else answers.refused(path, reason, seconds))
        elif document is None:
            say(f"refused {path}: {reason}")
        else:
            typer.echo(_heading(path, document) + "\n\n" + "\n\n".join(page.text for page in document.pages) + "\n")
    _end(refused)


def tag(paths: PathsArgument, json_: JsonOption = False) -> None:
    """Read and tag files without a base: relevance, types, design, strength with its steps, and the sentences that show them."""
    refused = 0
    for path, document, tagging, reason, seconds in _tagged(paths):
        refused += document is None
        if document is None or tagging is None:
            if json_:
                _line(answers.refused(path, reason, seconds))
            else:
                say(f"refused {path}: {reason}")
        elif json_:
            _line(answers.identity(path, document) | answers.tagging(tagging) | {"seconds": round(seconds, 3)})
        else:
            _print_tagging(path, document, tagging)
    _end(refused)


def _tagged(paths: list[Path]) -> Iterator[tuple[Path, Document | None, Tagging | None, str | None, float]]:
    """Tagging happens in this process: its models load once while the workers read the files ahead."""
    tagger = stages.new_tagger()
    for path, document, reason, seconds in stages.read_paths(paths):
        if document is None:
            yield path, None, None, reason, seconds
            continue
        started = time.perf_counter()
        tagging = tagger.tag(document)
        yield path, document, tagging, None, seconds + time.perf_counter() - started


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
    return f"{path}\n{document.title or '(no title found)'} · {by} · {document.published or 'no date'} · {document.status}" + (
        f" ({document.reason})" if document.reason else "")


def _line(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))


def _end(refused: int) -> None:
    if refused:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    for command in (read, tag):
        app.command(command.__name__)(command)
