"""All cues of the taxonomy in one pass over a sentence.

A cue can only match where a fragment of each of its words stands, so what stands between white space is looked up once (and remembered for
the life of the index) for the fragments in it; only cues all of whose words are there are tried as regular expressions. On policy reports
7,500 cues cost a millisecond a page, where trying each costs some hundred times that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from classify.fragments import Fragment, Fragments, folded
from evidence.taxonomy import Cue, Slot

K = TypeVar("K")
_NONE: frozenset[int] = frozenset()
REMEMBERED = 100_000
"""Stretches whose fragments are kept, about 30 MB: after so many different ones the memory starts afresh."""


@dataclass(frozen=True, slots=True)
class Hit(Generic[K]):
    """A cue that matched ``plain[start:end]`` of a sentence; ``key`` is what the caller filed the cue under."""

    key: K
    cue: Cue
    start: int
    end: int


_UNFIXED = re.compile(r"[-'?*&]")
"""What in a cue's word may be written in more than one way."""


class _Phrase:
    """The pattern of one cue or more. ``needs`` are fragments by number: of each set one must be there."""

    __slots__ = ("_cue", "_heads", "entries", "needs")

    def __init__(self, cue: Cue, needs: tuple[frozenset[int], ...]) -> None:
        self._cue = cue
        self._heads = tuple({_UNFIXED.split(word)[0].lower() for word in cue.slots[0].alternatives} if "and" not in cue.slots[0].alternatives else ())
        self.needs = needs
        self.entries: list[int] = []

    def first(self, plain: str, low: str) -> re.Match[str] | None:
        """The first match: tried only where a word of the phrase begins. ``low`` is the same text :func:`~classify.fragments.folded`."""
        pattern = self._cue.compiled()
        if not all(self._heads):
            return pattern.search(plain)
        best: re.Match[str] | None = None
        for head in self._heads:
            at = low.find(head)
            while at >= 0 and (best is None or at < best.start()):
                if match := pattern.match(plain, at):
                    best = match
                    break
                at = low.find(head, at + 1)
        return best


def _fragments(slot: Slot) -> list[frozenset[Fragment]]:
    """What a slot cannot match without: of every set one fragment. All parts of a single word; of several words the longest part of each."""
    if "and" in slot.alternatives:
        return []
    parts = [[one for one in _parts(word) if one.text] for word in slot.alternatives]
    if len(parts) == 1:
        return [frozenset((one,)) for one in parts[0]]
    return [frozenset(max(ones, key=lambda one: one.worth) for ones in parts)] if all(parts) else []


def _parts(word: str) -> list[Fragment]:
    pieces = _UNFIXED.split(word.lower())
    return [Fragment(piece, opens=at == 0, ends=at == len(pieces) - 1) for at, piece in enumerate(pieces)]


class _Known(dict[str, frozenset[int]]):
    """The numbers of the fragments that a stretch holds, found when first asked for."""

    def __init__(self, fragments: Fragments) -> None:
        super().__init__()
        self._fragments = fragments

    def __missing__(self, stretch: str) -> frozenset[int]:
        found = self._fragments.within(stretch)
        if len(self) >= REMEMBERED:
            self.clear()
        self[stretch] = found
        return found


class CueIndex(Generic[K]):
    """Finds which cues match a sentence. ``entries`` are (key, cue) pairs; the order of hits is that of the entries."""

    def __init__(self, entries: Iterable[tuple[K, Cue]]) -> None:
        self._numbers: dict[Fragment, int] = {}
        self._fragments = Fragments()
        self._entries = list(entries)
        self._filed: dict[int, list[_Phrase]] = {}
        self._always: list[_Phrase] = []
        phrases: dict[str, _Phrase] = {}
        for at, (_, cue) in enumerate(self._entries):
            if cue.pattern not in phrases:
                phrases[cue.pattern] = self._file(cue)
            phrases[cue.pattern].entries.append(at)
        self._known = _Known(self._fragments)

    def _file(self, cue: Cue) -> _Phrase:
        needs = [words for slot in cue.slots for words in _fragments(slot)]
        needs.sort(key=lambda words: -min(one.worth for one in words))
        numbers = [frozenset(self._number(one) for one in words) for words in needs]
        phrase = _Phrase(cue, tuple(numbers[1:]))
        if not numbers:
            self._always.append(phrase)
        for number in numbers[0] if numbers else ():
            self._filed.setdefault(number, []).append(phrase)
        return phrase

    def _number(self, fragment: Fragment) -> int:
        if fragment not in self._numbers:
            self._numbers[fragment] = len(self._numbers)
            self._fragments.file(fragment, self._numbers[fragment])
        return self._numbers[fragment]

    def hits(self, plain: str) -> list[Hit[K]]:
        """Every cue that matches, once each at its first place."""
        present = _NONE.union(*map(self._known.__getitem__, plain.split()))
        low = folded(plain)
        found: dict[int, re.Match[str]] = {}
        for phrases in (self._always, *(self._filed[number] for number in self._filed.keys() & present)):
            for phrase in phrases:
                for need in phrase.needs:
                    if need.isdisjoint(present):
                        break
                else:
                    if match := phrase.first(plain, low):
                        found.update(dict.fromkeys(phrase.entries, match))
        return [Hit(*self._entries[at], *found[at].span()) for at in sorted(found)]
