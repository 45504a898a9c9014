"""Publishers that a document does not name as such: by its web addresses, by its running headers, by whom it speaks of most."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path

from extract.assembly import Layout
from extract.metadata.people import is_organisation
from extract.metadata.words import WordListError, words

DOMAINS = Path(__file__).with_name("publishers.toml")

_ADDRESS = re.compile(r"(?:https?://|www\.|@)?((?:[a-z0-9-]{1,40}\.){1,4}(?:uk|org|com|int|scot|wales|net|eu))\b", re.I)
_SUFFIXES = (".uk", ".org", ".com", ".int", ".scot", ".wales", ".net", ".eu")
_ET_AL = re.compile(r"\bet al\.?[,.]?\s+([A-Z][A-Za-z&:,\- ]{2,70}?)\W*\s*(?:\(?(?:19|20)\d\d|\d+[:;(]|$)")
_JOURNAL_YEAR = re.compile(r"^([A-Z][A-Za-z&:\- ]{3,60}?)[.,]?\s+(?:19|20)\d\d\s?;\s?\d")
_FEWEST_MENTIONS = 6


@lru_cache(maxsize=1)
def domains(path: Path = DOMAINS) -> dict[str, str]:
    """Domain to body. Raises WordListError where the file breaks its schema."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("domains")
    if not isinstance(table, dict) or not all(isinstance(name, str) and "." in domain for domain, name in table.items()):
        raise WordListError(f"{path.name}: domains: expected a table of domain = name")
    return table


def bodies_by_domain(layout: Layout, running: tuple[str, ...]) -> list[str]:
    """The body whose known domain the first pages or running matter print, else the one the whole text prints at least thrice."""
    front = (
        " ".join(running)
        + " "
        + " ".join(item.block.text for item in layout.placed[:40] if item.block.kind not in ("reference", "footnote"))
    )
    last = " ".join(item.block.text for item in layout.placed[-12:] if item.block.kind not in ("reference", "footnote"))
    addressed = [
        item.block.text for item in layout.placed if item.block.kind != "reference" and any(map(item.block.text.lower().__contains__, _SUFFIXES))
    ]
    everywhere = Counter(_known(" ".join(addressed)[:400_000]))
    often = [name for name, count in everywhere.most_common(1) if count >= 3]
    return list(dict.fromkeys([*_known(front[:6000]), *_known(last), *often]))


def _known(text: str) -> list[str]:
    found = []
    # an address holds no white space and a dot inside: looking at such pieces only is ten times as fast
    for match in _ADDRESS.finditer(" ".join([piece for piece in text.split() if "." in piece[:-1]])):
        parts = match.group(1).lower().split(".")
        for start in range(len(parts) - 1):
            if name := domains().get(".".join(parts[start:])):
                found.append(name)
                break
    return found


def journals_cited(running: tuple[str, ...], layout: Layout) -> list[str]:
    """A journal's name in "Author et al. Journal (2024) 24:1" of a running header or the first lines."""
    found = []
    for text in (*running, *(item.block.text for item in layout.placed[:6] if len(item.block.text) < 200)):
        match = _ET_AL.search(text) or _JOURNAL_YEAR.search(text)
        if match and len(match.group(1).split()) <= 8:
            found.append(match.group(1).strip(" ,.:-"))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _body_name() -> re.Pattern[str]:
    """Capitalised words that end in one that bodies end in. It opens with a set of letters, which a search leaps to (a third of the time)."""
    endings = "|".join(sorted((word.capitalize() for word in words().publishing_bodies), key=len, reverse=True))
    rest = r"[\w’'&-]+\s(?:(?:of|and|for|the)\s)?"
    return re.compile(rf"([A-Z](?<!\w[A-Z]){rest}(?:[A-Z]{rest}){{0,5}}(?:{endings}))\b(?!\s(?:Board|Chair|Chief|Director))")


def most_named(layout: Layout) -> list[str]:
    """The body that the text names far more often than any other: a trust's own report, a council's own strategy."""
    text = " ".join(item.block.text for item in layout.placed if item.block.kind not in ("reference", "boilerplate"))[:150_000]
    counts = Counter(
        re.sub(r"^(?:The|At|In|For|By|And|As|Our|With|From|This)\s", "", match.group(1)) for match in _body_name().finditer(text)
    )
    ranked = [(found, count) for found, count in counts.most_common(6) if is_organisation(found) and len(found.split()) >= 3]
    if ranked and ranked[0][1] >= _FEWEST_MENTIONS and (len(ranked) == 1 or ranked[0][1] >= 1.5 * ranked[1][1]):
        return [ranked[0][0]]
    return []


_BACK_COVER_LINES = 4
_BACK_COVER_WORDS = 5


def back_cover(layout: Layout) -> list[str]:
    """The body whose name, in one short line or several, is the last that a text of several pages' length prints."""
    if len(layout.placed) < _FEWEST_BLOCKS:
        return []
    lines: list[str] = []
    for item in reversed(layout.placed[-2 * _BACK_COVER_LINES :]):
        text = " ".join(item.block.text.split())
        if not any(map(str.isalpha, text)):
            continue
        if item.block.kind not in ("heading", "body") or len(text.split()) > _BACK_COVER_WORDS or len(lines) == _BACK_COVER_LINES:
            break
        lines.insert(0, text)
    joined = [" ".join(lines[start:]) for start in range(len(lines))]
    return next(([name] for name in joined if len(name.split()) >= 3 and is_organisation(name)), [])


_FEWEST_BLOCKS = 40
"""Of a text long enough to have a back cover."""
