"""Search synonyms of the field, by concept: what else a report may call the thing that somebody looks for.

``thesaurus.toml`` holds the concepts; its first lines say what each key means. Terms are found without regard to case, hyphens,
plural endings and British or American spelling. Ambiguous short forms (ACT, ICS, PACE) are never offered, and are expanded only where
the query holds another term of the same or a linked concept, since a wrong expansion drowns a right answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence.errors import UsageError

THESAURUS = Path(__file__).with_name("thesaurus.toml")

_LISTS = ("alternates", "abbreviations", "ambiguous", "narrower", "related", "labels")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_LABEL = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_PLURAL_SHORT_FORM = re.compile(r"([A-Z0-9]{2,})s")
_WORD = re.compile(r"[^\s()\"“”,;:|]+")
"""What a query's words are made of; brackets, quotes, commas and colons part phrases."""
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
_WILDCARDS = "*?^~"
_HYPHENS = re.compile(r"[-‐‑‒–—/]")
_PART = re.compile(r"[^-‐‑‒–—/]+")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that people search for; :attr:`terms` are what is offered for it, in the order of the file."""

    id: str
    preferred: str
    alternates: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        return (self.preferred, *self.alternates, *self.abbreviations)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A stretch ``query[start:end] == phrase`` that names ``concepts``, and the other ``terms`` for them.

    ``ambiguous`` marks a short form that the rest of the query does not explain: it has no terms, and ``concepts`` are what it may mean.
    """

    phrase: str
    start: int
    end: int
    concepts: tuple[str, ...]
    terms: tuple[str, ...]
    ambiguous: bool = False


_Run = tuple[tuple[int, int, str], ...]
"""Consecutive words of a query with nothing between them that parts phrases: (start, end, key) each."""


