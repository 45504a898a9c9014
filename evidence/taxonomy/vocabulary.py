"""What the taxonomy consists of, once loaded: facets with their labels, crosswalks, outcome measures, strength rules."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.errors import UsageError
from evidence.taxonomy.cues import Cue

CARDINALITIES = ("exactly_one", "at_most_one", "any")
CHANGES = ("increase", "decrease", "no_change", "mixed", "unclear")
DIRECTIONS = ("improved", "worsened", "no_change", "mixed", "unclear")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence for which the label holds, or (``hard_negative``) one that only looks so."""

    text: str
    hard_negative: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A way in which an outcome is measured; ``good`` is the change that is better: increase, decrease or unclear."""

    name: str
    good: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """One value of a facet. ``measures`` and ``good`` (the outcome's usual polarity) are set for outcome domains only.

    A sentence with a cue shows the label only where it also has one of each of the lists ``demands``, a few words from the cue one of each
    of the lists ``beside``, and none of ``refuses``. Where there are any, one of ``followed`` must come after it or one of ``preceded`` before.
    """

    facet: str
    id: str
    name: str
    definition: str
    source: str
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()
    examples: tuple[Example, ...] = ()
    good: str | None = None
    measures: tuple[Measure, ...] = ()
    demands: tuple[tuple[Cue, ...], ...] = ()
    beside: tuple[tuple[Cue, ...], ...] = ()
    refuses: tuple[Cue, ...] = ()
    followed: tuple[Cue, ...] = ()
    preceded: tuple[Cue, ...] = ()

    @property
    def positives(self) -> tuple[str, ...]:
        return tuple(example.text for example in self.examples if not example.hard_negative)

    @property
    def hard_negatives(self) -> tuple[str, ...]:
        return tuple(example.text for example in self.examples if example.hard_negative)


@dataclass(frozen=True, slots=True)
class Facet:
    """A question that is asked of documents (``grain`` document), or of findings (``grain`` finding).

    ``off_topic`` says whether documents that are off topic are tagged with it too. ``section`` is the codebook's.
    """

    id: str
    name: str
    definition: str
    source: str
    section: str
    cardinality: str
    grain: str
    off_topic: bool
    labels: tuple[Label, ...]

    @property
    def label_ids(self) -> tuple[str, ...]:
        return tuple(label.id for label in self.labels)

    def label(self, label: str) -> Label:
        """The label by id. Raises ``UsageError`` that names the known ones."""
        for known in self.labels:
            if known.id == label:
                return known
        raise unknown(f"label of {self.id}", label, self.label_ids)


@dataclass(frozen=True, slots=True)
class CrosswalkTerm:
    """A label of the published typology."""

    id: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class CrosswalkLink:
    """Where one of our labels lies in the other typology; ``theirs`` None is outside of it.

    ``when`` (in words) with ``cues`` or ``conditions`` (ids of strength conditions, all of which must hold) restricts the
    link to passages or documents of that kind; a link without them holds for all the rest.
    """

    ours: str
    theirs: str | None
    when: str | None = None
    cues: tuple[Cue, ...] = ()
    conditions: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A published typology and how the labels of ``facet`` translate into it."""

    id: str
    name: str
    definition: str
    source: str
    facet: str
    terms: tuple[CrosswalkTerm, ...]
    links: tuple[CrosswalkLink, ...]

    def term(self, term: str) -> CrosswalkTerm:
        for known in self.terms:
            if known.id == term:
                return known
        raise unknown(f"term of {self.id}", term, (known.id for known in self.terms))

    def theirs(self, label: str, passage: str = "", conditions: Iterable[str] = ()) -> str | None:
        """Their term for our label, or None where it is outside. ``passage`` and ``conditions`` decide the restricted links."""
        holds = set(conditions)
        default: str | None = None
        for link in self.links:
            if link.ours != label:
                continue
            if not link.when:
                default = link.theirs
                continue
            named = any(cue.compiled().search(passage) for cue in link.cues)
            met = bool(link.conditions) and holds.issuperset(link.conditions)
            if named or met:
                return link.theirs
        return default

    def ours(self, term: str) -> tuple[str, ...]:
        """Our labels that lie in their term without restriction, in our order. Raises ``UsageError`` for an unknown term."""
        self.term(term)
        return tuple(link.ours for link in self.links if link.theirs == term and not link.when)

    @property
    def outside(self) -> tuple[str, ...]:
        """Our labels that have no place in this typology."""
        return tuple(link.ours for link in self.links if link.theirs is None and not link.when)


@dataclass(frozen=True, slots=True)
class StrengthCondition:
    """Something a document must say of itself before its grade may be raised; ``minimum_n`` where it is a number.

    ``unless`` names a condition that makes this one worthless.
    """

    id: str
    definition: str
    cues: tuple[Cue, ...] = ()
    minimum_n: int | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class StrengthStart:
    """The grade a design starts at; ``raised_to`` where all conditions of any one set of ``raised_when`` hold."""

    design: str
    grade: str
    raised_to: str | None
    raised_when: tuple[tuple[str, ...], ...]
    says: str


@dataclass(frozen=True, slots=True)
class StrengthStep:
    """One step ``by`` -1 or +1, taken at most once, not for the designs in ``not_for``, only for ``only_for`` where given."""

    id: str
    by: int
    definition: str
    says: str
    not_for: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    maximum_n: int | None = None
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class StrengthLimit:
    """``floor`` or ``ceiling`` of the grade for ``designs`` (all where empty) under the condition in ``when``."""

    id: str
    kind: str
    grade: str
    definition: str
    designs: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True, slots=True)
