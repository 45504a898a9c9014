"""From a query's tree to the full-text index: one query for works, one for passages, and what truncated words stood for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import tantivy

from evidence.errors import UsageError
from evidence.taxonomy.vocabulary import unknown
from warehouse.country_names import place_value
from warehouse.lenses import Lens
from warehouse.query_language import (
    And,
    Labelled,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Synonym,
    Valued,
    Widened,
    Word,
    Years,
    check_pattern,
    leaves,
)
from warehouse.text_index import EXACT, STEMMED, TEXT_FIELDS, analyzer, passages_schema, works_schema

BOOSTS = {"title": 3.0, "summary": 2.0, "headings": 1.5, "body": 1.0}
"""A word in the title says more of what a work is about than one in its text; set by hand, the order is what matters."""
MAX_EXPANSIONS = 50
TIE = 0.3
SYNONYM_BOOST = 0.5
"""What another term for a word counts beside the word itself: whoever wrote the word meant it."""
Text = Word | Phrase | Pattern | Synonym
"""The leaves that are looked for in texts."""
_KEYS = {"source": "source", "place": "place", "language": "language", "doi": "doi", "url": "url", "id": "id", "status": "availability"}
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


@dataclass
class Compiler:
    """Compiles for one snapshot: ``labels`` are the taxonomy's by facet and the terms of the ``lenses`` by typology, ``ladder`` the grades
    of strength, weakest first."""

    labels: dict[str, list[str]]
    ladder: list[str]
    works: tantivy.Searcher
    lenses: Mapping[str, Lens] = field(default_factory=dict)
    expanded: dict[str, list[str]] = field(default_factory=dict)

    def works_query(self, node: Node | None) -> tantivy.Query:
        match node:
            case None:
                return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
            case Not(part=part):
                return tantivy.Query.boolean_query([(_MUST, self.works_query(None)), (_NOT, self.works_query(part))])
            case And(parts=parts):
                wanted = [
                    (_NOT, self.works_query(part.part)) if isinstance(part, Not) else (_MUST, self.works_query(part)) for part in parts
                ]
                return tantivy.Query.boolean_query([*wanted, (_MUST, self.works_query(None))])
            case Or(parts=parts):
                return tantivy.Query.boolean_query([(_SHOULD, self.works_query(part)) for part in parts])
            case Widened(part=part, synonyms=synonyms):
                # The best of the terms and not their sum: a text is not more to the point for using all the words there are.
                return tantivy.Query.disjunction_max_query([self.works_query(part), *(self._text(one) for one in synonyms)], 0.0)
            case Labelled():
                return _constant(works_schema(), "tag", self.tags(node))
            case Valued(field=name, value=value):
                return _constant(works_schema(), _KEYS[name], [place_value(value) if name == "place" else value])
            case Years(first=first, last=last):
                return tantivy.Query.const_score_query(
                    tantivy.Query.range_query(
                        works_schema(),
                        "year",
                        tantivy.FieldType.Integer,
                        first if first is not None else 0,
                        last if last is not None else 9999,
                    ),
                    0.0,
                )
            case _:
                return self._text(node)

    def tags(self, node: Labelled) -> list[str]:
        """The "facet:label" that a leaf asks for: a typology's term stands for labels of ours."""
        labels = self.meant(node)
        lens = self.lenses.get(node.facet)
        if lens is None:
            return [f"{node.facet}:{label}" for label in labels]
        return [f"{lens.facet}:{label}" for term in labels for label in lens.terms[term][1]]

    def meant(self, node: Labelled) -> list[str]:
        """The labels (or a typology's terms) that a leaf asks for. Raises ``UsageError`` for one that the facet does not have."""
        known = self.labels[node.facet]
        if node.label not in known:
            raise UsageError(f"query, character {node.at}: {unknown(f'label of {node.facet}', node.label, known)}")
        return self.ladder[self.ladder.index(node.label) :] if node.and_above else [node.label]

    def _text(self, leaf: Text) -> tantivy.Query:
        fields = [leaf.field] if leaf.field else list(TEXT_FIELDS)
        try:
            return self._in_fields(leaf, fields)
        except ValueError as error:  # tantivy builds an automaton, of bounded size
            raise UsageError(f"query, character {leaf.at}: {leaf.text!r} stands for too many words; truncate it later") from error

    def _in_fields(self, leaf: Text, fields: list[str]) -> tantivy.Query:
        parts = [
            tantivy.Query.boost_query(one, BOOSTS.get(name, 1.0))
            for name in fields
            if (one := self._in_field(works_schema(), leaf, name, name in TEXT_FIELDS)) is not None
        ]
        if not parts:
            return self.works_query(None)
        return parts[0] if len(parts) == 1 else tantivy.Query.disjunction_max_query(parts, TIE)

    def _in_field(self, schema: tantivy.Schema, leaf: Text, name: str, twins: bool) -> tantivy.Query | None:
        """The leaf in one field; None where nothing of it is left to search for (a stop word alone)."""
        exact = f"{name}_exact" if twins else name
        if isinstance(leaf, Pattern):
            return self._pattern(schema, exact, leaf)
        if isinstance(leaf, Phrase):
            return self._phrase(schema, exact, leaf)
        if not twins:
            tokens = analyzer(EXACT).analyze(leaf.text)
            return _sequence(schema, name, tokens) if tokens else None
        stems = stems_in_place(leaf.text)
        if isinstance(leaf, Synonym) and stems:
            return tantivy.Query.boost_query(_in_place(schema, name, stems), SYNONYM_BOOST)
        return _in_place(schema, name, stems) if stems else None

    def _phrase(self, schema: tantivy.Schema, name: str, leaf: Phrase) -> tantivy.Query | None:
        if leaf.any_form and name.endswith("_exact"):
            pieces = [pattern_words(word) if "*" in word else [self._any_form(name, token) for token in analyzer(EXACT).analyze(word)]
                      for word in leaf.text.split()]
            return _regex_sequence(schema, name, [one for some in pieces for one in some], leaf.slop)
        if "*" not in leaf.text:
            tokens = analyzer(EXACT).analyze(leaf.text)
            return _sequence(schema, name, tokens, leaf.slop) if tokens else None
        words = []
        for word in leaf.text.split():
            if "*" in word:
                check_pattern(word, leaf.at)
                words += pattern_words(word)
            else:
                words += [re.escape(token) for token in analyzer(EXACT).analyze(word)]
        return _regex_sequence(schema, name, words, leaf.slop)

    def _any_form(self, name: str, token: str) -> str:
        """A regular expression of all words of a field that have the stem of ``token``, which is an exact one."""
        return f"({'|'.join(map(re.escape, sorted({token, *self._of_stem(name, token)})))})"

    def _of_stem(self, name: str, token: str) -> list[str]:
        stem = analyzer(STEMMED).analyze(token)
        if not stem:
            return []
        # What the word and its stem begin with alike, all its forms do: "stud" of study and studi.
        shared = "".join(letter for letter, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(token, stem[0], strict=False)))
        return [word for word, _ in self.works.terms_with_prefix(name, shared, limit=5_000) if analyzer(STEMMED).analyze(word) == stem]

    def _pattern(self, schema: tantivy.Schema, name: str, leaf: Pattern) -> tantivy.Query:
        words = pattern_words(leaf.text)
        if len(words) > 1:
            return tantivy.Query.regex_phrase_query(schema, name, list(words))
        self._note(leaf, words[0])
        return tantivy.Query.regex_query(schema, name, words[0])

    def _note(self, leaf: Pattern, regex: str) -> None:
        """Notes the words that a truncation stands for in this snapshot, the most frequent of them."""
        key = leaf.text.casefold()
        if key in self.expanded:
            return
        stem = re.match(r"[^*?]*", _folded(leaf.text))
        shape, counts = re.compile(regex), dict[str, int]()
        for name in [f"{leaf.field}_exact"] if leaf.field in TEXT_FIELDS else [leaf.field] if leaf.field else ["title_exact", "body_exact"]:
            for word, count in self.works.terms_with_prefix(name, stem[0] if stem else "", limit=5_000):
                if shape.fullmatch(word):
                    counts[word] = counts.get(word, 0) + count
        self.expanded[key] = sorted(sorted(counts), key=lambda word: -counts[word])[:MAX_EXPANSIONS]

    def passages_query(self, node: Node | None, work: int) -> tantivy.Query | None:
        """The passages of one work that hold any of what is asked for; None where nothing is asked of the text."""
        wanted = [one for leaf in asked_of_text(node) if (one := self._in_field(passages_schema(), leaf, "body", True)) is not None]
        if not wanted:
            return None
        return tantivy.Query.boolean_query([(_MUST, of_work(work)), (_MUST, tantivy.Query.boolean_query([(_SHOULD, one) for one in wanted]))])


