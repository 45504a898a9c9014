"""The table of included studies that a review prints: Markdown, a row a work, each claim with the page it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from warehouse.export.reference import address, author_name, full_title

_COLUMNS = ("study", "design", "where and whom", "type of integration", "what was found", "strength of evidence, and why")
MOST_FINDINGS = 6


def write_evidence_table(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    file.write(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}\n".encode())
    for work in works:
        file.write(f"| {' | '.join(cells(work))} |\n".encode())


def cells(work: dict[str, Any]) -> list[str]:
    """The cells of one row, in the order of the head."""
    names = [author_name(name).partition(",")[0] for name in work["authors"] or ()] or [work["publisher"] or "no author"]
    who = names[0] if len(names) == 1 else f"{names[0]} and {names[1]}" if len(names) == 2 else f"{names[0]} and others"
    title, link = _plain(full_title(work)), address(work)
    study = f"{_plain(who)} ({work['year'] or 'no date'}): " + (f"[{title}](<{_plain(link)}>)" if link else title)
    where = [*(work["places"] or ()), *(one.replace("_", " ") for one in work["populations"] or ())]
    size = f"; n = {work['sample_size']}" if work["sample_size"] else ""
    return [
        study,
        _label(work, "study_design") + size,
        _plain(", ".join(where)) or "not said",
        ", ".join(_labels(work, "integration_type")) or "none",
        _findings(work["findings"]) or "no finding of its own",
        f"{_label(work, 'evidence_strength')}: {_plain('; '.join(work['strength_steps'] or ())) or 'no steps'}",
    ]


def _labels(work: dict[str, Any], facet: str) -> list[str]:
    """Labels with the pages on which they are shown; a guess is marked."""
    found: dict[str, tuple[bool, set[int]]] = {}
    for tag in work["evidence"]:
        if tag["facet"] == facet:
            guess, pages = found.get(tag["label"], (True, set()))
            found[tag["label"]] = guess and bool(tag["unsure"]), pages | ({tag["page"]} if tag["page"] else set())
    return [
        label.replace("_", " ") + (" (guess)" if guess else "") + (f" (p. {', '.join(map(str, sorted(pages)))})" if pages else "")
        for label, (guess, pages) in found.items()
    ]


def _label(work: dict[str, Any], facet: str) -> str:
    return next(iter(_labels(work, facet)), "not judged")


def _findings(findings: list[dict[str, Any]]) -> str:
    own = [one for one in findings if one["own"]]
    told = [
        f"{one['outcome'].replace('_', ' ')} {one['direction'].replace('_', ' ')}"
        f"{' (hedged)' if one['hedged'] else ''}{' (guess)' if one['unsure'] else ''}: “{_plain(one['quote'])}” (p. {one['page']})"
        for one in own[:MOST_FINDINGS]
    ]
    more = [f"and {len(own) - MOST_FINDINGS} more"] if len(own) > MOST_FINDINGS else []
    return "<br>".join([*told, *more])


def _plain(text: str) -> str:
    """On one line, with what Markdown or HTML would take for its own written so that it is printed."""
    text = " ".join(text.split()).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{letter}" if letter in "|[]*_`" else letter for letter in text)