class StrengthRules:
    """How a grade comes about: start from the design, take the steps, keep within the limits. ``ladder`` rises."""

    ladder: tuple[str, ...]
    starts: tuple[StrengthStart, ...]
    conditions: tuple[StrengthCondition, ...]
    steps: tuple[StrengthStep, ...]
    limits: tuple[StrengthLimit, ...]

    def start(self, design: str) -> StrengthStart:
        for start in self.starts:
            if start.design == design:
                return start
        raise unknown("study design", design, (start.design for start in self.starts))

    def condition(self, condition: str) -> StrengthCondition:
        for known in self.conditions:
            if known.id == condition:
                return known
        raise unknown("strength condition", condition, (known.id for known in self.conditions))

    def step(self, step: str) -> StrengthStep:
        for known in self.steps:
            if known.id == step:
                return known
        raise unknown("strength step", step, (known.id for known in self.steps))

    def move(self, grade: str, by: int) -> str:
        """The grade ``by`` rungs higher (or lower), kept on the ladder."""
        at = self.ladder.index(grade) + by
        return self.ladder[min(max(at, 0), len(self.ladder) - 1)]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The whole vocabulary. ``version`` is a short digest of its content: part of every classifier version."""

    version: str
    facets: dict[str, Facet]
    crosswalks: dict[str, Crosswalk]
    strength: StrengthRules

    def facet(self, facet: str) -> Facet:
        """The facet by id. Raises ``UsageError`` that names the known ones."""
        if facet not in self.facets:
            raise unknown("facet", facet, self.facets)
        return self.facets[facet]

    def label(self, facet: str, label: str) -> Label:
        """The label of a facet. Raises ``UsageError`` that names the unknown id and the known ones."""
        return self.facet(facet).label(label)

    def crosswalk(self, crosswalk: str) -> Crosswalk:
        """The crosswalk by id. Raises ``UsageError`` that names the known ones."""
        if crosswalk not in self.crosswalks:
            raise unknown("typology", crosswalk, self.crosswalks)
        return self.crosswalks[crosswalk]

    def measure(self, outcome: str, text: str) -> Measure | None:
        """The measure of an outcome domain that ``text`` names (the longest match wins), or None."""
        best: tuple[int, Measure] | None = None
        for measure in self.label("outcome_domain", outcome).measures:
            for cue in measure.cues:
                match = cue.compiled().search(text)
                if match and (best is None or match.end() - match.start() > best[0]):
                    best = (match.end() - match.start(), measure)
        return best[1] if best else None

    def direction(self, outcome: str, change: str, text: str = "") -> str:
        """Whether a change of an outcome is for the better: one of ``DIRECTIONS``.

        ``text`` (the sentence, or the words for the measure) picks the measure, whose polarity may differ from the
        domain's usual one: more staff turnover is worse although more staff is better. Raises ``UsageError`` for an
        unknown outcome or change.
        """
        if change not in CHANGES:
            raise unknown("change", change, CHANGES)
        if change not in ("increase", "decrease"):
            return change
        measure = self.measure(outcome, text) if text else None
        good = measure.good if measure else self.label("outcome_domain", outcome).good
        if good not in ("increase", "decrease"):
            return "unclear"
        return "improved" if change == good else "worsened"


def unknown(what: str, given: str, known: Iterable[str]) -> UsageError:
    """The error for an id that does not exist: names it, suggests the nearest, lists all."""
    names = list(known)
    near = difflib.get_close_matches(given.lower().replace("-", "_").replace(" ", "_"), names, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    return UsageError(f"unknown {what} {given!r}:{hint} known are {', '.join(names)}")
