"""Fragments of words without which a regular expression cannot match, found out from the expression itself.

Trying a long list of wordings on a sentence costs ten times what looking its words up does. :func:`needed` reads a parsed expression and gives
a set of fragments of which one stands in every text that it matches (the idea of the prefilters of RE2 and of Google Code Search, on words
rather than on trigrams); :class:`Fragments` finds which of many fragments a stretch of text without white space holds.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

BORDER, DIGIT = "\x00", "\x01"
"""In strings that an expression matches: a place between a word and no word, and any digit."""
MOST_STRINGS = 400
"""Strings of one expression that are written out; of a longer list only parts are looked at."""
_PIECE = re.compile(r"\x01+|\w+|[^\w\s\x00\x01]")
_WORD = re.compile(r"\w+")
_ODD = str.maketrans("ıſİ", "isi")
"""Letters that match a plain one where case is ignored, and that ``str.lower`` leaves or takes apart."""
REMEMBERED = 100_000
"""Words whose fragments are kept, about 20 MB: after so many different ones the memory starts afresh."""
_COMMON = frozenset(".,-'()")
_COMMON_WORDS = frozenset(
    ("the", "of", "and", "to", "in", "a", "for", "is", "on", "that", "with", "as", "by", "are", "was", "be", "from", "or", "at", "this", "it",
     "an", "were", "which", "have", "has", "had", "not", "their", "can")
)


@dataclass(frozen=True, slots=True)
class Fragment:
    """Part of a word in small letters, one sign, or :data:`DIGIT`. ``opens`` and ``ends``: the word begins or ends with it.

    ``spread``: a match with it may hold white space, so that the rest has to be looked for beyond the stretch that the fragment stands in.
    """

    text: str
    opens: bool = False
    ends: bool = False
    spread: bool = False

    @property
    def worth(self) -> float:
        """How much its absence is likely to rule out: long and whole words most, full stops and commas least."""
        if self.text == DIGIT:
            return 2.5
        if not self.text.isalnum():
            return 0.2 if self.text in _COMMON else 3.0
        return 1.0 if self.text in _COMMON_WORDS else len(self.text) + 0.7 * self.opens + 0.7 * self.ends


Clause = frozenset[Fragment]


@dataclass(frozen=True)
class _Part:
    """What is known of part of an expression: the ``strings`` that it matches where they are few, else a ``clause`` (one fragment of it is
    there) where there is one. ``spread``: it may match white space."""

    strings: frozenset[str] | None
    clause: Clause | None
    spread: bool

    def needs(self) -> Clause | None:
        return self.clause if self.strings is None else _clause(self.strings)


_EMPTY = frozenset(("",))


def needed(nodes: Sequence[tuple[Any, Any]]) -> Clause | None:
    """Fragments of which at least one stands in every text that a parsed expression matches; None where nothing can be said."""
    return _sequence(nodes, _EMPTY).needs()


def parsed(pattern: str, flags: int = 0) -> list[tuple[Any, Any]]:
    """The expression as the interpreter's own parser reads it: (operator, value) pairs."""
    return list(_parser.parse(pattern, flags))


def is_local(nodes: Iterable[tuple[Any, Any]]) -> bool:
    """Whether a match depends on the matched characters and word borders alone: no look-around and no end of text in the expression."""
    return all(
        operator not in (kinds.ASSERT, kinds.ASSERT_NOT) and (operator is not kinds.AT or value is kinds.AT_BOUNDARY)
        for operator, value in _operators(nodes)
    )


def most_spaces(nodes: Iterable[tuple[Any, Any]]) -> int | None:
    """White space characters that a match of a parsed expression may hold; None where there is no limit."""
    total = 0
    for operator, value in nodes:
        inner = [most_spaces(branch) for branch in _inner(operator, value)]
        if None in inner:
            return None
        most = max((count for count in inner if count is not None), default=0)
        if operator in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            if most and value[1] is kinds.MAXREPEAT:
                return None
            most *= int(value[1]) if most else 0
        elif not inner and operator is not kinds.AT:
            most = int(_part(operator, value, _EMPTY, []).spread)
        total += most
    return total


