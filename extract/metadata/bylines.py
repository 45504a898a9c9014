"""Authors as documents print them: under the title, after "written by", below a heading "Authors", in the footer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.records import Provenance
from extract.assembly import Layout, Placed
from extract.metadata.dates import dates_in
from extract.metadata.people import bare_name, common_words, is_organisation, is_person, names_in
from extract.metadata.words import words
from extract.triggers import triggers

_THANKS = re.compile(
    r"(?i)acknowledg|thank|grateful|foreword|steering|advisory|peer review|funded|designed|photograph|editor(?:ial)? assist"
)
_SAYS_WRITTEN = re.compile(
    r"(?i)\bthis (?:report|paper|document|briefing|guide|review|article|study|publication|strategy|plan|"
    r"toolkit) (?:was|has been|is) (?:written|prepared|authored|compiled) by\b"
)
_HEAD_BLOCKS = 45
_CUE_REACH = 400
"""Characters into a paragraph within which "written by" speaks of the document."""


def authors_of(layout: Layout, running: tuple[str, ...], title: str | None) -> list[Provenance]:
    """Authors of the best place that names any; people who are thanked are never authors."""
    common = common_words(layout.text[:400_000])
    for source, found in (
        ("first_page", _under_title(layout.placed, title, common)),
        ("colophon", _after_cue(layout.placed[:_HEAD_BLOCKS], common)),
        ("colophon", _after_cue(layout.placed, common, _SAYS_WRITTEN)),
        ("running_header", _in_running(running, common)),
        ("colophon", _below_heading(layout.placed, common)),
    ):
        names = list(dict.fromkeys(found))
        if names:
            return [Provenance("authors", name, source) for name in names]
    return []


def _under_title(placed: tuple[Placed, ...], title: str | None, common: frozenset[str]) -> Iterator[str]:
    """Lines of nothing but names on the title page, after the title and before the text."""
    key = re.sub(r"\W+", "", (title or "").casefold())
    starts = []
    for index, item in enumerate(placed[:25]):
        text = re.sub(r"\W+", "", item.block.text.casefold())
        if key and (text in key or key in text) and len(text) > 5:
            starts.append(index + 1)
    # A title may be printed twice, on the cover and inside; a title split over blocks is followed by its own rest.
    for start in starts or [0]:
        names = list(_names_from(placed, start, common))
        if names:
            yield from names
            return


def _names_from(placed: tuple[Placed, ...], at: int, common: frozenset[str]) -> Iterator[str]:
    found = False
    strangers = 0
    patience = 8 if any(item.block.size for item in placed[:5]) else 3
    for item in placed[at : at + 22]:
        text = item.block.text
        if item.page > placed[0].page + 1 or item.block.kind not in ("heading", "body", "list") or len(text.split()) > 120:
            if found or len(text.split()) > 120:
                return
            continue
        if (words().section_names.fullmatch(text.strip(" :.")) and found) or _THANKS.match(text):
            return
        cue = re.match(r"(?i)by:?\s+(?=[A-Z])", text) or words().author_cues.match(text)
        names = _best_list(item, cue.end() if cue else 0, common, lenient=cue is not None)
        if names:
            found = True
            strangers = 0
            yield from names
        elif any(char.isalpha() for char in text):
            strangers += 1
            if (found and strangers > 1) or strangers > patience:
                return


def _best_list(item: Placed, start: int, common: frozenset[str], lenient: bool) -> list[str]:
    """Names read as running text, or line by line as printed, whichever finds more."""
    text = item.block.text
    running = _list_of_names(text[start:], common, lenient)
    printed = "\n".join(text[max(start, line.start) : line.end] for line in item.block.lines if line.end > start)
    by_line = _list_of_names(printed, common, lenient) if "\n" in printed else []
    return by_line if len(by_line) > len(running) else running


def _list_of_names(text: str, common: frozenset[str], lenient: bool = False) -> list[str]:
    dated = dates_in(text) if len(text) < 1500 else []
    if dated:
        text = text[dated[-1][1] :] if dated[-1][0] < 5 else text[: dated[0][0]]
    text = text.strip(" |,;:")
    if (
        not text
        or len(text) > 900
        or max(map(len, text.split())) > 80
        or is_organisation(text)
        or re.search(r"[a-z]\.\s+[A-Z][a-z]+ [a-z]+ [a-z]+", text)
    ):
        return []
    names = names_in(text, common)
    letters = sum(map(len, names))
    # A list of names is made of names: people with their affiliations beside them pass when each piece begins with one.
    share = letters / max(1, len(re.sub(r"[\W\d_]+", "", text)) + len(names))
    lines = [line for line in re.split(r"\n|;", text) if line.strip()]
    each = all(is_person(bare_name(re.split(r",| [–—-] ", line)[0]), common) for line in lines)
    return names if names and (share > 0.6 or lenient or (each and share > 0.25)) else []


def _after_cue(placed: tuple[Placed, ...], common: frozenset[str], cues: re.Pattern[str] | None = None) -> Iterator[str]:
    cues = cues or words().author_cues
    needed, thanked = triggers(cues) or ("",), False
    for item in placed:
        text = item.block.text
        if item.block.kind == "heading":
            thanked = _THANKS.search(text) is not None and "author" not in text.lower()
        if item.block.kind in ("reference", "table", "caption") or len(text) > 3000:
            continue
        if not any(map(text[: _CUE_REACH + 100].lower().__contains__, needed)):
            continue
        for match in cues.finditer(text, 0, _CUE_REACH + 100):
            if (match.start() > 0 and text[match.start() - 1].isalnum()) or match.start() > _CUE_REACH:
                continue
            stretch = re.split(
                r"(?<=[^\W\d_A-Z]{2})\.\s|\.$|(?i:\b(?:from|at|for|on behalf|in collaboration|with support|using|based on|and is|who|it is)\b)|\n\n",
                text[match.end() : match.end() + 400].strip(" :"),
            )[0]
            stretch = re.sub(
                r",\s*(?:[A-Z][\w/&’'-]*\s?){1,8}(?:Officer|Adviser|Advisor|Analyst|Director|Manager|Fellow|Lead|Professor|"
                r"Lecturer|Researcher|Economist|Head|Chief|Consultant|Specialist|Executive|Secretary|Editor)\b[^,;]*",
                "",
                stretch,
            )
            names = names_in(stretch, common)
            if names:
                yield from names
                return
            body = stretch.split(",")[0].strip(" .")
            if (
                not thanked
                and is_organisation(body)
                and len(stretch) < 120
                and len(text) < 200
                and match.group(0).strip().lower().endswith("by")
            ):
                yield body
                return


def _below_heading(placed: tuple[Placed, ...], common: frozenset[str]) -> Iterator[str]:
    for index, item in enumerate(placed):
        text = item.block.text.strip()
        match = words().author_headings.match(text) if len(text) < 400 else None
        if not match or item.block.kind in ("reference", "boilerplate", "table") or (text.lower() == "by" and index > 20):
            continue
        rest = text[match.end() :].strip()
        if rest and not text[: match.end()].rstrip().endswith((":", "\n")) and match.group(0) == match.group(0).lower():
            continue
        taken = list(_first_names(rest, common)) if rest else []
        for below in placed[index + 1 : index + 16]:
            if (
                (below.block.kind == "heading" and not _first_names(below.block.text, common))
                or below.block.kind in ("reference", "table")
                or _THANKS.match(below.block.text)
                or re.match(r"(?i)editors?\b|contents\b", below.block.text)
            ):
                break
            names = _first_names(_printed(below), common)
            if not names and taken and len(below.block.text.split()) > 12:
                break
            taken.extend(names)
        if taken:
            yield from taken
            return


def _printed(item: Placed) -> str:
    """A block's text with the line breaks of the page, where they are known."""
    return "\n".join(item.block.text[line.start : line.end] for line in item.block.lines) or item.block.text


def _first_names(text: str, common: frozenset[str]) -> list[str]:
    """Names in a block of "Name, role, institution" entries: one a line or sentence, or a plain list."""
    plain = _list_of_names(text, common)
    if plain:
        return plain
    found = []
    for entry in re.split(r"\n|;|(?<=[a-z)]{3})\.\s", text[:3000]):
        first = bare_name(re.split(r"[,:(–—]| - | is (?:a|an|the)\b", entry.strip(), maxsplit=1)[0])
        if is_person(first, common):
            found.append(first)
            # "Name, role, institution Name – role": entries run together keep only their dashes.
            found.extend(
                name
                for name in re.findall(r"\)\s+((?:[A-Z][\w'’-]+\s){1,2}[A-Z][\w'’-]+)\s[–—-]\s", entry)
                if is_person(name, common)
            )
    return found


def _in_running(running: tuple[str, ...], common: frozenset[str]) -> Iterator[str]:
    """Names in a footer that carries a date, beside it or in a line of their own."""
    if any(
        dates_in(text)
        or re.search(r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", text)
        for text in running
    ):
        for text in running:
            yield from _list_of_names(re.sub(r"\W+\d+\W*(?:\|.*)?$", "", text), common)
