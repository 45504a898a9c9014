"""One work cited: in words, and as the reference formats write it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from evidence.taxonomy.vocabulary import unknown
from warehouse.export import coded_works
from warehouse.export.bibtex import entry
from warehouse.export.csl import write_csl
from warehouse.export.reference import address, full_title, person
from warehouse.export.ris import write_ris
from warehouse.show import find_work
from warehouse.snapshot import Snapshot

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def as_words(work: dict[str, Any]) -> str:
    """Author-date style, with the day on which the address last gave the document: pages on the web change."""
    names = [f"{found[0]}, {found[1]}" if (found := person(name)) else name for name in work["authors"] or ()] or [work["publisher"] or "No author"]
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    publisher = work["publisher"] if work["publisher"] and work["publisher"] != who else None
    seen = work["last_seen"]
    where = f"https://doi.org/{work['doi']}" if work["doi"] else address(work)
    told = [f"{who} ({work['year'] or 'no date'}) {full_title(work)}", *([publisher] if publisher else [])]
    if where:
        told.append(f"Available at: {where}" + (f" (seen {seen.day} {_MONTHS[seen.month - 1]} {seen.year})" if seen else ""))
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in told)


def _ris(work: dict[str, Any]) -> str:
    out = io.BytesIO()
    write_ris([work], {}, out)
    return out.getvalue().decode().replace("\r\n", "\n").strip()


def _csl(work: dict[str, Any]) -> str:
    out = io.BytesIO()
    write_csl([work], {}, out)
    return out.getvalue().decode().strip()


STYLES: dict[str, Callable[[dict[str, Any]], str]] = {"text": as_words, "bibtex": lambda work: entry(work).strip(), "ris": _ris, "csl-json": _csl}


def cite(snapshot: Snapshot, id: str, style: str = "text") -> str:
    """The reference of the work that an id leads to. Raises ``UsageError`` for an unknown style, and as ``find_work`` does."""
    if style not in STYLES:
        raise unknown("style of citation", style, STYLES)
    with snapshot.connect() as connection:
        (work,) = coded_works(connection, [find_work(connection, id)], snapshot.manifest["run"])
    return STYLES[style](work)
