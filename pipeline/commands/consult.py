"""Commands that ask the published base: search, show, query, sql, export."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evidence.base import Base
from evidence.errors import UsageError
from evidence.output import write_whole
from evidence.settings import settings
from language.encoder import Encoder
from pipeline.commands.options import BaseOption, JsonOption, existing_base, in_utf8, parse_date
from pipeline.progress import say
from warehouse.answer_formats import FORMATS, formatted
from warehouse.export import EXPORTERS
from warehouse.export import export as export_works
from warehouse.export.citation import STYLES, cite
from warehouse.filters import Filters
from warehouse.named_queries import list_queries, run_query
from warehouse.search import Searcher
from warehouse.searches import as_typed, history, like_and_try_to_note, search_and_try_to_note
from warehouse.show import show as show_work
from warehouse.snapshot import Snapshot, require_snapshot
from warehouse.sql import Answer, run_sql

Labels = list[str] | None
TypeOption = Annotated[Labels, typer.Option("--type", metavar="L", help="Integration type; repeat for alternatives.", callback=in_utf8)]
StrengthOption = Annotated[
    Labels, typer.Option("--strength", metavar="L", help="Evidence strength; `limited+` means at least limited.", callback=in_utf8)]
DesignOption = Annotated[Labels, typer.Option("--design", metavar="L", help="Study design.", callback=in_utf8)]
ThemeOption = Annotated[Labels, typer.Option("--theme", metavar="L", help="Theme.", callback=in_utf8)]
LabelOption = Annotated[
    Labels, typer.Option("--label", metavar="FACET:L", help="A label of any facet, as boundary:health_housing.", callback=in_utf8)]
PlaceOption = Annotated[Labels, typer.Option("--place", metavar="P", help="Place: a name as printed, or an ISO 3166 code.", callback=in_utf8)]
SourceOption = Annotated[Labels, typer.Option("--source", metavar="S", help="Source.", callback=in_utf8)]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="D", help="Published since: YYYY, YYYY-MM or YYYY-MM-DD.", callback=in_utf8)]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many works to give in full.")]


def search(
    query: Annotated[str, typer.Argument(help="Words, \"phrases\", AND OR NOT, trunc*, title:… ; empty lists all.", callback=in_utf8)] = "",
    type_: TypeOption = None, strength: StrengthOption = None, design: DesignOption = None, theme: ThemeOption = None,
    label: LabelOption = None, place: PlaceOption = None, source: SourceOption = None, since: SinceOption = None, limit: LimitOption = 20,
    exact: Annotated[bool, typer.Option("--exact", help="Only the words themselves, no other terms for the same thing.")] = False,
    lens: Annotated[str | None, typer.Option(
        "--typology", "--lens", metavar="T", help="Count by a published typology, too.", callback=in_utf8)] = None,
    like: Annotated[str | None, typer.Option("--like", metavar="ID", help="In place of a query: works like this one.", callback=in_utf8)] = None,
    unnoted: Annotated[bool, typer.Option("--unnoted", help="Add no line to the history of searches.")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Find works by words and meaning, with filters and facets; #3 in a query is the third search of the history."""
    filters = filters_from(type_, strength, design, theme, label, place, source, since)
    if like is not None and query:
        raise UsageError("--like: takes the place of a query; give filters beside it, or search with words alone")
    room, number = existing_base(base), None
    with _searcher(room) as searcher:
        if like is not None and unnoted:
            answer = searcher.like(like, filters, limit, lens=lens)
        elif like is not None:
            answer, number = like_and_try_to_note(room, searcher, like, filters, limit=limit, lens=lens)
        elif unnoted:
            with as_typed(query, history(room) if "#" in query else ()) as written:
                answer = searcher.search(written, filters, limit, expand=not exact, lens=lens)
        else:
            answer, number = search_and_try_to_note(room, searcher, query, filters, exact=exact, limit=limit, lens=lens)
    found = answer.as_json() | {"number": number}
    if json_:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        _print_answer(found, lens)


