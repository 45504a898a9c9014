"""Which of the values seen for a field is the right one: an order of trust, with all competing values kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from evidence.records import VALUE_SOURCES, Provenance
from extract.assembly import Layout
from extract.blocks import Reading
from extract.clean_text import clean
from extract.identifiers import doi_in, normal_isbn, normal_issn
from extract.metadata.bylines import authors_of
from extract.metadata.dates import dates_in, normal_date
from extract.metadata.imprint import Imprint, imprint_of
from extract.metadata.people import bare_name, is_organisation, leading_body, turned
from extract.metadata.publishers import back_cover, bodies_by_domain, journals_cited, most_named
from extract.metadata.title_page import Candidate, TitlePage, read_title_page, similarity, testimony
from extract.metadata.words import words

_DECLARED = ("record", "selector", "json_ld", "meta_tag", "front_matter")
"""Sources that somebody filled in on purpose for this publication."""
_FILE_PROPERTIES = ("docinfo", "core_properties")
_SINGLE = ("subtitle", "doi", "isbn", "issn", "report_number", "language")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The chosen values; ``provenance`` holds them and their rivals, the chosen first within each field."""

    title: str | None = None
    title_source: str | None = None
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    publisher: str | None = None
    doi: str | None = None
    isbn: str | None = None
    issn: str | None = None
    report_number: str | None = None
    language: str | None = None
    provenance: tuple[Provenance, ...] = ()


def choose(reading: Reading, layout: Layout, name: str, link_text: str | None) -> Metadata:
    """Title, authors, dates and identifiers with where each came from."""
    seen = [value for value in reading.seen if value.value and value.source in VALUE_SOURCES]
    imprint = imprint_of(layout, reading.running) if layout.placed else Imprint((), ())
    witnesses = _witnesses(seen, imprint, layout, name, link_text)
    page = read_title_page(layout, witnesses, reading.running) if layout.placed else TitlePage()
    if reading.media_type == "text/html":
        page = replace(page, candidates=tuple(one for one in page.candidates if _heads_page(one.title, layout)))
    titles, subtitle = _titles(seen, imprint, reading, page, witnesses, name, link_text)
    title = titles[0] if titles else None
    groups = _authors(seen, imprint, reading, layout, title)
    by_field: dict[str, list[Provenance]] = {"title": titles, "authors": [value for group in groups for value in group]}
    by_field["publisher"] = _publishers(seen, imprint, layout, page, reading.running)
    by_field["published"] = _dates(seen, imprint)
    for field in _SINGLE:
        by_field[field] = _single(field, seen, imprint)
    if subtitle and not by_field["subtitle"]:
        by_field["subtitle"] = [Provenance("subtitle", subtitle, title.source if title else "first_page")]
    if title is not None:
        completed = _with_publisher(_longest_generic(title.value, titles), by_field["publisher"])
        if completed != title.value:
            titles.insert(0, Provenance("title", completed, title.source))
    authors = tuple(dict.fromkeys(value.value for value in groups[0])) if groups else ()

    def first(field: str) -> str | None:
        return by_field[field][0].value if by_field[field] else None

    return Metadata(
        title=first("title"),
        title_source=titles[0].source if titles else None,
        subtitle=first("subtitle"),
        authors=authors,
        published=first("published"),
        publisher=first("publisher"),
        doi=first("doi"),
        isbn=first("isbn"),
        issn=first("issn"),
        report_number=first("report_number"),
        language=first("language"),
        provenance=tuple(dict.fromkeys(value for values in by_field.values() for value in values)),
    )


def is_junk_title(value: str) -> bool:
    """Whether a title property was written by a program, not a person."""
    return words().junk_titles.fullmatch(value.strip()) is not None


def title_from_name(name: str) -> str | None:
    """A file name as words: extension, numbering, version and copy marks taken away."""
    base = unquote(name.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1])
    base = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", base)
    base = re.sub(r"[_+]+|(?<=\w)-(?=\w)|%20", " ", base)
    base = re.sub(
        r"(?i)^(?:section|appendix|annex|item|paper|no)?\s*[\d.]+[a-z]?\s+(?=\D)|\b(?:final|draft|copy|web|print|"
        r"low ?res|v\d+(?:\.\d+)*|clean|report|version|finalreport)\b\.?|\(\d+\)|\b\d{6,8}\b",
        " ",
        base,
    )
    base = clean(base).strip(" -.,")
    return base if len(re.findall(r"[^\W\d_]{3,}", base)) >= 2 else None


_LABELLED = re.compile(r"(?im)^(?:(?:project|report|paper|document|study|full) )?title ?:\s*(\S.{8,200})$")