def of_work(work: int) -> tantivy.Query:
    """The passages of one work, by its number in the index."""
    return tantivy.Query.const_score_query(tantivy.Query.term_query(passages_schema(), "work", work), 0.0)


def asked_of_text(node: Node | None) -> list[Text]:
    """The words, phrases and patterns that a hit's text may show: asked for, in any text field of the work."""
    return [
        leaf
        for leaf, positive in leaves(node)
        if positive and isinstance(leaf, Text) and leaf.field in (None, *TEXT_FIELDS)
    ]


def _sequence(schema: tantivy.Schema, name: str, tokens: Sequence[str], slop: int = 0) -> tantivy.Query:
    if len(tokens) == 1:
        return tantivy.Query.term_query(schema, name, tokens[0])
    return tantivy.Query.phrase_query(schema, name, list(tokens), slop)


def _regex_sequence(schema: tantivy.Schema, name: str, words: Sequence[str], slop: int) -> tantivy.Query | None:
    if len(words) < 2:
        return tantivy.Query.regex_query(schema, name, words[0]) if words else None
    return tantivy.Query.regex_phrase_query(schema, name, list(words), slop)


def stems_in_place(text: str) -> list[tuple[int, str]]:
    """(place, stem) of each word that the stemmed index holds: stop words leave a gap there, and so they do here."""
    stems = [(at, analyzer(STEMMED).analyze(word)) for at, word in enumerate(analyzer(EXACT).analyze(text))]
    found = [(at, some[0]) for at, some in stems if some]
    return [(at - found[0][0], stem) for at, stem in found]


