"""References as journal articles mark them (JATS ``mixed-citation``, ``element-citation`` and their older kin)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evidence.records import Reference
from extract.clean_text import clean
from extract.identifiers import doi_in
from extract.references import parse

_CITATIONS = ("mixed-citation", "element-citation", "citation", "nlm-citation")
_NAMES = ("name", "string-name", "collab")
_TITLES = ("article-title", "chapter-title", "data-title", "source")
_XLINK = "{http://www.w3.org/1999/xlink}href"
_INLINE = frozenset(("italic", "bold", "sup", "sub", "sc", "underline", "xref", "ext-link", "uri", "named-content", "styled-content"))
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def marked_references(reference: Any) -> list[Reference]:
    """The entries of one ``ref`` element (usually one; chemists and lawyers put several under one number).

    What is marked is taken as marked; what is not (a citation that is mere text) is read by the rules for printed entries.
    """
    label = _words(reference.find("label"))
    citations = [one for one in reference.iter(*_CITATIONS) if not any(above.tag in _CITATIONS for above in one.iterancestors())]
    if not citations:
        raw = _words(reference)
        return [_entry(raw, reference)] if raw else []
    if reference.find(".//citation-alternatives") is not None:
        # The same citation twice: one as printed, one for its parts.
        printed = next((one for one in citations if one.tag == "mixed-citation"), citations[0])
        return [_entry(clean(f"{label} {_printed(printed)}"), next((one for one in citations if one is not printed), printed))]
    texts = [_printed(one) for one in citations]
    return [
        _entry(clean(f"{label} {text}") if number == 0 else text, one)
        for number, (text, one) in enumerate(zip(texts, citations, strict=True))
        if text
    ]


def _entry(raw: str, citation: Any) -> Reference:
    authors, number, title, doi, url = parse(raw)
    marked = tuple(name for one in _authors(citation) if (name := _name(one)))
    year = _YEAR.search(_first(citation, "year"))
    marked_doi = next((_words(one) for one in citation.iter("pub-id") if one.get("pub-id-type") == "doi"), None)
    link = next((one.get(_XLINK) for one in citation.iter("ext-link", "uri") if one.get(_XLINK)), None)
    marked_title = _first(citation, *_TITLES)
    whole = not marked and not marked_title
    return Reference(
        raw,
        authors if whole else marked,
        int(year.group(0)) if year else number,
        title if whole else marked_title or None,
        (doi_in(f"doi:{marked_doi}") or marked_doi.lower()) if marked_doi else doi,
        link or url,
    )


def _printed(citation: Any) -> str:
    """An entry as one line. Mark-up that leaves the punctuation to the publisher's style gets plain full stops."""
    parts = [child for child in citation if isinstance(child.tag, str) and child.tag not in _INLINE]
    own = bool((citation.text or "").strip()) or sum(bool((child.tail or "").strip(" \n\t;,")) for child in parts) >= 2
    if own or len(parts) < 2:
        return _words(citation)
    authors = ", ".join(_name(one) for one in _authors(citation))
    told = [authors, *(_first(citation, name) for name in ("article-title", "chapter-title", "source", "publisher-loc", "publisher-name"))]
    where = "".join(
        f"{before}{text}"
        for name, before in (("year", ""), ("volume", ";"), ("issue", "/"), ("fpage", ":"), ("lpage", "-"))
        if (text := _first(citation, name))
    )
    doi = next((f"doi:{_words(one)}" for one in citation.iterfind("pub-id") if one.get("pub-id-type") == "doi"), "")
    link = next((_words(one) for one in citation.iter("ext-link", "uri")), "")
    told = [text if text.endswith(("?", "!")) else f"{text.rstrip('.')}." for text in (*told, where) if text]
    return clean(" ".join([*told, doi, link]))


def _authors(citation: Any) -> Iterator[Any]:
    """Names of authors; those of editors and translators only where there are no others."""
    names = [one for one in citation.iter(*_NAMES) if not any(above.tag in _NAMES for above in one.iterancestors())]
    own = [one for one in names if not any(above.get("person-group-type") in ("editor", "translator") for above in one.iterancestors())]
    return iter(own or names)


def _name(name: Any) -> str:
    surname = _words(name.find("surname"))
    return clean(f"{surname} {_words(name.find('given-names'))}") if surname else _words(name)


def _first(citation: Any, *names: str) -> str:
    return next((text for name in names for one in citation.iter(name) if (text := _words(one))), "")


def _words(element: Any) -> str:
    return "" if element is None else clean("".join(_pieces(element)))


def _pieces(element: Any) -> Iterator[str]:
    """Text, with a space where two marked parts touch (``<surname>Sample</surname><given-names>B</given-names>``)."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
            if not child.tail and child.tag not in _INLINE and child.getnext() is not None:
                yield " "
        yield child.tail or ""
