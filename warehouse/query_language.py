"""The librarian's query language, from text to a tree.

``integrated care`` both words (stems) · ``"joined up care"`` this phrase · ``"care team"~3`` with at most 3 words more between ·
``care NEAR/3 team`` these words, in any form, in either order, with at most 3 more between (words, truncated words, and groups of them with OR) ·
``integrat*`` any ending · ``organi?ation`` any one letter · ``AND``, ``OR``, ``NOT`` in capitals, NOT binds before AND before OR ·
parentheses · ``field:word``, ``field:"phrase"``, ``field:(…)``. Words side by side must all occur. The fields are ``FIELDS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence.errors import UsageError
from evidence.taxonomy.vocabulary import unknown

LONGEST_QUERY = 5_000
DEEPEST_NESTING = 40
SHORTEST_STEM = 3
MOST_WILD_CARDS = 4

TEXT_FIELD_NAMES = {
    "title": "title",
    "heading": "headings",
    "headings": "headings",
    "summary": "summary",
    "abstract": "summary",
    "text": "body",
    "passage": "body",
    "author": "author",
    "publisher": "publisher",
    "reference": "reference",
    "references": "reference",
}
"""Fields of words, by the names people may use for them."""
LABEL_FIELD_NAMES = {"type": "integration_type", "design": "study_design", "strength": "evidence_strength", "theme": "theme"}
"""Short names of facets; any facet's own id is a field too."""
VALUE_FIELD_NAMES = ("year", "source", "place", "language", "doi", "url", "id", "status")
FIELDS = (*TEXT_FIELD_NAMES, *LABEL_FIELD_NAMES, *VALUE_FIELD_NAMES)


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word; ``field`` None searches title, headings, summary and text. ``at`` is its place in the query, from 1."""

    text: str
    at: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with at most ``slop`` others between; a word may be truncated."""

    text: str
    at: int
    slop: int = 0
    field: str | None = None
    any_form: bool = False
    """Whether its words stand for all their forms, as they do beside NEAR; else they are matched as written."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another term for a word or phrase of the query, from the thesaurus: words in this order, by their stems. Never parsed."""

    text: str
    at: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with ``*`` (any ending) or ``?`` (any one letter)."""

    text: str
    at: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label of a facet, or with ``and_above`` this one and all stronger ones."""

    facet: str
    label: str
    at: int
    and_above: bool = False


@dataclass(frozen=True, slots=True)
class Valued:
    """An exact value of a field that holds keys: source, place, language, doi, url, id, status."""

    field: str
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Years:
    """Published in these years, both included; None is open."""

    first: int | None
    last: int | None
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]
    plain: bool = False
    """True where the words merely stand side by side."""


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Widened:
    """A part of a query, or any of the other terms for it; never parsed, made by ``warehouse.synonyms``."""

    part: Node
    synonyms: tuple[Synonym, ...]


Leaf = Word | Phrase | Synonym | Pattern | Labelled | Valued | Years
Node = Leaf | Not | And | Or | Widened


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    slop: int = 0


