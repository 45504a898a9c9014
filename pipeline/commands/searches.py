"""Commands on searches that are kept: save, list, run, history, export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evidence.errors import UsageError
from evidence.output import write_whole
from evidence.segments import as_plain
from evidence.settings import settings
from language.encoder import Encoder
from pipeline.commands.consult import (
    DesignOption,
    PlaceOption,
    SinceOption,
    SourceOption,
    StrengthOption,
    ThemeOption,
    TypeOption,
    filters_from,
)
from pipeline.commands.options import BaseOption, JsonOption, existing_base, in_utf8
from warehouse.search import Searcher
from warehouse.searches import PastSearch, Rerun, history, run_again, saved, search_and_note, search_record
from warehouse.snapshot import require_snapshot


def save(
    name: Annotated[str, typer.Argument(help="The name to save it under.", callback=in_utf8)],
    query: Annotated[str, typer.Argument(help="As in `search`; #3 is the third search of the history.", callback=in_utf8)] = "",
    type_: TypeOption = None, strength: StrengthOption = None, design: DesignOption = None, theme: ThemeOption = None,
    place: PlaceOption = None, source: SourceOption = None, since: SinceOption = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only the words themselves, no other terms for the same thing.")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Search, save the search under a name, and note it in the history."""
    room = existing_base(base)
    filters = filters_from(type_, strength, design, theme, place, source, since)
    with _searcher(base) as searcher:
        made = search_and_note(room, searcher, query, filters, exact=exact, name=name)
    _tell([made], json_)


def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Saved searches; none means all.")] = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Make saved searches again; tells which hits are new since the last time."""
    with _searcher(base) as searcher:
        made = run_again(existing_base(base), searcher, names or ())
    _tell(made, json_)


def list_(base: BaseOption = None, json_: JsonOption = False) -> None:
    """The saved searches with what they found the last time."""
    _print_lines(list(saved(existing_base(base)).values()), json_)


def history_(base: BaseOption = None, json_: JsonOption = False) -> None:
    """The numbered history of the searches that were saved or made again."""
    _print_lines(history(existing_base(base)), json_)


def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Saved searches; none means the whole history.")] = None,
    base: BaseOption = None,
) -> None:
    """Write what a review reports of its searches (PRISMA-S), in Markdown."""
    room = existing_base(base)
    lines = [line for line in history(room) if not names or line.name in names]
    strange = [name for name in names or () if name not in saved(room)]
    if strange:
        raise UsageError(f"unknown saved search {strange[0]!r}: known are {', '.join(saved(room)) or 'none'}")
    write_whole(output, search_record(lines).encode())
    typer.echo(f"{len(lines)} searches written to {output}")


def _searcher(base: Path | None) -> Searcher:
    return Searcher(require_snapshot(existing_base(base)), Encoder().encode if settings().semantic else None)


def _tell(made: Sequence[Rerun], as_json: bool) -> None:
    if as_json:
        for one in made:
            typer.echo(json.dumps(_plain(one.line) | {"new": list(one.new)}, ensure_ascii=False))
        return
    for one in made:
        typer.echo(f"#{one.line.number} {one.line.name}: {one.line.total} works, {len(one.new)} new; understood as {one.line.understood}")
        titles = {work["id"]: work["title"] for work in one.answer.works}
        for id in [id for id in one.answer.ids if id in set(one.new) and id in titles]:
            typer.echo(f"   {id[:12]}  {titles[id] or '(untitled)'}")


def _plain(line: PastSearch) -> dict[str, Any]:
    plain: dict[str, Any] = as_plain(line) | {"searched_at": line.searched_at.isoformat()}
    return {key: value for key, value in plain.items() if key != "hits"}


def _print_lines(lines: Sequence[PastSearch], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([_plain(line) for line in lines], ensure_ascii=False))
        return
    table = Table("#", "name", "search", "limits", "works", "date (UTC)", "publication")
    for line in lines:
        limits = "; ".join(f"{name}: {', '.join(some)}" for name, some in line.filters.items())
        table.add_row(f"#{line.number}", line.name or "", escape(line.query or "*"), escape(limits), str(line.total),
                      f"{line.searched_at:%Y-%m-%d %H:%M}", line.run)
    Console().print(table)


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Searches that are kept: saved, made again, reported.")
    for name, command in (("save", save), ("list", list_), ("run", run), ("history", history_), ("export", export)):
        commands.command(name)(command)
    app.add_typer(commands, name="searches")
