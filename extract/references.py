"""Reference lists: found, split into entries, and each entry read by rules for the styles that reports use.

Styles: Vancouver ("Smith AB, Jones C. Title. Journal 2020;1:2"), Harvard and APA ("Smith, A. (2020) Title. Place: Publisher"), and notes
("A Smith, 'Title', Publisher, 2020"). A part that no rule is sure of stays empty: a wrong title is worse than none.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from evidence.records import PAGE_BREAK, Reference
from extract.assembly import Layout, Placed
from extract.identifiers import doi_in
from extract.text_blocks import REFERENCE_HEADING

MOST_CHARS = 1500
_LABEL = re.compile(r"^\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)]?(?=\s+[^\W\d_a-z“‘'\"])|[•●▪\-–*]|\d{1,3}\.(?=[A-Z]))\s*")
_INNER_LABEL = re.compile(r"(?:(?<=\s)|^)(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+(?=[A-Z“‘'\"(])")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"”’|]{3,300}", re.I)
_YEAR = r"(?:1[89]\d\d|20[0-4]\d)"
_YEAR_IN_BRACKETS = re.compile(rf"[(\[](?:c\.?\s?)?({_YEAR})[a-z]?(?:[,;]?\s[^()\[\]]{{0,30}})?[)\]]")
_YEAR_BARE = re.compile(rf"(?<![\d/–-])({_YEAR})[a-z]?(?![\d/]|[–-]\d)")
_QUOTED = re.compile(r"[‘“\"']([^‘’“”\"]{8,300}?)[,.?!]?[’”\"'](?=[\s,.;:)]|$)")
_PERSON = r"[^\W\d_][\w'’‐‑\- ]{0,40}?\s[A-Z](?:[‐‑-]?[A-Z]){0,3}(?:\s?(?:Jr|III?))?"
_GROUP = (
    r"(?:,?\s+(?:for|on behalf of)\s[^.]{3,160}|(?:,?\s(?:and\s)?(?:the\s)?[A-Z][^.,]{2,80}\s(?:Group|Collaborat\w+|Investigators|Team|"
    r"Network|Consortium|Initiative|Committee)))"
)
_VANCOUVER = re.compile(
    rf"^((?:{_PERSON}(?:,\s*|\s+and\s+|\s*&\s*|;\s*)?)+(?:,?\s*et al)?{_GROUP}?"
    r"|(?:[^\W\d_][\w'’‐‑-]+,?\s){1,8}et al)(?:,?\s*\(?eds?\.?\)?)?[.:]\s+(?=\S)"
)
_UNSTOPPED = re.compile(rf"^((?:{_PERSON},\s*)+(?:et al|{_PERSON}))\s+(?=[A-Z‘“][\w‐‑/-]*[\s,:]\s?\S)")
"""A list of authors that no full stop parts from the title, as some publishers' files have it."""
_UNSTOPPED_ONE = re.compile(r"^([A-Z][^\W\d_A-Z][\w'’‐‑-]{0,30}\s[A-Z]{1,3})\s+(?=[A-Z‘“][a-z]+[\w‐‑/-]*[\s,:]\s?\S.*\d{4};\d)")
"""The same with one author; believed only of a journal's article, since "Vitamin D" looks like an author too."""
_COLON_LIST = re.compile(r"^((?:[^\W\d_][\w'’‐‑ -]{1,40},\s(?:[^\W\d_a-z]\.[‐‑-]?\s?){1,4}(?:,\s|\s?(?=:)))+):\s+(?=\S)")
"""Springer: "Example, J., Sample, J.W.: Title"."""
_YEAR_SECOND = re.compile(rf"^(.{{3,400}}?)[.,]\s({_YEAR})[a-z]?[.:]\s+(?=[A-Z‘“])")
_YEAR_OF_ISSUE = re.compile(rf"(?<![\d–-])({_YEAR})(?:\s[A-Z][a-z]{{2,8}}(?:\s?[‐–-]?\s?\w{{1,8}}){{0,2}})?\s?;\s?\d")
_BODY = re.compile(
    r"\b(?:department|ministry|office|commission|committee|council|cent(?:re|er)s?|agency|institute|organi[sz]ation|services?|association|"
    r"trust|board|foundation|university|society|college|collaborati(?:on|ve)|group|network|authority|government|federation|alliance|party)\b",
    re.I,
)
_INITIALS = re.compile(r"^(?:[^\W\d_a-z]\.?[\s‐‑-]?){1,5}$")
_STOP = re.compile(
    r"(?:(?<=[^\W\d_A-Z]{2})|(?<=\d)|(?<=[)\]]{2})|(?<=\w\))|(?<=\w\])|(?<=\w[’”\"])|(?<=[A-Z]{3})|(?<=\s[A-Z]{2}))"
    r"[.?!](?=\s+[^\W\d_a-z\d\[‘“(]|\s*$|\s+\d{4}|\s+\d{1,3}(?:th|st|nd|rd|e|ème)\b)"
    r"|[?!](?=\s)|\.(?=\s+(?:Available|Accessed|Retrieved|In:|https?:|www|doi|DOI|\[Online))"
)
_MOST_AUTHORS_CHARS = 900