_TOKENS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | ["“”](?P<phrase>[^"“”]*)["“”](?:~(?P<slop>\d{1,2}))?
  | (?P<field>[A-Za-z_]+):(?=[^\s:/)])
  | (?P<word>[^\s()"“”]+)
  | (?P<quote>["“”])
""",
    re.VERBOSE,
)


_NEAR = re.compile(r"NEAR/(\d{1,2})")


def parse(query: str, facets: Mapping[str, object]) -> Node | None:
    """The tree of a query, None where it asks for everything ("" or "*").

    ``facets`` are the taxonomy's, by id: each is a field. Raises ``UsageError`` that points at the character.
    """
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"the query has {len(query)} characters; at most {LONGEST_QUERY} can be asked at once")
    tokens = list(_tokens(query))
    if not tokens or [token.text for token in tokens] == ["*"]:
        return None
    return _Parser(tokens, facets, len(query)).parse()


def _tokens(query: str) -> Iterator[_Token]:
    for match in _TOKENS.finditer(query):
        kind, at = match.lastgroup or "", match.start() + 1
        if kind == "quote":
            raise UsageError(f"query, character {at}: this quotation mark is never closed")
        if kind in ("phrase", "slop"):
            yield _Token("phrase", match["phrase"], at, int(match["slop"] or 0))
        elif kind == "word" and match["word"] in ("AND", "OR", "NOT"):
            yield _Token(match["word"], match["word"], at)
        elif kind == "word" and (near := _NEAR.fullmatch(match["word"])):
            yield _Token("NEAR", match["word"], at, int(near[1]))
        elif kind == "word" and match["word"].startswith("NEAR/"):
            raise UsageError(f"query, character {at}: NEAR/n needs a number of words from 0 to 99, as NEAR/3; found {match['word']}")
        elif kind != "space":
            yield _Token(kind, match[kind], at)


class _Parser:
    """Recursive descent: OR of ANDs of NOTs of terms."""

    def __init__(self, tokens: list[_Token], facets: Mapping[str, object], length: int) -> None:
        self._tokens, self._facets, self._end = tokens, facets, length + 1
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._either(None)
        token = self._peek()
        if token is not None:
            raise UsageError(f"query, character {token.at}: this parenthesis closes nothing")
        if node is None:
            raise UsageError("query, character 1: nothing to search for; give a word, or * for all works")
        return node

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *kinds: str) -> _Token | None:
        token = self._peek()
        if token is not None and token.kind in kinds:
            self._next += 1
            return token
        return None

    def _either(self, field: str | None) -> Node | None:
        """Alternatives; None where all of them are empty of words (punctuation only)."""
        parts = [self._all(field)]
        while self._take("OR"):
            parts.append(self._all(field))
        found = [part for part in parts if part is not None]
        return None if not found else found[0] if len(found) == 1 else Or(tuple(found))

    def _all(self, field: str | None) -> Node | None:
        parts: list[Node | None] = [self._term(field)]
        plain = True
        last = parts[0]
        while (token := self._peek()) is not None and token.kind not in ("OR", "close"):
            if (near := self._take("NEAR")) is not None:
                # a NEAR/3 b NEAR/3 c asks for both pairs.
                right = self._term(field)
                joined = _near(near, last, right)
                parts = [*(parts[:-1] if parts[-1] is last else parts), joined]
                plain, last = False, right
                continue
            plain = self._take("AND") is None and plain
            last = self._term(field)
            parts.append(last)
        found = [part for part in parts if part is not None]
        if not found:
            return None
        return found[0] if len(found) == 1 else And(tuple(found), plain and all(isinstance(part, Word) for part in found))

    def _term(self, field: str | None) -> Node | None:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise UsageError(f"the query is nested more than {DEEPEST_NESTING} deep; simplify it")
        try:
            return self._one_term(field)
        finally:
            self._depth -= 1

    def _one_term(self, field: str | None) -> Node | None:
        token = self._peek()
        if token is None or token.kind in ("AND", "OR", "NEAR", "close"):
            found = f"found {token.text}" if token else "the query ends"
            raise UsageError(f"query, character {token.at if token else self._end}: expected a word here, {found}")
        self._next += 1
        if token.kind == "NOT":
            part = self._term(field)
            return None if part is None else Not(part)
        if token.kind == "open":
            node = self._either(field)
            if not self._take("close"):
                raise UsageError(f"query, character {token.at}: this parenthesis is never closed")
            return node
        if token.kind == "field":
            if field is not None:
                raise UsageError(f"query, character {token.at}: a field within a field; close the parenthesis first")
            return self._term(self._field(token))
        return self._leaf(token, field)

    def _field(self, token: _Token) -> str:
        name = token.text.lower()
        if name not in FIELDS and name not in self._facets:
            problem = unknown("field", token.text, (*FIELDS, *self._facets))
            raise UsageError(f"query, character {token.at}: {problem}; write a space after the colon where none is meant")
        return name

    def _leaf(self, token: _Token, field: str | None) -> Node | None:
        facet = LABEL_FIELD_NAMES.get(field or "", field)
        if facet is not None and facet in self._facets:
            return _labelled(token, facet)
        if field == "year":
            return _years(token)
        if field in VALUE_FIELD_NAMES:
            return Valued(field, token.text.strip().casefold(), token.at)
        name = TEXT_FIELD_NAMES[field] if field else None
        if token.kind == "phrase":
            return Phrase(token.text, token.at, token.slop, name) if _has_word(token.text) else None
        return _word(token, name)


MOST_PAIRS = 64


def _near(token: _Token, left: Node | None, right: Node | None) -> Node:
    """Each word of one side beside each of the other, in either order."""
    ours, theirs = _beside(left, token), _beside(right, token)
    fields = {field for _, field in (*ours, *theirs)}
    if len(fields) > 1:
        raise UsageError(f"query, character {token.at}: both sides of {token.text} must ask the same field")
    if len(ours) * len(theirs) > MOST_PAIRS:
        raise UsageError(f"query, character {token.at}: {token.text} joins at most {MOST_PAIRS} pairs of words; ask for fewer at once")
    field = next(iter(fields))
    pairs = [(a, b) for a, _ in ours for b, _ in theirs]
    return Or(tuple(Phrase(text, token.at, token.slop, field, any_form=True) for a, b in pairs for text in dict.fromkeys((f"{a} {b}", f"{b} {a}"))))


def _beside(node: Node | None, token: _Token) -> list[tuple[str, str | None]]:
    """(word, field) of what stands at one side of NEAR: a word, a truncated word, or several of them with OR."""
    if isinstance(node, Or):
        return [one for part in node.parts for one in _beside(part, token)]
    if isinstance(node, Word | Pattern) and "?" not in node.text:
        return [(node.text, node.field)]
    raise UsageError(f"query, character {token.at}: {token.text} goes between words (care, integrat*) or groups of them (team OR teams)")


def _has_word(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _word(token: _Token, field: str | None) -> Node | None:
    # A question may be asked as one: a question mark at the end of a word is none of a wild card.
    text = token.text.rstrip("?!") if _has_word(token.text) else token.text
    if not _has_word(text):
        if text == "*":
            raise UsageError(f"query, character {token.at}: * alone asks for all works and cannot be combined; leave it out")
        return None
    wild = re.search(r"\*|(?<=\w)\?(?=\w)", text)
    if not wild:
        return Word(text, token.at, field)
    check_pattern(text, token.at)
    return Pattern(text, token.at, field)


def check_pattern(text: str, at: int) -> None:
    """Raises ``UsageError`` for a truncation that would match half the dictionary."""
    for piece in re.split(r"[^\w*?]+", text):
        if piece.startswith("?"):
            raise UsageError(f"query, character {at}: {text!r}: expected a letter before ?")
        if "*" in piece and len(re.match(r"\w*", piece)[0]) < SHORTEST_STEM:  # type: ignore[index]
            raise UsageError(f"query, character {at}: {text!r}: expected at least {SHORTEST_STEM} letters before *")
        if piece.count("*") + piece.count("?") > MOST_WILD_CARDS:
            raise UsageError(f"query, character {at}: {text!r}: at most {MOST_WILD_CARDS} * and ? in a word")


def _labelled(token: _Token, facet: str) -> Labelled:
    label = token.text.strip()
    above = label.endswith("+")
    label = label.rstrip("+").strip().lower().replace("-", "_").replace(" ", "_")
    if above and facet != "evidence_strength":
        raise UsageError(f"query, character {token.at}: '+' (this and above) goes with strength only")
    return Labelled(facet, label, token.at, above)


def _years(token: _Token) -> Years:
    match = re.fullmatch(r"(\d{4})|(\d{4})?(?:-|\.\.)(\d{4})?", token.text.strip())
    if not match or token.text.strip() in ("-", ".."):
        raise UsageError(f"query, character {token.at}: {token.text!r}: expected a year (2019), a span (2015-2019) or an open one (2015-)")
    if match[1]:
        return Years(int(match[1]), int(match[1]), token.at)
    return Years(int(match[2]) if match[2] else None, int(match[3]) if match[3] else None, token.at)


def leaves(node: Node | None, positive: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every leaf, and whether it is asked for (False: under an odd number of NOTs)."""
    if isinstance(node, Not):
        yield from leaves(node.part, not positive)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part, positive)
    elif isinstance(node, Widened):
        yield from leaves(node.part, positive)
        yield from ((one, positive) for one in node.synonyms)
    elif node is not None:
        yield node, positive


def is_plain(node: Node | None) -> bool:
    """True for mere words without field, operator, phrase or truncation: asked in one's own words."""
    if isinstance(node, Word):
        return node.field is None
    return isinstance(node, And) and node.plain and all(isinstance(part, Word) and part.field is None for part in node.parts)


def shown(node: Node | None) -> str:
    """The query as it was understood, operators and fields written out."""
    match node:
        case None:
            return "*"
        case Widened(part=part):
            return shown(part)
        case Word(text=text, field=field) | Pattern(text=text, field=field) | Synonym(text=text, field=field):
            return f"{field}:{text}" if field else text
        case Phrase(text=text, slop=slop, field=field, any_form=True):
            beside = f" NEAR/{slop} ".join(text.split())
            return f"{field}:({beside})" if field else beside
        case Phrase(text=text, slop=slop, field=field):
            quoted = f'"{text}"' + (f"~{slop}" if slop else "")
            return f"{field}:{quoted}" if field else quoted
        case Labelled(facet=facet, label=label, and_above=above):
            return f"{facet}:{label}" + ("+" if above else "")
        case Valued(field=name, value=value):
            return f'{name}:"{value}"'
        case Years(first=first, last=last):
            return f"year:{first}" if first == last else f"year:{first or ''}-{last or ''}"
        case Not(part=part):
            return f"NOT {shown(part)}"
        case And(parts=parts):
            return "(" + " AND ".join(shown(part) for part in parts) + ")"
        case Or(parts=parts):
            # NEAR asks for both orders of two words; one tells of the other.
            told: dict[object, str] = {}
            for at, part in enumerate(parts):
                near = isinstance(part, Phrase) and part.any_form
                told.setdefault((frozenset(part.text.split()), part.slop, part.field) if isinstance(part, Phrase) and near else at, shown(part))
            return "(" + " OR ".join(told.values()) + ")"
