"""All cues of the taxonomy in one pass over a sentence.

A cue can only match where a literal of each of its words occurs, so every word is looked up once (and remembered for the life of the
index) for the literals in it; only cues all of whose words are there are tried as regular expressions. On policy reports about 3,000 cues
cost one millisecond a page, where trying each costs a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from evidence.taxonomy import Cue

K = TypeVar("K")
_WORD = re.compile(r"\w+")
REMEMBERED = 200_000
"""Distinct words whose literals are kept: the vocabulary of some thousand reports, about 40 MB at most."""


@dataclass(frozen=True, slots=True)
class Hit(Generic[K]):
    """A cue that matched ``plain[start:end]`` of a sentence; ``key`` is what the caller filed the cue under."""

    key: K
    cue: Cue
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Entry(Generic[K]):
    key: K
    cue: Cue
    needs: tuple[frozenset[int], ...]


def _literals(word: str) -> str:
    return max(re.split(r"[-'?*&]", word), key=len).lower()


class CueIndex(Generic[K]):
    """Finds which cues match a sentence. ``entries`` are (key, cue) pairs; the order of hits is that of the entries."""

    def __init__(self, entries: Iterable[tuple[K, Cue]]) -> None:
        self._numbers: dict[str, int] = {}
        self._literals: list[str] = []
        self._entries: list[_Entry[K]] = []
        self._by_literal: dict[int, list[int]] = {}
        self._always: list[int] = []
        for key, cue in entries:
            self._file(key, cue)
        self._lengths = sorted({len(literal) for literal in self._numbers})
        self._known: dict[str, tuple[int, ...]] = {}

    def _file(self, key: K, cue: Cue) -> None:
        needs = []
        for slot in cue.slots:
            literals = {_literals(word) for word in slot.alternatives}
            if "and" in slot.alternatives or "" in literals:
                continue
            needs.append(frozenset(self._number(literal) for literal in literals))
        at = len(self._entries)
        self._entries.append(_Entry(key, cue, tuple(needs)))
        if not needs:
            self._always.append(at)
            return
        for number in max(needs, key=lambda need: min(len(self._literals[number]) for number in need)):
            self._by_literal.setdefault(number, []).append(at)

    def _number(self, literal: str) -> int:
        if literal not in self._numbers:
            self._numbers[literal] = len(self._literals)
            self._literals.append(literal)
        return self._numbers[literal]

    def _in_word(self, word: str) -> tuple[int, ...]:
        found = self._known.get(word)
        if found is None:
            numbers = self._numbers
            found = tuple(
                {
                    numbers[part]
                    for length in self._lengths
                    if length <= len(word)
                    for at in range(len(word) - length + 1)
                    if (part := word[at : at + length]) in numbers
                }
            )
            if len(self._known) < REMEMBERED:
                self._known[word] = found
        return found

    def hits(self, plain: str) -> list[Hit[K]]:
        """Every cue that matches, once each at its first place."""
        present: set[int] = set()
        for word in set(_WORD.findall(plain.lower())):
            present.update(self._in_word(word))
        tried: set[int] = set(self._always)
        for number in present:
            tried.update(self._by_literal.get(number, ()))
        result: list[Hit[K]] = []
        for at in sorted(tried):
            entry = self._entries[at]
            if all(not need.isdisjoint(present) for need in entry.needs) and (match := entry.cue.compiled().search(plain)):
                result.append(Hit(entry.key, entry.cue, match.start(), match.end()))
        return result