def references_of(layout: Layout) -> tuple[Reference, ...]:
    """Every entry of the document's reference lists, with offsets of its text."""
    entries: list[tuple[int, int, int]] = []
    text = layout.text
    for item in _listed(layout.placed):
        for start, end in _entries(item.block.text):
            start, end = item.start + start, item.start + end
            body = text[start:end]
            follows = entries and start - entries[-1][2] <= 3 and PAGE_BREAK not in text[entries[-1][2] : start]
            if follows and _continues(body) and end - entries[-1][1] <= MOST_CHARS:
                entries[-1] = (entries[-1][0], entries[-1][1], end)
            else:
                entries.append((item.page, start, end))
    found = []
    for page, start, end in entries:
        raw = " ".join(text[start:end].split())
        if 15 <= len(raw) <= MOST_CHARS and _looks_like_entry(raw):
            authors, year, title, doi, url = parse(raw)
            found.append(Reference(raw, authors, year, title, doi, url, page, start, end))
    return tuple(found)


def located(references: tuple[Reference, ...], layout: Layout) -> tuple[Reference, ...]:
    """References that the format marks, with the offsets at which their text stands."""
    by_text: dict[str, list[Placed]] = {}
    for item in reversed(_listed(layout.placed)):
        by_text.setdefault(item.block.text, []).append(item)
    found = []
    for reference in references:
        places = by_text.get(reference.raw)
        place = places.pop() if places else None
        found.append(reference if place is None else replace(reference, page=place.page, start=place.start, end=place.end))
    return tuple(found)


def _listed(placed: tuple[Placed, ...]) -> list[Placed]:
    return [item for item in placed if item.block.kind == "reference" and not REFERENCE_HEADING.match(item.block.text)]


def _continues(body: str) -> bool:
    return (
        bool(re.match(r"[^\W\d_A-Z]", body))
        or bool(re.match(r"(?:https?://|www\.|doi\b|Available |Accessed |Retrieved |\[?Accessed)", body))
        or len(body) < 12
    )


def _looks_like_entry(raw: str) -> bool:
    return bool(
        _YEAR_BARE.search(raw)
        or _YEAR_IN_BRACKETS.search(raw)
        or _URL.search(raw)
        or doi_in(raw)
        or (_LABEL.match(raw) and len(raw) > 40)
    )


def _entries(text: str) -> list[tuple[int, int]]:
    """Splits a block that holds several numbered entries; only where the numbers grow by one."""
    marks = [(match.start(), int(match.group(1) or match.group(2))) for match in _INNER_LABEL.finditer(text)]
    cuts: list[int] = []
    number = -1
    for at, value in marks:
        if (number < 0 and (at == 0 or not cuts)) or value == number + 1:
            cuts.append(at)
            number = value
    if len(cuts) < 2:
        return [(0, len(text))]
    bounds = [0, *[cut for cut in cuts if cut > 0], len(text)]
    return [
        (start, start + len(text[start:end].rstrip())) for start, end in itertools.pairwise(bounds) if text[start:end].strip()
    ]


def parse(raw: str) -> tuple[tuple[str, ...], int | None, str | None, str | None, str | None]:
    """Authors as printed, year, title, DOI and address of one entry."""
    text = _LABEL.sub("", raw, count=1)
    doi = doi_in(text)
    address = _URL.search(text)
    url = address.group(0).rstrip(".,;)]") if address else None
    plain = _URL.sub(" ", re.sub(r"(?i)\bdoi:?\s*10\.\S+", " ", text)).strip()
    bracket = _YEAR_IN_BRACKETS.search(plain)
    second = _YEAR_SECOND.match(plain)
    colon = _COLON_LIST.match(plain)
    listed = colon or _VANCOUVER.match(plain) or _UNSTOPPED.match(plain) or _UNSTOPPED_ONE.match(plain)
    year: int | None
    if bracket and not colon and _is_author_list(plain[: bracket.start()]):
        authors = _authors(plain[: bracket.start()])
        title = _title(plain[bracket.end() :])
        year = int(bracket.group(1))
    elif second and _is_author_list(second.group(1)):
        authors = _authors(second.group(1))
        title = _title(plain[second.end() :])
        year = int(second.group(2))
    elif listed:
        authors = _authors(listed.group(1))
        title = _title(plain[listed.end() :])
        year = _issue_year(plain[listed.end() + len(title or "") :]) or _issue_year(plain)
    else:
        authors, title = _note(plain)
        year = int(bracket.group(1)) if bracket else _issue_year(plain)
    return authors, year, title, doi, url


def _issue_year(text: str) -> int | None:
    """The year before a volume ("2019;3"), else in brackets, else the last that is printed: titles name years before that of printing."""
    text = re.sub(r"(?i)\b(?:accessed|retrieved|viewed|last updated)\b.{0,40}", " ", text)
    issue = _YEAR_OF_ISSUE.search(text) or _YEAR_IN_BRACKETS.search(text)
    years = _YEAR_BARE.findall(text)
    return int(issue.group(1)) if issue else int(years[-1]) if years else None


