"""Widens a query by the thesaurus: what names a concept also finds the other terms for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from language.thesaurus import Expansion, Thesaurus
from warehouse.query_language import And, Node, Or, Phrase, Synonym, Widened, Word
from warehouse.text_index import TEXT_FIELDS


@dataclass(frozen=True)
class Widening:
    """A query with other terms added. ``expanded`` holds them by the words they were added to, ``notes`` says what was left alone."""

    node: Node | None
    expanded: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def widened(node: Node | None, query: str, thesaurus: Thesaurus) -> Widening:
    """``node``, parsed from ``query``, with the thesaurus' terms beside the words and phrases that name a concept.

    Plain words side by side are looked up together, the longest phrase first. A phrase in quotes is widened only where the whole of
    it is a term, truncated words never, and nothing that is asked not to be there: that would leave out more than was said.
    """
    widener = _Widener(thesaurus.expansions(query))
    return Widening(widener.node(node), widener.expanded, widener.notes)


class _Widener:
    def __init__(self, found: Sequence[Expansion]) -> None:
        self._found = {one.start: one for one in found}
        self.expanded: dict[str, list[str]] = {}
        self.notes: list[str] = []

    def node(self, node: Node | None) -> Node | None:
        if isinstance(node, And | Or):
            return self._side_by_side(node)
        return self._leaf(node)

    def _leaf(self, node: Node | None) -> Node | None:
        if isinstance(node, Word):
            return self._wider((node,), node)
        if isinstance(node, Phrase) and not node.slop:
            # The quotation mark stands before the phrase.
            return self._wider((Word(node.text, node.at + 1, node.field),), node)
        return node

    def _side_by_side(self, node: And | Or) -> Node:
        """Each stretch of words that is a term becomes one part, with the words joined as they were."""
        parts: list[Node] = []
        at = 0
        while at < len(node.parts):
            part = node.parts[at]
            size = self._stretch(node.parts[at:])
            if size > 1:
                words = [one for one in node.parts[at : at + size] if isinstance(one, Word)]
                parts.append(self._wider(words, replace(node, parts=tuple(words))))
                at += size
                continue
            parts.append(self.node(part) or part)
            at += 1
        return parts[0] if len(parts) == 1 else replace(node, parts=tuple(parts))

    def _stretch(self, parts: Sequence[Node]) -> int:
        """How many of the first parts make a term together; 1 for none, as a word alone is looked up alone."""
        words: list[Word] = []
        for part in parts:
            if not isinstance(part, Word) or (words and part.field != words[0].field):
                break
            words.append(part)
        return next((size for size in range(len(words), 1, -1) if self._expansion(words[:size]) is not None), 1)

    def _expansion(self, words: Sequence[Word]) -> Expansion | None:
        """The expansion that covers these words and nothing else; punctuation around them does not count."""
        first, last = words[0], words[-1]
        start = first.at - 1 + _before(first.text)
        end = last.at - 1 + len(last.text) - _before(last.text[::-1])
        found = self._found.get(start)
        return found if found is not None and found.end == end else None

    def _wider(self, words: Sequence[Word], part: Node) -> Node:
        name = words[0].field
        if name is not None and name not in TEXT_FIELDS:
            return part
        found = self._expansion(words)
        if found is None:
            return part
        if found.ambiguous:
            self.notes.append(
                f"{found.phrase} may mean {' or '.join(one.replace('_', ' ') for one in found.concepts)}; "
                "only the letters were looked for, add a word of what is meant"
            )
            return part
        if not found.terms:
            return part
        self.expanded[found.phrase.casefold()] = list(found.terms)
        return Widened(part, tuple(Synonym(term, words[0].at, name) for term in found.terms))


def _before(text: str) -> int:
    """How many characters stand before the first letter or digit."""
    return next((at for at, letter in enumerate(text) if letter.isalnum()), 0)