def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A work's id, or the beginning of it.", callback=in_utf8)], base: BaseOption = None,
    cite_: Annotated[bool, typer.Option("--cite", help="Only how to cite it.")] = False,
    style: Annotated[str, typer.Option("--style", help="With --cite: " + ", ".join(STYLES))] = "text",
    json_: JsonOption = False,
) -> None:
    """One work with its tags, quotes, findings, copies and where each value came from."""
    if cite_:
        reference = cite(_snapshot(base), id_, style)
        typer.echo(json.dumps({"style": style, "citation": reference}, ensure_ascii=False) if json_ else reference)
        return
    work = show_work(_snapshot(base), id_)
    if json_:
        typer.echo(json.dumps(work, ensure_ascii=False, default=str))
    else:
        _print_work(work)


def query(
    name: Annotated[str | None, typer.Argument(help="A named query.", callback=in_utf8)] = None,
    parameters: Annotated[Labels, typer.Option("--parameter", "-p", metavar="k=v", help="A parameter of the query.", callback=in_utf8)] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the named queries.")] = False,
    format_: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Answer a named query, or list them."""
    if list_ or name is None:
        _print_queries(json_)
        return
    snapshot = _snapshot(base)
    _give(snapshot, run_query(snapshot, name, _pairs(parameters or [])), "json" if json_ else format_, output)


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT (or EXPLAIN).", callback=in_utf8)],
    format_: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Read-only SQL over the published warehouse, without access to files or network."""
    snapshot = _snapshot(base)
    _give(snapshot, run_sql(snapshot, statement), "json" if json_ else format_, output)


def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="One of: " + ", ".join(EXPORTERS))],
    query_: Annotated[str, typer.Option("--query", help="Only works that a search finds.", callback=in_utf8)] = "",
    type_: TypeOption = None, strength: StrengthOption = None, design: DesignOption = None, theme: ThemeOption = None,
    label: LabelOption = None, place: PlaceOption = None, source: SourceOption = None, since: SinceOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Off-topic and unjudged works too, in a format that leaves them out (evidence-table).")] = False,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Write references and coded data for other programs."""
    filters = filters_from(type_, strength, design, theme, label, place, source, since)
    encode = Encoder(threads=1).encode if settings().semantic else None
    count = export_works(_snapshot(base), format_, output, query_, filters, encode, everything=all_)
    if json_:
        typer.echo(json.dumps({"format": format_, "file": str(output), "works": count}))
    else:
        typer.echo(f"{count} works written to {output}")


def register(app: typer.Typer) -> None:
    for command in (search, show, query, sql, export):
        app.command(command.__name__)(command)


def _snapshot(base: Path | None) -> Snapshot:
    return require_snapshot(existing_base(base))


def _searcher(base: Base) -> Searcher:
    return Searcher(require_snapshot(base), Encoder(threads=1).encode if settings().semantic else None)


def filters_from(
    type_: Labels, strength: Labels, design: Labels, theme: Labels, label: Labels, place: Labels, source: Labels, since: str | None,
) -> Filters:
    parse_date("--since", since)
    others: dict[str, tuple[str, ...]] = {}
    for one in label or ():
        facet, colon, own = one.partition(":")
        if not (facet and colon and own):
            raise UsageError(f"--label {one}: expected facet:label, as boundary:health_housing")
        others[facet] = (*others.get(facet, ()), own)
    return Filters(
        type=tuple(type_ or ()), strength=tuple(strength or ()), design=tuple(design or ()), theme=tuple(theme or ()),
        place=tuple(place or ()), source=tuple(source or ()), since=since, labels=others)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(f"-p {one}: expected name=value")
        pairs[name.strip()] = value
    return pairs