def _named(name: str, link_text: str | None) -> list[tuple[str, str]]:
    """Titles that the link and the file's name suggest, with their sources."""
    link = clean(
        re.sub(
            r"(?i)\b(?:download|read|view|pdf|the|full|report|here|open|click)\b|[\[(][^\])]*(?:kb|mb|pdf)[^\])]*[\])]",
            " ",
            link_text or "",
        )
    )
    found = ((link, "link_text"), (title_from_name(name) if name else None, "file_name"))
    return [(text, source) for text, source in found if text and len(text.split()) > 1]


def _witnesses(
    seen: list[Provenance], imprint: Imprint, layout: Layout, name: str, link_text: str | None
) -> list[tuple[str, float]]:
    """What else names the document, with how far it is trusted to tell candidates apart."""
    found = [
        (value.value, 1.6)
        for value in seen
        if value.field == "title" and value.source in _FILE_PROPERTIES and not is_junk_title(value.value)
    ]
    found += [(value.value, 2.2) for value in imprint.stated if value.field == "title"][:2]
    found += [(text, 1.6) for text, _ in _named(name, link_text)]
    labelled = _LABELLED.search(layout.text[:6000])
    if labelled:
        found.append((labelled.group(1), 3.0))
    return found


def _titles(
    seen: list[Provenance],
    imprint: Imprint,
    reading: Reading,
    page: TitlePage,
    witnesses: list[tuple[str, float]],
    name: str,
    link_text: str | None,
) -> tuple[list[Provenance], str | None]:
    told = [value for value in seen if value.field == "title"]
    declared = [value for value in told if not is_junk_title(value.value) or _told_twice(value, told)]
    properties = [value for value in declared if value.source in _FILE_PROPERTIES]
    cited = [value for value in imprint.stated if value.field == "title"]
    candidates = page.candidates
    best = candidates[0] if candidates else None
    printed = [
        Provenance("title", candidate.title, "first_page" if reading.media_type != "text/html" else "heading")
        for candidate in candidates[:3]
        if candidate.score > 1.0
    ]
    running = _running_titles(reading, witnesses, best)
    named = [Provenance("title", text, source) for text, source in _named(name, link_text)]
    trusted = [value for value in declared if value.source not in _FILE_PROPERTIES]
    first_page, subtitle = _printed(best, cited, properties, printed)
    if reading.media_type == "text/html" or any(value.source in _DECLARED for value in trusted):
        ranked = [*_page_titles(trusted), *printed, *properties, *cited, *named]
        subtitle = None
    elif running and running[0][1] > (best.score if best else 0.0):
        ranked = [running[0][0], *first_page, *properties, *cited, *trusted, *named]
        subtitle = None
    elif best is None or best.score < 2.2:
        ranked = [*properties, *cited, *first_page, *trusted, *(value for value, _ in running), *named]
        subtitle = subtitle if not (properties or cited) else None
    else:
        ranked = [*first_page, *properties, *cited, *trusted, *(value for value, _ in running), *named]
    return list(dict.fromkeys(ranked)), subtitle


def _heads_page(title: str, layout: Layout) -> bool:
    """Whether a web page's line stands over its text: a high heading, or what comes first. Pages without a head (fragments that a script
    puts into others) have subheadings and introductions to lists that look like titles."""
    key = re.sub(r"\W+", "", title.casefold())
    first = layout.placed[0].block
    heads = [item.block.text for item in layout.placed if item.block.kind == "heading" and item.block.level <= 2]
    if first.kind == "heading" or not first.text.rstrip().endswith((".", ":", ";")) or (first.text.endswith(":") and len(first.text.split()) <= 12):
        heads.append(first.text)
    return any(key in head or head in key for head in (re.sub(r"\W+", "", text.casefold()) for text in heads) if head)


def _told_twice(value: Provenance, titles: list[Provenance]) -> bool:
    """Whether a page gives a title twice, in different places: then it is called so, however short or odd it is ("Hub", "Test")."""
    sources = {title.source for title in titles if title.value == value.value and title.source not in _FILE_PROPERTIES}
    return len(sources) > 1


def _printed(
    best: Candidate | None, cited: list[Provenance], properties: list[Provenance], printed: list[Provenance]
) -> tuple[list[Provenance], str | None]:
    """The printed title, with its subtitle joined on, and completed where the citation or docinfo gives it longer."""
    if best is None:
        return [], None
    title = best.title
    full = f"{title}: {best.subtitle}" if best.subtitle else title
    if best.subtitle and re.match(r"[(–—-]|and\b|of\b|for\b", best.subtitle):
        full = f"{title} {best.subtitle}"
    for value in (*cited, *properties):
        key, longer = (re.sub(r"\W+", "", text.casefold()) for text in (title, value.value))
        if key and longer.startswith(key) and len(key) >= 12 and len(longer) > len(key) and len(value.value) < 250:
            return [Provenance("title", value.value, value.source), *printed], value.value[len(title) :].strip(" :–—-") or None
        if key and key == longer:
            # The citation says that there is no subtitle.
            return [Provenance("title", title, "first_page"), *printed[1:]], None
    return [Provenance("title", full, "first_page"), *printed], best.subtitle