def _operators(nodes: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    for operator, value in nodes:
        yield operator, value
        for inner in _inner(operator, value):
            yield from _operators(inner)


def _inner(operator: Any, value: Any) -> Sequence[Any]:
    if operator is kinds.BRANCH:
        return list(value[1])
    if operator is kinds.ATOMIC_GROUP:
        return [value]
    if operator in (kinds.SUBPATTERN, kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT, kinds.ASSERT, kinds.ASSERT_NOT):
        return [value[-1]]
    return []


def _sequence(nodes: Sequence[tuple[Any, Any]], start: frozenset[str]) -> _Part:
    """Parts one after another; ``start`` are the strings that stand directly before."""
    held: frozenset[str] = start
    done: list[_Part] = []
    for at, (operator, value) in enumerate(nodes):
        part = _part(operator, value, held, _borders(nodes[at + 1 :]))
        if part.strings is not None:
            joined = frozenset(one + other for one, other in product(held, part.strings))
            if len(joined) <= MOST_STRINGS:
                held = joined
                continue
            done.append(_Part(held, None, _has_space(held)))
            held = part.strings
            continue
        border = frozenset((BORDER,)) if _never_in_word(operator, value) else _EMPTY
        if part.clause is None or operator not in (kinds.BRANCH, kinds.SUBPATTERN):
            done.append(_Part(frozenset(one + other for one, other in product(held, border)), None, _has_space(held)))
        done.append(part)
        held = border
    if not done:
        return _Part(held, None, _has_space(held))
    done.append(_Part(held, None, _has_space(held)))
    best: Clause | None = None
    for at, part in enumerate(done):
        clause = part.needs()
        if clause is not None and (best is None or _worth(clause) > _worth(best)):
            beside = any(other.spread for number, other in enumerate(done) if number != at)
            best = frozenset(replace(one, spread=True) for one in clause) if beside else clause
    return _Part(None, best, any(part.spread for part in done))


def _borders(nodes: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The word border that follows, which holds for every branch before it."""
    return list(nodes[:1]) if nodes and nodes[0] == (kinds.AT, kinds.AT_BOUNDARY) else []


def _part(operator: Any, value: Any, before: frozenset[str], after: list[tuple[Any, Any]]) -> _Part:
    """One node. Strings are its own; a clause may hold what stands ``before`` and ``after`` it too."""
    if operator is kinds.LITERAL:
        return _characters([chr(value)])
    if operator is kinds.IN:
        return _class(value)
    if operator is kinds.AT:
        return _Part(frozenset((BORDER,)) if value is kinds.AT_BOUNDARY else _EMPTY, None, False)
    if operator in (kinds.ASSERT, kinds.ASSERT_NOT):
        return _Part(_EMPTY, None, False)
    if operator is kinds.SUBPATTERN or operator is kinds.ATOMIC_GROUP:
        return _group([list(value[-1] if operator is kinds.SUBPATTERN else value)], before, after)
    if operator is kinds.BRANCH:
        return _group([list(branch) for branch in value[1]], before, after)
    if operator in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        return _repeat(*value)
    return _Part(None, None, True)


def _group(branches: list[list[tuple[Any, Any]]], before: frozenset[str], after: list[tuple[Any, Any]]) -> _Part:
    alone = [_sequence(branch, _EMPTY) for branch in branches]
    strings = frozenset[str]().union(*(part.strings or () for part in alone))
    if all(part.strings is not None for part in alone) and len(strings) <= MOST_STRINGS:
        return _Part(strings, None, _has_space(strings))
    few = before if len(before) * len(branches) <= MOST_STRINGS else _EMPTY
    whole = [_sequence([*branch, *after], few) for branch in branches]
    clauses = [part.needs() for part in whole]
    spread = any(part.spread for part in whole) or _has_space(before)
    if any(clause is None for clause in clauses):
        return _Part(None, None, spread)
    found: Clause = frozenset[Fragment]().union(*(clause for clause in clauses if clause is not None))
    if few is not before and _has_space(before):
        found = frozenset(replace(one, spread=True) for one in found)
    return _Part(None, found, spread)


def _repeat(least: int, most: Any, nodes: Any) -> _Part:
    part = _sequence(list(nodes), _EMPTY)
    if (least, most) == (1, 1):
        return part
    if least == 0:
        return _Part(part.strings | {""}, None, part.spread) if most == 1 and part.strings is not None else _Part(None, None, part.spread)
    clause = part.needs()
    # the next time round may be another branch
    return _Part(None, frozenset(replace(one, spread=True) for one in clause) if clause and part.spread else clause, part.spread)


def _class(items: Sequence[tuple[Any, Any]]) -> _Part:
    operators = [operator for operator, _ in items]
    if all(operator is kinds.LITERAL for operator in operators):
        return _characters([chr(value) for _, value in items])
    if list(items) == [(kinds.CATEGORY, kinds.CATEGORY_DIGIT)]:
        return _Part(frozenset((DIGIT,)), None, False)
    if list(items) == [(kinds.CATEGORY, kinds.CATEGORY_SPACE)]:
        return _Part(frozenset((" ",)), None, True)
    return _Part(None, None, any(_may_be_space(operator, value) for operator, value in items))


def _may_be_space(operator: Any, value: Any) -> bool:
    if operator is kinds.LITERAL:
        return chr(value).isspace()
    if operator is kinds.RANGE:
        return any(chr(code).isspace() for code in range(value[0], min(value[1], 0x3001) + 1))
    return operator is not kinds.CATEGORY or value not in (kinds.CATEGORY_WORD, kinds.CATEGORY_DIGIT)


def _characters(letters: Sequence[str]) -> _Part:
    """Any of these characters. Other letters than ASCII's have too many ways of being written in capitals."""
    if len(letters) > 8 or any(one.isalnum() and not one.isascii() for one in letters):
        return _Part(None, None, any(one.isspace() for one in letters))
    strings = frozenset(" " if one.isspace() else one.lower() for one in letters)
    return _Part(strings, None, " " in strings)


def _never_in_word(operator: Any, value: Any) -> bool:
    """Whether the node matches at least one character, and none of a word: a word ends before it and begins after it."""
    if operator in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and value[0] >= 1 and len(value[2]) == 1:
        operator, value = value[2][0]
    if operator is not kinds.IN:
        return False
    categories = [one for kind, one in value if kind is kinds.CATEGORY]
    if value[0][0] is kinds.NEGATE:
        return kinds.CATEGORY_WORD in categories
    return list(value) == [(kinds.CATEGORY, kinds.CATEGORY_NOT_WORD)]


def _has_space(strings: Iterable[str]) -> bool:
    return any(" " in one for one in strings)


def _worth(clause: Clause) -> float:
    return min(one.worth for one in clause)


def _clause(strings: Iterable[str]) -> Clause | None:
    """The best fragment of every string; None where one has none."""
    found = []
    for string in strings:
        fragments = list(_fragments_of(string))
        if not fragments:
            return None
        found.append(max(fragments, key=lambda one: (one.worth, one.text)))
    return frozenset(found)


def _fragments_of(string: str) -> Iterator[Fragment]:
    spread = " " in string
    for match in _PIECE.finditer(string):
        text = match[0]
        if text[0] == DIGIT:
            yield Fragment(DIGIT, spread=spread)
        elif text[0].isalnum() or text[0] == "_":
            yield Fragment(text, _parts(string[: match.start()][-1:]), _parts(string[match.end() :][:1]), spread)
        else:
            yield Fragment(text, spread=spread)


def _parts(neighbour: str) -> bool:
    """Whether a character beside a fragment is sure to be no part of its word. At the end of a string nothing is known."""
    return bool(neighbour) and neighbour != DIGIT and not (neighbour.isalnum() or neighbour == "_")


def folded(text: str) -> str:
    """``text`` in small letters, character for character, as expressions compare it where case is ignored."""
    return (text if text.isascii() else text.translate(_ODD)).lower()


class _Table(dict[str, set[int]]):
    """Numbers by text, and the lengths of the texts, shortest first."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def file(self, text: str, number: int) -> None:
        if text not in self:
            self[text] = set()
            if len(text) not in self.lengths:
                insort(self.lengths, len(text))
        self[text].add(number)


class Fragments:
    """Numbers filed under fragments, found again in stretches of text without white space."""

    def __init__(self) -> None:
        self._inner, self._opening, self._ending, self._whole = _Table(), _Table(), _Table(), _Table()
        self._words: dict[str, frozenset[int]] = {}

    def file(self, fragment: Fragment, number: int) -> None:
        tables = ((self._inner, self._ending), (self._opening, self._whole))
        tables[fragment.opens][fragment.ends].file(fragment.text, number)
        self._words.clear()

    def within(self, stretch: str) -> frozenset[int]:
        """The numbers of all fragments that the stretch holds."""
        plain = folded(stretch)
        if plain.isalpha():
            return self._in_word(plain)
        signs = (self._inner.get(DIGIT if sign.isdecimal() else sign, _NONE) for sign in set(plain))
        return _NONE.union(*map(self._in_word, _WORD.findall(plain)), *signs)

    def _in_word(self, word: str) -> frozenset[int]:
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= REMEMBERED:
                self._words.clear()
            found = self._words[word] = _NONE.union(*self._sought(word))
        return found

    def _sought(self, word: str) -> Iterator[Iterable[int]]:
        size = len(word)
        if word in self._whole:
            yield self._whole[word]
        for length in self._opening.lengths:
            if length > size:
                break
            if (part := word[:length]) in self._opening:
                yield self._opening[part]
        for length in self._ending.lengths:
            if length > size:
                break
            if (part := word[size - length :]) in self._ending:
                yield self._ending[part]
        for length in self._inner.lengths:
            for at in range(size - length + 1):
                if (part := word[at : at + length]) in self._inner:
                    yield self._inner[part]


_NONE: frozenset[int] = frozenset()
