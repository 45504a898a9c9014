"""Commands on the vocabulary: taxonomy show, taxonomy export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evidence.output import write_whole
from evidence.taxonomy import Taxonomy, load_taxonomy
from evidence.taxonomy.vocabulary import Facet, unknown
from language.concept_scheme import as_csv, as_records, as_skos
from language.thesaurus import Thesaurus, load_thesaurus
from pipeline.commands.options import JsonOption, in_utf8

FORMATS: dict[str, Callable[[Taxonomy, Thesaurus], str]] = {
    "skos": as_skos,
    "json": lambda taxonomy, thesaurus: json.dumps(as_records(taxonomy, thesaurus), ensure_ascii=False, indent=1) + "\n",
    "csv": as_csv,
}


def show(
    facet: Annotated[str | None, typer.Argument(help="A facet; none lists all.", callback=in_utf8)] = None,
    label: Annotated[str | None, typer.Argument(help="A label of it.", callback=in_utf8)] = None, json_: JsonOption = False,
) -> None:
    """The facets, the labels of one, or one label with what it takes in and leaves out."""
    taxonomy = load_taxonomy()
    if facet is not None and facet not in taxonomy.facets:
        raise unknown("facet", facet, taxonomy.facets)
    chosen = taxonomy.facets[facet] if facet is not None else None
    if chosen is not None and label is not None:
        chosen.label(label)
    if json_:
        records = [one for one in as_records(taxonomy, load_thesaurus()) if chosen is None or one["id"] == chosen.id]
        if label is not None:
            records = [one for one in records[0]["labels"] if one["id"] == label]
        typer.echo(json.dumps(records if facet is None else records[0], ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    if chosen is None:
        for one in taxonomy.facets.values():
            console.print(f"{one.id}: {one.name}. {len(one.labels)} labels, {one.cardinality.replace('_', ' ')} a {one.grain}")
    elif label is None:
        console.print(f"{chosen.name}: {chosen.definition} [{chosen.source}]")
        for one_label in chosen.labels:
            console.print(f"  {one_label.id}: {one_label.definition}")
    else:
        _print_label(console, chosen, label, taxonomy)


def _print_label(console: Console, facet: Facet, label: str, taxonomy: Taxonomy) -> None:
    one = facet.label(label)
    console.print(f"{one.name} ({facet.id}:{one.id}): {one.definition} [{one.source}]")
    for word, some in (("includes", one.includes), ("excludes", one.excludes), ("for example", one.positives[:3])):
        for text in some:
            console.print(f"  {word}: {text}")
    for crosswalk in taxonomy.crosswalks.values():
        for link in crosswalk.links if crosswalk.facet == facet.id else ():
            if link.ours == label:
                theirs = crosswalk.term(link.theirs).name if link.theirs else "outside of it"
                console.print(f"  in {crosswalk.name}: {theirs}{f', {link.when}' if link.when else ''}")
    terms = load_thesaurus().label_terms(facet.id, label)
    if terms:
        console.print(f"  also called: {', '.join(dict.fromkeys(terms))}")


def export(
    format_: Annotated[str, typer.Option("--format", help="One of: " + ", ".join(FORMATS))],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
) -> None:
    """The whole vocabulary for other programs: SKOS in Turtle, JSON, or CSV with a row a label."""
    if format_ not in FORMATS:
        raise unknown("format", format_, FORMATS)
    text = FORMATS[format_](load_taxonomy(), load_thesaurus())
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text.encode())


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="The vocabulary that documents are tagged with.")
    for command in (show, export):
        commands.command(command.__name__)(command)
    app.add_typer(commands, name="taxonomy")