def _give(snapshot: Snapshot, answer: Answer, format_: str, output: Path | None) -> None:
    """Prints an answer as a table, or writes it in another format to stdout or a file."""
    if format_ != "table":
        content = formatted(answer, format_)
        if output is not None:
            write_whole(output, content)
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    elif output is not None:
        raise UsageError(f"--format table: goes to the terminal only; take one of {', '.join(FORMATS)} with -o")
    else:
        _print_table(answer, str(snapshot.manifest["run"]))
    if answer.truncated:
        say(f"only the first {answer.table.num_rows} rows are given; ask for fewer with LIMIT or WHERE")


def _print_table(answer: Answer, run: str) -> None:
    table = Table(*(escape(name) for name in answer.columns))
    for row in answer.rows():
        table.add_row(*(escape(_cell(cell)) for cell in row.values()))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    console.print(f"{answer.table.num_rows} rows, from run {run}", highlight=False)


def _cell(cell: object) -> str:
    """A value as people read it in a table: numbers to four digits after the point, times to the second, lists with commas."""
    match cell:
        case None:
            return ""
        case list():
            return ", ".join(_cell(one) for one in cell)
        case float():
            return f"{cell:.4f}".rstrip("0").rstrip(".") if 0.001 <= abs(cell) < 1e15 else f"{cell:.4g}"
        case datetime():
            return cell.isoformat(" ", "seconds")
    return str(cell)