class Thesaurus:
    """Concepts and their terms. Answers depend on the file alone and come in its order."""

    def __init__(self, concepts: Mapping[str, Concept], spellings: Mapping[str, str]) -> None:
        """``spellings`` maps a word to the other way to write it. Raises ``UsageError`` where concepts contradict one another."""
        self.concepts = dict(concepts)
        self._other = {**spellings, **{other: word for word, other in spellings.items()}}
        self._canonical = {_plain(word): _plain(other) for word, other in spellings.items()}
        self._clear: dict[str, str] = {}
        self._unclear: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            self._enter(concept)
        self._links = self._linked()
        self._longest = max((len(_parts(term)) for concept in self.concepts.values() for term in concept.terms), default=0)

    def _enter(self, concept: Concept) -> None:
        for term in concept.terms:
            holder = self._clear.setdefault(self.key(term), concept.id)
            if holder != concept.id:
                raise UsageError(f"concepts[{concept.id}]: expected a term of one concept alone, found {term!r} in {holder} too")
        for term in concept.ambiguous:
            self._unclear.setdefault(self.key(term), []).append(concept.id)

    def _linked(self) -> dict[str, frozenset[str]]:
        """Each concept with itself and all that stand in one step of it, either way."""
        links: dict[str, set[str]] = {id: {id} for id in self.concepts}
        for concept in self.concepts.values():
            for other in (*concept.narrower, *concept.related):
                links[concept.id].add(other)
                links[other].add(concept.id)
        return {id: frozenset(others) for id, others in links.items()}

    def key(self, phrase: str) -> str:
        """What a phrase is compared by: lower case, one spelling, singular, without hyphens, apostrophes and spaces."""
        return "".join(self._word_key(word) for word in _parts(phrase))

    def _word_key(self, word: str) -> str:
        plain = _plain(word)
        if plain in self._canonical:
            return _singular(self._canonical[plain])
        singular = _singular(plain)
        return self._canonical.get(singular, singular)

    def find(self, phrase: str) -> Concept | None:
        """The concept of which ``phrase`` is a term; None for unknown and for ambiguous ones."""
        id = self._clear.get(self.key(phrase))
        return self.concepts[id] if id else None

    def expand(self, phrase: str, explode: bool = False) -> tuple[str, ...]:
        """Other terms for what ``phrase`` names, in both spellings, without ``phrase`` itself; empty where it is unknown or ambiguous.

        With ``explode`` the terms of all narrower concepts follow, as librarians' *explode* does.
        """
        concept = self.find(phrase)
        return self._terms([concept.id], phrase, explode) if concept else ()

    def broader(self, id: str) -> tuple[str, ...]:
        """Ids of the concepts that have ``id`` among their narrower ones."""
        return tuple(concept.id for concept in self.concepts.values() if id in concept.narrower)

    def related(self, id: str) -> tuple[str, ...]:
        """Ids of the concepts related to ``id``, on whichever side the file says so."""
        said = self.concepts[id].related
        return (*said, *(one.id for one in self.concepts.values() if id in one.related and one.id not in said))

    def label_terms(self, facet: str, label: str) -> tuple[str, ...]:
        """Terms of the concepts that belong to a label of the taxonomy: its alternative names."""
        wanted = f"{facet}.{label}"
        return tuple(term for concept in self.concepts.values() if wanted in concept.labels for term in concept.terms)

    def expansions(self, words: str | Iterable[str], explode: bool = False) -> tuple[Expansion, ...]:
        """What can be expanded in a query, left to right, the longest phrase first and none inside another.

        ``words`` is the query, or its words, which are then read as joined by single spaces. Brackets, quotes, commas, field names
        and the operators AND, OR, NOT and NEAR part phrases; words with a wildcard (``*``, ``?``) are left alone.
        """
        query = words if isinstance(words, str) else " ".join(words)
        found = [match for run in _runs(query, self._word_key) for match in self._matches(run)]
        clear = {id for _, _, ids, sure in found if sure for id in ids}
        return tuple(self._expansion(query, match, clear, explode) for match in found)

    def _matches(self, run: _Run) -> Iterator[tuple[int, int, tuple[str, ...], bool]]:
        """(start, end, ids, whether they are certain) of each longest match."""
        at = 0
        while at < len(run):
            for size in range(min(self._longest, len(run) - at), 0, -1):
                key = "".join(item[2] for item in run[at : at + size])
                start, end = run[at][0], run[at + size - 1][1]
                if key in self._clear:
                    yield start, end, (self._clear[key],), True
                elif key in self._unclear:
                    yield start, end, tuple(self._unclear[key]), False
                else:
                    continue
                at += size
                break
            else:
                at += 1

    def _expansion(self, query: str, match: tuple[int, int, tuple[str, ...], bool], clear: set[str], explode: bool) -> Expansion:
        start, end, ids, sure = match
        phrase = query[start:end]
        meant = ids if sure else tuple(id for id in ids if self._links[id] & clear)
        if not meant:
            return Expansion(phrase, start, end, ids, (), ambiguous=True)
        return Expansion(phrase, start, end, meant, self._terms(meant, phrase, explode))

    def _terms(self, ids: Iterable[str], phrase: str, explode: bool) -> tuple[str, ...]:
        ids = list(self._exploded(ids)) if explode else list(ids)
        given = _surface(phrase)
        terms: dict[str, str] = {}
        for id in ids:
            written = self.concepts[id].terms
            for term in (*written, *map(self._respelt, written)):
                terms.setdefault(_surface(term), term)
        return tuple(term for surface, term in terms.items() if surface != given)

    def _exploded(self, ids: Iterable[str]) -> Iterator[str]:
        seen: set[str] = set()
        waiting = list(ids)
        while waiting:
            id = waiting.pop(0)
            if id not in seen:
                seen.add(id)
                yield id
                waiting += self.concepts[id].narrower

    def _respelt(self, term: str) -> str:
        """``term`` with every word that has another spelling in that spelling."""
        return " ".join(self._respelt_word(word) for word in term.split())

    def _respelt_word(self, word: str) -> str:
        if word.casefold() in self._other:
            return self._other[word.casefold()]
        return "-".join(self._other.get(part, part) for part in word.split("-"))


def _runs(query: str, word_key: Callable[[str], str]) -> Iterator[_Run]:
    """The stretches of words that a phrase may lie in."""
    items: list[tuple[int, int, str]] = []
    last = 0
    for match in _WORD.finditer(query):
        bare = match[0].lstrip(".!+-")
        word = bare.rstrip(".!")
        field = query[match.end() : match.end() + 1] == ":"
        apart = field or not word or word in _OPERATORS or any(char in word for char in _WILDCARDS)
        if (apart or query[last : match.start()].strip()) and items:
            yield tuple(items)
            items = []
        if not apart:
            start = match.end() - len(bare)
            items += [(start + part.start(), start + part.end(), word_key(part[0])) for part in _PART.finditer(word)]
        last = match.end()
    if items:
        yield tuple(items)


def _parts(phrase: str) -> list[str]:
    return [part for part in _HYPHENS.sub(" ", phrase).split() if part]