def _running_titles(
    reading: Reading, witnesses: list[tuple[str, float]], best: Candidate | None
) -> list[tuple[Provenance, float]]:
    """Running headers that may be the title, scored like lines of the first page: one header alone on every page mostly is it."""
    kept: list[str] = []
    for text in reading.running[:6]:
        bare = re.sub(r"(?i)^(?:page\s)?\d{1,3}[^\w(‘“]+|[^\w?)’”]+(?:page[^\w]+)?\d{1,3}[^\w?)’”]*$", "", text)
        if (
            words().document_kinds.fullmatch(bare)
            or "et al" in text
            or re.search(r"(?i)research briefing|^page\b|^document title", bare)
        ):
            continue
        if (
            2 <= len(bare.split()) <= 25
            and not is_organisation(bare)
            and not re.search(r"https?:|www\.|@|©|^\d", bare)
            and not words().series.fullmatch(bare)
            and not dates_in(bare)
        ):
            kept.append(bare)
    scored = []
    for bare in kept:
        alone = len(kept) == 1 and reading.media_type.startswith("text/") and (best is None or similarity(bare, best.title) < 0.5)
        score = 2.2 + 0.6 * (len(bare.split()) > 2) + 2.4 * alone + testimony(bare, witnesses)
        scored.append((Provenance("title", bare, "running_header"), score))
    return sorted(scored, key=lambda pair: -pair[1])


def _page_titles(values: list[Provenance]) -> list[Provenance]:
    """A page's own titles: where most agree, the one that agrees best with the others, in the order of trust."""
    told = [value for value in values if value.source in ("record", "selector")]
    values = [value for value in values if value not in told]
    if len(values) < 3:
        return [*told, *values]
    support = [sum(similarity(value.value, other.value) for other in values) for value in values]
    best = max(support)
    agreeing = [value for value, amount in zip(values, support, strict=True) if amount >= 0.8 * best]
    return [*told, *agreeing, *(value for value in values if value not in agreeing)]


def _longest_generic(title: str, titles: list[Provenance]) -> str:
    """ "Annual report" with the period that a rival adds to the same words."""
    if not _GENERIC.fullmatch(title.strip()):
        return title
    return max(
        (
            value.value
            for value in titles
            if _GENERIC.fullmatch(value.value.strip()) and value.value.casefold().startswith(title.casefold())
        ),
        key=len,
        default=title,
    )


def _with_publisher(title: str, publishers: list[Provenance]) -> str:
    """ "Annual Report 2024" names nothing without its body: the publisher goes before it."""
    return f"{publishers[0].value} {title}" if publishers and _GENERIC.fullmatch(title.strip()) else title


_GENERIC = re.compile(
    r"(?i)(?:the )?(?:annual (?:report|review)(?: (?:and|&) (?:summary )?(?:financial )?accounts?)?|"
    r"annual accounts|accounts|quality accounts?|board (?:papers|meeting)|strategic plan|corporate plan|"
    r"business plan|staff survey)[\W\d]*(?:(?:\w+ )?\d{4}[\W\d]*(?:to|–|-)?[\W\d]*(?:\w+ )?(?:\d{4})?)?"
)


def _authors(
    seen: list[Provenance], imprint: Imprint, reading: Reading, layout: Layout, title: Provenance | None
) -> list[list[Provenance]]:
    """Lists of authors, the most trusted list first: names of different lists are rivals, not colleagues."""
    declared: list[Provenance] = []
    for value in seen:
        if value.field == "authors":
            for name in [value.value] if value.source == "record" else _split_names(value.value):
                if name and not words().junk_authors.fullmatch(name) and (not title or similarity(name, title.value) < 0.9):
                    declared.append(Provenance("authors", name, value.source))
    trusted = [[value for value in declared if value.source == source] for source in _DECLARED]
    printed = (
        []
        if reading.media_type == "text/html" and any(trusted)
        else authors_of(layout, reading.running, title.value if title else None)
    )
    cited = [Provenance("authors", turned(value.value), value.source) for value in imprint.stated if value.field == "authors"]
    bylines = [value for value in declared if value.source not in (*_DECLARED, *_FILE_PROPERTIES)]
    # File properties name whoever pressed "save": believed only where the first pages print the same name.
    properties = [value for value in declared if value.source in _FILE_PROPERTIES and _prints(layout, value.value)]
    return [group for group in (*trusted, printed, bylines, properties, cited) if group]


