"""What imprints print: the suggested citation, who published, when, under which numbers; and dates on the first page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.records import Provenance
from extract.assembly import Layout, Placed
from extract.identifiers import doi_in, isbn_in, issn_in, report_number_in
from extract.metadata.dates import dates_in
from extract.metadata.people import is_organisation
from extract.metadata.words import words
from extract.references import parse

_CITATION = re.compile(
    r"(?:(?:suggested|recommended|preferred|following|proposed)\s+(?:form of )?(?:citation|reference|"
    r"quotation)(?:\s+is)?|(?:please|to|how to|should be|is to be)\s+(?:be\s+)?cite[ds]?(?:\s+(?:this|"
    r"the)\s+[\w ]{3,40}?)?(?:\s+as)?"
    r"|cite\s+(?:this\s+[\w ]{3,30}\s+)?as|^citation|citation for this [\w ]{3,20}|"
    r"when citing this [\w ]{3,20}[^:]{0,60})\s*(?::|\.\s|\n|(?=[A-Z][\w’'-]+ [A-Z]{1,3}[,.]))\s*",
    re.I | re.M,
)
_PUBLISHED_ON = re.compile(
    r"(?:^|(?<=\f)|(?<=[|•])\s?|(?:paper|report|document|guidance|guideline|article|briefing|edition|version|"
    r"review|strategy|plan) (?:was |is )|\bfirst )(?:(?:date )?(?:first )?published(?: online| on| in|"
    r" at)?(?: by[^.\n]{3,80}?(?:,| in| on))?|"
    r"publication date|date of (?:publication|issue|report)|issued?(?: on| date| in)?|(?:report )?date(?= ?:))\s*[:,–-]?\s*",
    re.I | re.M,
)
_CITED_WORD = re.compile(r"\bcit(?:e|ing|ation)|quotation|reference")
_PUBLISHED_WORD = re.compile(r"publi|issue|date")
_NOT_PUBLISHED = re.compile(
    r"(?:updated|modified|reviewed|review date|next review|accessed|received|accepted|revised|printed|amended|"
    r"effective|expires?|decision|meeting|since|from|between|until|by|to|of|in|before|after|during|period|year|"
    r"data|april .{0,12}to)\W*(?:\w+\W+){0,1}$",
    re.I,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)\s|"
    r"copyright)\s*(?:copyright\s*)?(?:(?P<before>[A-Z][^©\n\d]{2,80}?)[,.]?\s+)?(?P<year>(?:19[5-9]|"
    r"20[0-4])\d)(?:\s?[–-]\s?(?P<last>20[0-4]\d))?[\s,.:]*(?P<after>(?:the\s)?[A-Z][^.©\n]{2,90})?",
    re.I,
)
_VOLUME = re.compile(
    r"(?:\(((?:19|20)\d\d)\)\s*\d{1,3}\s*[:(]\s*[\de]|\b((?:19|20)\d\d)\s*;\s*\d{1,3}\s*[:(]|"
    r"\bVol(?:ume)?\.?\s*\d{1,3},?\s*(?:No|Issue)?\.?\s*\d{0,3},?\s*\(?\w*\s?((?:19|20)\d\d)\)?)"
)
_MOST_HEAD = 8000


@dataclass(frozen=True, slots=True)
class Imprint:
    """Values by how much an imprint can be trusted for them: those printed as such, and dates that merely stand alone."""

    stated: tuple[Provenance, ...]
    loose: tuple[Provenance, ...]


def imprint_of(layout: Layout, running: tuple[str, ...]) -> Imprint:
    """Reads the first pages and the last page."""
    head, tail = _head(layout), _tail(layout)
    stated: list[Provenance] = [*_cited(head), *_cited(tail)]
    stated.extend(_published(head, [item for item in layout.placed if item.block.kind == "footnote" and item.start < len(head)]))
    stated.extend(_control_dates(layout))
    stated.extend(_publishers(head))
    stated.extend(_publishers(tail))
    loose = [
        *_title_page_dates(layout, precise=True),
        *_running_dates(running),
        *_volume_years(head),
        *_copyrights(head),
        *_title_page_dates(layout, precise=False),
        *_last_page_dates(layout),
        *_copyrights(tail),
    ]
    stated.extend(_identifiers(head, tail))
    return Imprint(tuple(stated), tuple(loose))


def _head(layout: Layout) -> str:
    text = "\f".join(page.text for page in layout.pages[:4])
    return text[:_MOST_HEAD]


def _tail(layout: Layout) -> str:
    return layout.pages[-1].text[-3000:] if len(layout.text) > _MOST_HEAD else ""


def _cited(text: str) -> Iterator[Provenance]:
    for match in _CITATION.finditer(text) if _CITED_WORD.search(text.lower()) else ():
        entry = " ".join(text[match.end() : match.end() + 450].split("\n\n\n")[0].split())
        authors, year, title, doi, _ = parse(entry)
        if not year or not (title or authors):
            continue
        if title and len(title.split()) >= 2:
            yield Provenance("title", title, "colophon")
        for author in authors:
            yield Provenance("authors", author, "colophon")
        yield Provenance("published", str(year), "colophon")
        if doi:
            yield Provenance("doi", doi, "colophon")
        if title and (
            place := re.search(
                r"\b[A-Z][a-z]+(?:,? [A-Z]{2}|, [A-Z][a-z]+)?\s?:\s([A-Z][^.;:(]{2,80})", entry[entry.find(title) + len(title) :]
            )
        ):
            yield Provenance("publisher", place.group(1).strip(" ,"), "colophon")


def _published(text: str, notes: list[Placed]) -> Iterator[Provenance]:
    """Dates that the text says it was published on. Notes say when what they cite was."""
    for match in _said_published(text):
        if any(note.start <= match.start() < note.end for note in notes):
            continue
        window = text[match.end() : match.end() + 40].split("\n\n")[0]
        found = dates_in(window)
        if found and found[0][0] <= 6 and not _NOT_PUBLISHED.search(text[max(0, match.start() - 24) : match.start()]):
            yield Provenance("published", found[0][2], "colophon")


def _said_published(text: str) -> Iterator[re.Match[str]]:
    """Matches of ``_PUBLISHED_ON``, looked for only in lines with a word that it needs (a tenth of the time)."""
    done = 0
    for word in _PUBLISHED_WORD.finditer(text.lower()):
        if word.start() < done:
            continue
        start, end = text.rfind("\n", 0, word.start()) + 1, text.find("\n", word.start())
        end = len(text) if end < 0 else end
        while end < len(text) and text[end].isspace():
            end += 1
        done = end
        yield from _PUBLISHED_ON.finditer(text, start, end)


_CONTROL_DATE = re.compile(
    r"(?:date (?:of )?(?:publication|published|issued?|issue|ratified|ratification|approved|approval)|"
    r"(?:publication|issue|approval|ratification) date|(?:published|issued|approved|ratified)(?: on| date)?)\s*:?", re.I,
)


def _control_dates(layout: Layout) -> Iterator[Provenance]:
    """Dates in the table with which policies and guidelines tell who approved them, on one of the first pages or the last two."""
    first, last = layout.placed[0].page + 2, layout.placed[-1].page - 1
    for item in layout.placed:
        if item.block.kind != "table" or first < item.page < last:
            continue
        for row in item.block.text.split("\n"):
            label, _, value = row.partition("\t")
            found = dates_in(value) if len(value) < 60 and _CONTROL_DATE.fullmatch(label.strip()) else []
            if found and found[0][0] <= 6:
                yield Provenance("published", found[0][2], "colophon")


def _publishers(text: str) -> Iterator[Provenance]:
    for match in re.finditer(rf"(?:{words().publisher_cues.pattern})\s+", text, re.I):
        name = re.split(
            r"[.;\n\f]|,\s(?=\d|[A-Z][a-z]+,?\s(?:19|20)|(?:January|February|March|April|May|June|July|August|"
            r"September|October|November|December))|\s(?:in|on|at|as|for)\s(?=\d|[A-Z][a-z]+ \d|behalf|the\b)|"
            r",? and in\b",
            text[match.end() : match.end() + 160],
        )[0]
        name = re.sub(r"^the\s+", "", name.strip(" ,:"), flags=re.I)
        if (
            2 < len(name) <= 110
            and name[0].isupper()
            and (is_organisation(re.sub(r"[(),]", " ", name)) or len(name.split()) <= 6)
        ):
            yield Provenance("publisher", re.split(r",\s(?=[A-Z][a-z]+(?:\s[A-Z][a-z]+)?,)", name)[0], "colophon")


def _copyrights(text: str) -> Iterator[Provenance]:
    for match in _COPYRIGHT.finditer(text):
        yield Provenance("published", match.group("last") or match.group("year"), "colophon")
        for name in (match.group("before"), match.group("after")):
            name = re.sub(r"^(?:the\s+)?(?=[A-Z])", "", (name or "").strip(" ,.:"), flags=0)
            name = re.split(r"\s(?:All rights|This|Published|Registered|Subject|Reproduced|Licensed|Open Access|and )", name)[
                0
            ].strip(" ,.;:")
            if (
                2 <= len(name) <= 90
                and is_organisation(name)
                and not re.match(r"(?i)crown|the authors?|authors?|author\(s\)|all\b", name)
            ):
                yield Provenance("publisher", name, "colophon")


def _volume_years(text: str) -> Iterator[Provenance]:
    for match in _VOLUME.finditer(text[:2500]):
        yield Provenance("published", next(group for group in match.groups() if group), "first_page")


def _front(layout: Layout) -> list[Placed]:
    """Blocks of the title page: up to the first real paragraph, at most a page and a bit."""
    front: list[Placed] = []
    contents = False
    for item in layout.placed[:40]:
        if item.page > layout.placed[0].page + 1 or (contents and item.page > layout.placed[0].page):
            break
        contents = contents or (
            words().section_names.fullmatch(item.block.text.strip(" :.")) is not None and "content" in item.block.text.lower()
        )
        if item.block.kind == "body" and len(item.block.text.split()) > 60 and len(front) > 2:
            break
        front.append(item)
    return front


def _title_page_dates(layout: Layout, precise: bool) -> Iterator[Provenance]:
    """Dates that stand alone, or at the end of a short line, on the title page: "February 2020", "Version 3, 8 February 2023".

    ``precise`` asks for those with a month. A date that opens or closes a period ("1 April 2024 to 31 March 2025") is none of publication.
    """
    front = _front(layout)
    for at, item in enumerate(front):
        text = item.block.text
        following = front[at + 1].block.text if at + 1 < len(front) else ""
        if item.block.kind in ("table", "reference", "footnote") or len(text) > 300 or (item.page > layout.placed[0].page and not precise):
            continue
        for start, end, iso in dates_in(text):
            rest = f"{text[:start]} {text[end:]}"
            alone = len(rest.split()) <= 10 or (start <= 12 and len(text) < 200)
            ahead = f"{text[end:].strip()} {following}".strip()
            if (
                not alone
                or (len(iso) > 4) != precise
                or _NOT_PUBLISHED.search(text[:start])
                or re.match(r"(?:[–/-]|to\b)\s?(?:\d|[A-Z])", ahead)
                or (text.rfind("(", 0, start) > text.rfind(")", 0, start) and text.rstrip().endswith(":"))  # of what is quoted next
            ):
                continue
            if precise or (len(rest.split()) <= 6 and "©" not in text):
                yield Provenance("published", iso, "first_page")


def _running_dates(running: tuple[str, ...]) -> Iterator[Provenance]:
    for text in running:
        for _, _, iso in dates_in(text)[:1]:
            if len(iso) > 4:
                yield Provenance("published", iso, "running_header")


def _last_page_dates(layout: Layout) -> Iterator[Provenance]:
    for item in layout.placed[-8:]:
        if item.block.kind in ("reference", "table", "footnote"):
            continue
        text = item.block.text
        for start, end, iso in dates_in(text):
            if len(iso) > 4 and len(f"{text[:start]}{text[end:]}".split()) <= 14 and not _NOT_PUBLISHED.search(text[:start]):
                yield Provenance("published", iso, "colophon")


def _identifiers(head: str, tail: str) -> Iterator[Provenance]:
    if doi := doi_in(head[:3500]):
        yield Provenance("doi", doi, "first_page")
    for text in (head, tail):
        if isbn := isbn_in(text):
            yield Provenance("isbn", isbn, "colophon")
        if issn := issn_in(text):
            yield Provenance("issn", issn, "colophon")
    if number := report_number_in(head[:4000]):
        yield Provenance("report_number", number, "colophon")
