"""Commands on searches that are kept: save, list, run, history, export, feed; and recall, which tries a search against known works."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
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
from evidence.taxonomy.vocabulary import unknown
from language.encoder import Encoder
from pipeline.commands.consult import (
    DesignOption,
    LabelOption,
    PlaceOption,
    SinceOption,
    SourceOption,
    StrengthOption,
    ThemeOption,
    TypeOption,
    filters_from,
)
from pipeline.commands.options import BaseOption, JsonOption, existing_base, in_utf8
from pipeline.known_works import known_works
from pipeline.progress import say
from warehouse.feed import atom
from warehouse.recall import Recall, recall
from warehouse.search import Searcher
from warehouse.searches import PastSearch, Rerun, as_typed, filters_of, history, run_again, saved, search_and_note, search_record
from warehouse.snapshot import require_snapshot


def save(
    name: Annotated[str, typer.Argument(help="The name to save it under.", callback=in_utf8)],
    query: Annotated[str, typer.Argument(help="As in `search`; #3 is the third search of the history.", callback=in_utf8)] = "",
    type_: TypeOption = None, strength: StrengthOption = None, design: DesignOption = None, theme: ThemeOption = None,
    label: LabelOption = None, place: PlaceOption = None, source: SourceOption = None, since: SinceOption = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only the words themselves, no other terms for the same thing.")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Search, save the search under a name, and note it in the history."""
    room = existing_base(base)
    filters = filters_from(type_, strength, design, theme, label, place, source, since)
    before = saved(room).get(name)
    with _searcher(base) as searcher:
        made = search_and_note(room, searcher, query, filters, exact=exact, name=name)
    _tell([made], json_)
    new = made.line
    if before is not None and (before.query, before.filters, before.exact) != (new.query, new.filters, new.exact):
        say(f"{name} is replaced: it was {before.query or '*'} (#{before.number})")


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
    """The numbered history of searches; #1 AND #2 in a query joins two of them."""
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


def feed(
    name: Annotated[str, typer.Argument(help="A saved search.", callback=in_utf8)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    site: Annotated[str | None, typer.Option("--site", metavar="URL", help="The address of the base's own pages.", callback=in_utf8)] = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Write an Atom feed of a saved search: the hits that came into the base last. Adds no line to the history."""
    room = existing_base(base)
    known = saved(room)
    if name not in known:
        raise unknown("saved search", name, known or ["none"])
    line = known[name]
    with _searcher(base) as searcher, as_typed(line.query, history(room)) as written:
        answer = searcher.search(written, filters_of(line.filters), 0, expand=not line.exact)
    write_whole(output, atom(searcher.snapshot, line, answer.ids, site))
    if json_:
        typer.echo(json.dumps({"name": name, "file": str(output), "works": answer.total}))
    else:
        typer.echo(f"feed of {name} written to {output}: the newest of {answer.total} works")


def recall_(
    known: Annotated[Path, typer.Option("--known", metavar="FILE", help="RIS, BibTeX, or a DOI, ISBN, address or title a line.")],
    query: Annotated[str, typer.Argument(help="A search to try, as in `search`; #3 is the third of the history.", callback=in_utf8)] = "",
    name: Annotated[str | None, typer.Option("--saved", metavar="NAME", help="Try this saved search.", callback=in_utf8)] = None,
    type_: TypeOption = None, strength: StrengthOption = None, design: DesignOption = None, theme: ThemeOption = None,
    label: LabelOption = None, place: PlaceOption = None, source: SourceOption = None, since: SinceOption = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only the words themselves, no other terms for the same thing.")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """How many of a list of known works the base holds, and how many of those a search finds."""
    room = existing_base(base)
    filters, lines = filters_from(type_, strength, design, theme, label, place, source, since), history(room)
    if name is not None:
        if query or filters:
            raise UsageError("--saved: takes the place of a query and its filters")
        stored = saved(room)
        if name not in stored:
            raise unknown("saved search", name, stored or ["none"])
        query, filters, exact = stored[name].query, filters_of(stored[name].filters), stored[name].exact
    works = known_works(known)
    snapshot, hits = require_snapshot(room), None
    if query or filters or name is not None:
        with _searcher(base) as searcher, as_typed(query, lines) as written:
            hits = set(searcher.search(written, filters, 0, expand=not exact).ids)
    found = recall(snapshot, works, hits)
    if json_:
        typer.echo(json.dumps(_plain_recall(found), ensure_ascii=False))
        return
    for row in found.rows:
        state = "not in the base" if row.work is None else "found" if row.found else "not found" if found.searched else "in the base"
        typer.echo(f"{state:16} {(row.work or '')[:12]:12} {f'by {row.by}' if row.by else '':8} {row.known.name}")
    typer.echo(f"{found.held} of {len(found.rows)} known works are in the base{_share(found.share(found.held, len(found.rows)))}")
    if found.searched:
        typer.echo(f"{found.found} of these {found.held} are found by the search{_share(found.share(found.found, found.held))}")


def _share(share: tuple[float, float, float] | None) -> str:
    return "" if share is None else f": {share[0]:.2f} [{share[1]:.2f}, {share[2]:.2f}]"


def _plain_recall(found: Recall) -> dict[str, Any]:
    return {
        "known": len(found.rows), "held": found.held, "found": found.found if found.searched else None,
        "held_share": found.share(found.held, len(found.rows)), "found_share": found.share(found.found, found.held) if found.searched else None,
        "works": [asdict(row.known) | {"work": row.work, "by": row.by, "found": row.found if found.searched else None} for row in found.rows],
    }


def _searcher(base: Path | None) -> Searcher:
    return Searcher(require_snapshot(existing_base(base)), Encoder(threads=1).encode if settings().semantic else None)


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
    for name, command in (("save", save), ("list", list_), ("run", run), ("history", history_), ("export", export), ("feed", feed)):
        commands.command(name)(command)
    app.command("recall")(recall_)
    app.add_typer(commands, name="searches")