def _surface(term: str) -> str:
    """What a search engine sees of a term: its words in lower case, hyphens parting them."""
    return " ".join(_parts(term)).casefold().replace("’", "'")


def _plain(word: str) -> str:
    """Lower case without hyphens and apostrophes; the plural of a short form is cut while its capitals tell it."""
    if short := _PLURAL_SHORT_FORM.fullmatch(word):
        word = short[1]
    word = re.sub(r"[’']s$", "", word)
    return re.sub(r"[-‐‑’'.]", "", word).casefold().replace("&", "and")


def _singular(word: str) -> str:
    """Without the plural ending of regular English nouns. Only for comparing: what comes out need not be a word."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=4)
def load_thesaurus(path: Path = THESAURUS) -> Thesaurus:
    """The thesaurus in ``path``, checked. Raises ``UsageError`` naming the file, the key and what was expected."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: expected TOML in UTF-8: {error}") from None
    try:
        concepts: dict[str, Concept] = {}
        for row in _rows(content):
            concept = _concept(row)
            if concept.id in concepts:
                raise UsageError(f"concepts[{concept.id}].id: expected each id once")
            concepts[concept.id] = concept
        _check_links(concepts)
        return Thesaurus(concepts, _spellings(content))
    except UsageError as error:
        raise UsageError(f"{path.name}: {error}") from None


def _rows(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if unknown := set(content) - {"spellings", "concepts"}:
        raise UsageError(f"{min(unknown)}: expected spellings or concepts")
    rows = content.get("concepts")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UsageError("concepts: expected at least one [[concepts]] table")
    return rows


def _spellings(content: Mapping[str, Any]) -> dict[str, str]:
    spellings = content.get("spellings", {})
    if not isinstance(spellings, dict):
        raise UsageError("spellings: expected a table of word = \"other spelling\"")
    words = [*spellings, *(other for other in spellings.values() if isinstance(other, str))]
    for word, other in spellings.items():
        if not isinstance(other, str) or not other.strip() or " " in other:
            raise UsageError(f"spellings.{word}: expected one word, found {other!r}")
        if words.count(word) > 1 or words.count(other) > 1:
            raise UsageError(f"spellings.{word}: expected each word in one pair alone")
    return spellings


def _concept(row: Mapping[str, Any]) -> Concept:
    id = row.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise UsageError(f"concepts[{id}].id: expected lower-case letters, digits and underscores, found {id!r}")
    where = f"concepts[{id}]"
    if unknown := set(row) - {"id", "preferred", *_LISTS}:
        raise UsageError(f"{where}.{min(unknown)}: expected id, preferred, {', '.join(_LISTS)}")
    preferred = row.get("preferred")
    if not isinstance(preferred, str) or not preferred.strip():
        raise UsageError(f"{where}.preferred: expected a term, found {preferred!r}")
    lists: dict[str, tuple[str, ...]] = {key: _texts(row.get(key, []), f"{where}.{key}") for key in _LISTS}
    _once([preferred, *lists["alternates"], *lists["abbreviations"], *lists["ambiguous"]], where)
    for label in lists["labels"]:
        if not _LABEL.fullmatch(label):
            raise UsageError(f"{where}.labels: expected facet.label, found {label!r}")
    return Concept(id, preferred, **lists)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() == item and item for item in value):
        raise UsageError(f"{where}: expected a list of texts without space around them, found {value!r}")
    return tuple(value)


def _once(terms: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for term in terms:
        if _surface(term) in seen:
            raise UsageError(f"{where}: expected each term once (hyphens and case aside), found twice: {term!r}")
        seen.add(_surface(term))


def _check_links(concepts: Mapping[str, Concept]) -> None:
    """Every id exists, none links to itself, and nothing is narrower than itself by any path."""
    for concept in concepts.values():
        for key, others in (("narrower", concept.narrower), ("related", concept.related)):
            for other in others:
                if other not in concepts:
                    raise UsageError(f"concepts[{concept.id}].{key}: expected the id of a concept, found {other!r}")
                if other == concept.id:
                    raise UsageError(f"concepts[{concept.id}].{key}: expected another concept than itself")
    for id in concepts:
        below, waiting = set[str](), list(concepts[id].narrower)
        while waiting:
            other = waiting.pop()
            if other == id:
                raise UsageError(f"concepts[{id}].narrower: expected no circle, found one")
            if other not in below:
                below.add(other)
                waiting += concepts[other].narrower