def _in_place(schema: tantivy.Schema, name: str, stems: Sequence[tuple[int, str]]) -> tantivy.Query:
    if len(stems) == 1:
        return tantivy.Query.term_query(schema, name, stems[0][1])
    return tantivy.Query.phrase_query(schema, name, list(stems))


def _constant(schema: tantivy.Schema, name: str, values: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, name, list(values)), 0.0)


def _folded(text: str) -> str:
    """A word in the index's spelling, its wild cards kept: analysed piece by piece."""
    return "".join(piece if piece in "*?" else "".join(analyzer(EXACT).analyze(piece)) for piece in re.split(r"([*?])", text) if piece)


def pattern_words(text: str) -> list[str]:
    """The regular expressions of a pattern's words ("co-ordinat*" has two); every part has a letter."""
    pieces = [piece for piece in re.split(r"[^\w*?]+|_", text) if any(letter.isalnum() for letter in piece)]
    return [pattern_regex(piece) for piece in pieces]


def pattern_regex(word: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(piece, re.escape(piece)) for piece in re.split(r"([*?])", _folded(word)) if piece)


def text_of(node: Node | None) -> str:
    """The query in plain words, for its vector."""
    return " ".join(leaf.text.replace("*", "") for leaf in asked_of_text(node))


def relaxed(node: Node) -> Node:
    """Any instead of all of the words that stand side by side."""
    return Or(node.parts) if isinstance(node, And) else node