def _print_queries(as_json: bool) -> None:
    known = list_queries().values()
    if as_json:
        typer.echo(json.dumps([
            {"name": one.name, "question": one.question, "grain": one.grain,
             "parameters": [{"name": p.name, "type": p.type, "default": p.default, "meaning": p.meaning} for p in one.parameters]}
            for one in known], ensure_ascii=False))
        return
    table = Table("query", "answers", "parameters (-p name=value)", "a row is")
    for one in known:
        shown = ", ".join(p.name if p.default is None else f"{p.name}={p.default}" for p in one.parameters)
        table.add_row(one.name, escape(one.question), escape(shown), escape(one.grain))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _print_answer(answer: dict[str, Any], lens: str | None = None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for number, work in enumerate(answer["works"], 1):
        by = ", ".join(work["authors"] or ()) or work["publisher"] or "no author"
        console.print(f"[bold]{number}. {escape(work['title'] or '(untitled)')}[/bold]")
        types = ", ".join(_guessed(work, "integration_type", label) for label in work["tags"].get("integration_type", ()))
        off_topic = f" · {_guessed(work, 'relevance', 'off_topic')}" if work["relevance"] == "off_topic" else ""
        design, strength = (_guessed(work, facet, work[facet]) for facet in ("study_design", "evidence_strength"))
        console.print(escape(f"   {by} · {work['published'] or 'no date'} · {design} · {strength} · {types or 'no type'}{off_topic}"))
        for passage in work["passages"][:2]:
            console.print(f"   p. {passage['page']}: {_marked(passage)}")
        console.print(escape(f"   {work['id'][:12]}  {work['url'] or ''}"))
    for facet in ("integration_type", *([lens] if lens else []), "study_design", "evidence_strength", "theme", "place", "source", "year"):
        counts = list(answer["facets"].get(facet, {}).items())[:8]
        if counts:
            console.print(escape(f"{facet}: " + ", ".join(f"{label} {count}" for label, count in counts)))
    for words, terms in answer["expanded"].items():
        more = f" and {len(terms) - MOST_TERMS} more" if len(terms) > MOST_TERMS else ""
        console.print(escape(f"{words}: also looked for {', '.join(terms[:MOST_TERMS])}{more}"))
    for note in answer["notes"]:
        console.print(escape(f"note: {note}"))
    if answer["suggestion"]:
        console.print(escape(f"did you mean: {answer['suggestion']}"))
    more = f", the first {len(answer['works'])} shown" if len(answer["works"]) < answer["total"] else ""
    loosened = "; no work holds all the words, so any of them counted" if answer["relaxed"] else ""
    numbered = f"#{answer['number']}: " if answer["number"] else ""
    console.print(escape(f"{numbered}{answer['total']} works{more}; understood as {answer['parsed'] or 'everything'}{loosened}; run {answer['run']}"))


MOST_TERMS = 12


def _guessed(work: dict[str, Any], facet: str, label: str | None) -> str:
    """A label, with a word where it is a guess that a person should look at."""
    if label is None:
        return "not judged"
    return f"{label} (guess)" if label in work["guesses"].get(facet, ()) else label


def _marked(passage: dict[str, Any], width: int = 300) -> str:
    """The passage around its first highlight, highlights in bold."""
    text, marks = passage["text"], passage["highlights"]
    first = max(0, marks[0][0] - width // 3) if marks else 0
    end, at, parts = min(len(text), first + width), first, ["…" if first else ""]
    for start, stop in marks:
        if start >= first and stop <= end and start >= at:
            parts += [escape(text[at:start]), "[bold yellow]", escape(text[start:stop]), "[/bold yellow]"]
            at = stop
    return " ".join(("".join(parts) + escape(text[at:end]) + ("…" if end < len(text) else "")).split())


def _print_work(work: dict[str, Any]) -> None:
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
    console.print(work["title"] or "(untitled)", style="bold")
    for name in ("id", "authors", "published", "publisher", "doi", "url", "landing_url", "availability"):
        value = work.get(name)
        if value not in (None, "", [], ()):
            console.print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    _print_provenance(console, work)
    for part in work["parts"]:
        console.print(f"part {part['part']}: {part['title'] or '(untitled)'}, {part['word_count']} words: {part['url'] or part['document']}")
    for facet in ("relevance", "study_design", "evidence_strength"):
        one = work.get(facet)
        if one:
            console.print(f"{facet}: {_judged(work, one)}")
            _print_quote(console, one)
            for step in one.get("steps", ()):
                console.print(f"    step: {step}")
    for tag in work["tags"]:
        console.print(f"{tag['facet']}: {_judged(work, tag)}")
        _print_quote(console, tag)
    for place in work["places"]:
        console.print(f"place: {place['name']} ({place['code'] or 'no code'})")
        _print_quote(console, place)
    for one in work["findings"]:
        console.print(f"finding ({'own' if one['own'] else 'cited'}{', hedged' if one['hedged'] else ''}): {one['outcome']}: {one['change']}, "
                      f"{one['direction']}")
        _print_quote(console, one)
    for copy in work["copies"]:
        console.print(f"copy: {copy['role']}: {copy.get('url') or copy.get('document')} ({copy.get('reason') or ''})")


def _judged(work: dict[str, Any], tag: dict[str, Any]) -> str:
    """A label with the machine's chance of it, or with the person whose word it is: a person gives no number."""
    unsure = " (guess)" if tag["unsure"] else ""
    if tag["score"] is not None:
        return f"{tag['label']}{unsure} {tag['score']:.2f}, said by {tag['said_by']}"
    reviewer = next((one["reviewer"] for one in work["decisions"] if one["id"] == tag["decision"]), tag["said_by"])
    if tag["said_by"] == "machine":
        return f"{tag['label']}{unsure}, said by machine, following what {reviewer} decided"
    return f"{tag['label']}{unsure}, said by {reviewer}"


def _print_provenance(console: Console, work: dict[str, Any]) -> None:
    """Where each value that is shown came from, a line for the values of one source."""
    fields: dict[str, list[str]] = {}
    for one in work["provenance"]:
        if one["chosen"] and one["field"] not in fields.setdefault(one["source"], []):
            fields[one["source"]].append(one["field"])
    for source, names in fields.items():
        console.print(f"{', '.join(names)} from {source}")


def _print_quote(console: Console, one: dict[str, Any]) -> None:
    if one.get("span"):
        console.print(f"    p. {one['span']['page']}: “{' '.join(one['span']['quote'].split())}”")
