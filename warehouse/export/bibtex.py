"""BibTeX, for LaTeX and reference managers: UTF-8, one entry a work, its key lasting as long as the work's id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from warehouse.export.reference import (
    ARTICLE,
    WEB_PAGE,
    address,
    author_name,
    citation_key,
    date_parts,
    full_title,
    is_body,
    keywords,
    kind,
    notes,
)

_TYPES = {ARTICLE: "article", WEB_PAGE: "misc"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIAL = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
}


def write_bibtex(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    for work in works:
        file.write(entry(work).encode() + b"\n")


def entry(work: dict[str, Any]) -> str:
    """One entry. Titles and bodies' names stand in double braces, so that no style changes their case or parts them."""
    type_ = _TYPES.get(kind(work), "techreport")
    date = date_parts(work["published"])
    fields = {
        "title": f"{{{escaped(full_title(work))}}}",
        "author": " and ".join(_author(name) for name in work["authors"] or ()),
        "institution" if type_ == "techreport" else "publisher": escaped(work["publisher"]),
        "year": str(work["year"] or ""),
        "month": _MONTHS[date[1] - 1] if len(date) > 1 and 1 <= date[1] <= 12 else "",
        "number": escaped(work["report_number"]),
        "doi": _plain(work["doi"]),
        "isbn": _plain(work["isbn"]),
        "issn": _plain(work["issn"]),
        "url": _plain(address(work)),
        "language": escaped(work["language"]),
        "abstract": escaped(work["summary"]),
        "keywords": escaped(", ".join(one.replace(",", "") for one in keywords(work))),
        "note": escaped(" ".join(notes(work))),
    }
    lines = [f"  {name} = {value if name == 'month' else '{' + value + '}'}" for name, value in fields.items() if value]
    return f"@{type_}{{{citation_key(work)},\n" + ",\n".join(lines) + "\n}\n"


def _author(name: str) -> str:
    return f"{{{escaped(name)}}}" if is_body(name) else escaped(author_name(name))


def escaped(text: str | None) -> str:
    """On one line, with the characters that mean something to TeX written so that they are printed."""
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join((text or "").split()))


def _plain(text: str | None) -> str:
    """An identifier or address as it is, but for braces, which would end the value."""
    return "".join((text or "").split()).replace("{", "%7B").replace("}", "%7D")