def _is_author_list(text: str) -> bool:
    """Whether what stands before a year may be authors: a short text, or a long one with an initial every few words."""
    text = text.strip(" .,:")
    initials = len(re.findall(r"(?<![^\W\d_])[^\W\d_a-z](?:\.|[A-Z]{0,3}(?=,|$|\s))", text))
    most = 220 if initials < len(text) / 40 else _MOST_AUTHORS_CHARS
    return 1 < len(text) <= most and len(re.findall(r"[a-z]{2,}\.\s+[A-Z][a-z]{3,}\s[a-z]", text)) == 0


def _title(text: str) -> str | None:
    text = text.lstrip(" .,:;)–—-")
    quoted = _QUOTED.match(text)
    if quoted and not re.match(r"\s*[-–—\w]", text[quoted.end() :]):
        return quoted.group(1).strip()
    if quote := re.match(r"[‘“](.{8,300}?)[,.?!]?[’”](?=[,.]?\s+[A-Z]|,|$)", text):
        return quote.group(1).strip()
    stop = _STOP.search(text, 6)
    if stop and (more := _second_sentence(text, stop)):
        stop = more
    title = (text[: stop.start() + (text[stop.start()] in "?!")] if stop else text[:300]).strip(" .,;[")
    # Harvard titles of reports may end with a comma before the publisher: "Title, London: Publisher".
    place = re.search(
        r",\s+(?:[A-Z][\w.]+(?:\s[A-Z][\w.]+){0,2}:\s|(?:(?:BMJ|The|Journal|Int|J|Br|Health|British|European|"
        r"International)\b[^,]{0,60},?\s(?:vol|\d)))",
        title,
    )
    if place and place.start() > 12:
        title = title[: place.start()]
    title = re.sub(r"\s*\[(?:online|internet|pdf|webpage)\]?$", "", title, flags=re.I).strip(" .,;:")
    if re.search(r"\d{4};\s?\d", title):
        return None  # a journal with its volume: where the title ends was not found
    return title if 4 <= len(title) <= 300 and any(char.isalpha() for char in title) else None


def _second_sentence(text: str, stop: re.Match[str]) -> re.Match[str] | None:
    """The stop behind a second sentence of the title: words in lower case that no journal or publisher has in its name."""
    following = _STOP.search(text, stop.end() + 2)
    if following is None or following.end() > 300:
        return None
    words = text[stop.end() : following.start()].split()
    plain = [word for word in words if word[:1].islower() and len(word) > 3 and word not in ("with", "from", "between", "their")]
    return following if len(plain) >= 3 and len(words) <= 30 else None


def _note(text: str) -> tuple[tuple[str, ...], str | None]:
    quoted = _QUOTED.search(text)
    if quoted and quoted.start() <= 150:
        before = text[: quoted.start()].strip(" ,.:(")
        return (_authors(before) if before and _is_author_list(before) else ()), quoted.group(1).strip(" ,.")
    # "Body. Title. Place: Publisher; 2020" and "Body, Title, 2020".
    parts = re.split(r"(?:(?<=[^\W\d_A-Z]{2})|(?<=[^\W\d_]\))|(?<=[A-Z]{2}))\.\s+(?=[A-Z‘“])", text, maxsplit=1)
    if len(parts) >= 2 and len(parts[0].split()) <= 14 and len(parts[1]) > 8:
        return _authors(parts[0]), _title(parts[1])
    return (), None


def _authors(text: str) -> tuple[str, ...]:
    text = re.sub(r"\(?\beds?\b\.?\)?|\bet al\b\.?", " ", text).strip(" ,;:(")
    text = text if re.search(r"\b[A-Z]\.$", text) else text.rstrip(". ")
    if ";" in text:
        pieces = [
            piece.strip(" ,.") if not re.search(r"\b[A-Z]\.$", piece.strip()) else piece.strip(" ,") for piece in text.split(";")
        ]
        return tuple(piece for piece in pieces if piece)
    merged: list[str] = []
    body = _BODY.search(text) is not None and not re.search(r"[^\W\d_a-z]\.(?:,|$)|\s[A-Z]{1,3}(?:,|$)", text)
    personal = not body and (
        re.search(r"(?:^|[\s,])[^\W\d_a-z]\.|\s[A-Z]{1,3}(?:,|$|\s+and\b)|(?:^|and\s|,\s)[A-Z]{1,2}\s[A-Z][a-z]", text)
        is not None
    )
    for piece in re.split(r",\s*(?:and\s+|&\s*)?|\s+&\s+" + (r"|\s+and\s+" if personal else ""), text):
        piece = re.sub(r"^(?:for|on behalf of)\s(?:the\s)?", "", piece.strip(" ,;"))
        if not piece:
            continue
        if merged and _INITIALS.match(piece) and not _INITIALS.match(merged[-1]):
            merged[-1] = f"{merged[-1]}, {piece}"
        elif re.search(r"[^\W\d_]{2,}|^[A-Z]{2,}", piece):
            merged.append(piece if re.search(r"\b[A-Z]\.$", piece) else piece.rstrip("."))
    return tuple(merged[:100])