def _prints(layout: Layout, name: str) -> bool:
    head = " ".join(page.text for page in layout.pages[:2])[:6000]
    return name.casefold() in head.casefold()


def _split_names(value: str) -> list[str]:
    value = re.sub(r"(?i)^by\s+", "", value)
    parts = re.split(r"\s*;\s*|\s+and\s+(?=[A-Z])|\s+&\s+(?=[A-Z])", value) if not is_organisation(value) else [value]
    names = []
    for part in parts:
        commas = [piece.strip() for piece in part.split(",")]
        if len(commas) == 2 and len(commas[0].split()) == 1 and not is_organisation(part):
            names.append(turned(part))
        elif len(commas) > 1 and all(1 < len(piece.split()) <= 4 for piece in commas):
            names.extend(commas)
        else:
            names.append(part)
    return [name if is_organisation(name) else bare_name(name) for name in names]


def _publishers(
    seen: list[Provenance], imprint: Imprint, layout: Layout, page: TitlePage, running: tuple[str, ...]
) -> list[Provenance]:
    declared = [value for value in seen if value.field == "publisher"]
    trusted = [value for value in declared if value.source in _DECLARED]
    stated = [value for value in imprint.stated if value.field == "publisher"]
    loose = [value for value in imprint.loose if value.field == "publisher"]
    front = (
        [
            Provenance("publisher", text, "first_page")
            for item in layout.placed[:25]
            if item.page <= layout.placed[0].page and item.block.kind in ("heading", "body")
            for line in [" ".join(item.block.text.split())]
            for text in [leading_body(line) or _WITH_OTHERS.split(line, maxsplit=1)[0]]
            if is_organisation(text) and len(text) < 100
        ]
        if layout.placed
        else []
    )
    bodies = [Provenance("publisher", one.title, "first_page") for one in page.candidates if is_organisation(one.title)]
    front = [*bodies, *(value for value in front if not any(value.value in body.value for body in bodies))]
    issued = [Provenance("publisher", text, "first_page") for text in (page.journal, page.issuer) if text]
    cited = [Provenance("publisher", text, "running_header") for text in journals_cited(running, layout)]
    named = (*bodies_by_domain(layout, running), *most_named(layout), *back_cover(layout))
    known = [Provenance("publisher", text, "text") for text in named]
    return list(
        dict.fromkeys(
            [
                *trusted,
                *cited[:1],
                *issued,
                *stated,
                *front,
                *loose,
                *known,
                *(value for value in declared if value.source not in _DECLARED),
            ]
        )
    )


_WITH_OTHERS = re.compile(r",?\s(?:in (?:partnership|collaboration|association) with|together with|on behalf of|working with)\s")


def _dates(seen: list[Provenance], imprint: Imprint) -> list[Provenance]:
    declared = [
        Provenance("published", iso, value.source)
        for value in seen
        if value.field == "published" and (iso := normal_date(value.value))
    ]
    trusted = [value for value in declared if value.source in (*_DECLARED, "text")]
    # A file's creation is near its publication in time, so the year is worth having, and no more than the year is true.
    properties = [
        Provenance("published", value.value[:4], value.source) for value in declared if value.source in _FILE_PROPERTIES
    ]
    guesses = [value for value in declared if value.source == "date_guess"]
    stated = [value for value in imprint.stated if value.field == "published"]
    loose = [value for value in imprint.loose if value.field == "published"]
    precise = [value for value in stated if len(value.value) > 4]
    merely_year = [value for value in stated if len(value.value) == 4]
    return list(
        dict.fromkeys(
            [*trusted, *precise, *(guesses if trusted else []), *_refined(merely_year, loose), *loose, *guesses, *properties]
        )
    )


def _refined(years: list[Provenance], loose: list[Provenance]) -> list[Provenance]:
    """A year from a citation, or the precise date of that year that the title page prints."""
    refined = [
        next((date for date in loose if len(date.value) > 4 and date.value.startswith(year.value)), year) for year in years
    ]
    return list(dict.fromkeys([*refined, *years]))


def _single(field: str, seen: list[Provenance], imprint: Imprint) -> list[Provenance]:
    found = []
    for value in (*seen, *imprint.stated):
        if value.field == field and value.source not in _FILE_PROPERTIES:
            normal: str | None = value.value
            if field == "doi":
                normal = doi_in(value.value)
            elif field == "isbn" and value.source != "colophon":
                normal = normal_isbn(value.value)
            elif field == "issn":
                normal = normal_issn(value.value)
            if normal:
                found.append(Provenance(field, normal, value.source))
    return list(dict.fromkeys(found))
