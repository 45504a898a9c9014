"""What a document says for and against each label: cue mentions in scope, counted by where they stand.

A mention is out of scope, and not counted, where the sentence denies it ("not integrated", "without pooling budgets"). Mentions in
sentences about other people's work are kept apart: they speak for the subject, not for what this document does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log1p

from classify.cue_index import CueIndex
from classify.prose import Prose, Sentence
from evidence.records import Span
from evidence.taxonomy import Cue, Taxonomy

Key = tuple[str, str]
"""Facet and label."""

_DENIED = re.compile(
    r"(?:\b(?:not|never|no|nor|neither|without|rather than|instead of|nothing to do with|as opposed to|unlike|excluding|other than)|n't)"
    r"(?:\W+(?:a|an|any|the|been|be|yet|fully|have|being|of|use|using|only))*\W*$",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just|merely)\W*(?:\w+\W+)?$", re.IGNORECASE)
_DENIED_NEAR = re.compile(
    r"(?:\b(?:not|never|no|nor|neither|nobody|none|nothing|without)|n't)\b(?! (?:only|just|merely|longer|doubt|question|wonder)|-for-)"
    r"(?:[ '’-]+(?!that\b|who\b|which\b)\w+){0,4} ?$", re.IGNORECASE
)
WINDOW = 8
"""Sentences: about a paragraph. Mentions that stand together show that something is described, not touched on."""

QUOTE_LENGTH = 420
"""Characters. A longer sentence is quoted from its clause around the cue."""


@dataclass(frozen=True, slots=True)
class Mention:
    sentence: Sentence
    cue: Cue
    start: int
    end: int

    @property
    def kind(self) -> str:
        """strong, weak, against or citing."""
        if self.cue.citing:
            return "citing"
        return "against" if self.cue.negative else self.cue.weight


@dataclass(slots=True)
class LabelEvidence:
    """The mentions of one label. ``title`` holds the kinds of cue that match the title, ``denied`` the numbers of sentences that deny one."""

    mentions: list[Mention] = field(default_factory=list)
    title: set[str] = field(default_factory=set)
    denied: set[int] = field(default_factory=set)

    def count(self, kind: str, zones: Iterable[str] = (), cited: bool | None = None) -> float:
        """Sentences with a mention of this kind; headings and table cells count as they stand."""
        wanted = frozenset(zones)
        return float(
            len(
                {
                    mention.sentence.number
                    for mention in self.mentions
                    if mention.kind == kind
                    and (not wanted or mention.sentence.zone in wanted)
                    and (cited is None or mention.sentence.cited == cited)
                }
            )
        )

    def spoken(self, zones: Iterable[str] = ()) -> float:
        """Sentences with a strong mention in which the document speaks of itself ("we", "this study")."""
        wanted = frozenset(zones)
        found = (m.sentence for m in self.mentions if m.kind == "strong" and m.sentence.own and (not wanted or m.sentence.zone in wanted))
        return float(len({sentence.number for sentence in found}))

    @property
    def distinct(self) -> int:
        return len({mention.cue.pattern for mention in self.mentions if mention.kind == "strong"})

    @property
    def headings(self) -> int:
        return len({m.sentence.number for m in self.mentions if m.kind == "strong" and m.sentence.kind == "heading"})

    @property
    def peak(self) -> int:
        """The most mentions that speak for the label within one window of sentences, a strong one counting twice."""
        weights: dict[int, int] = defaultdict(int)
        for mention in self.mentions:
            if mention.kind in ("strong", "weak"):
                weights[mention.sentence.number] = max(weights[mention.sentence.number], 2 if mention.kind == "strong" else 1)
        numbers = sorted(weights)
        best = total = 0
        low = 0
        for number in numbers:
            total += weights[number]
            while numbers[low] <= number - WINDOW:
                total -= weights[numbers[low]]
                low += 1
            best = max(best, total)
        return best


class EvidenceReader:
    """Reads the evidence for every label of the taxonomy out of prose. Compiled once, used for all documents."""

    def __init__(self, taxonomy: Taxonomy, facets: Sequence[str]) -> None:
        self.facets = tuple(facets)
        self.index: CueIndex[Key] = CueIndex(
            ((facet, label.id), cue) for facet in facets for label in taxonomy.facet(facet).labels for cue in label.cues
        )

    def read(self, prose: Prose) -> dict[Key, LabelEvidence]:
        """Evidence by (facet, label); labels that nothing speaks of are missing."""
        found: dict[Key, LabelEvidence] = defaultdict(LabelEvidence)
        for hit in self.index.hits(prose.title):
            found[hit.key].title.add("against" if hit.cue.negative else hit.cue.weight)
        for sentence in prose.sentences:
            for hit in self.index.hits(sentence.plain):
                if not is_denied(sentence.plain, hit.start) or hit.cue.negative:
                    found[hit.key].mentions.append(Mention(sentence, hit.cue, hit.start, hit.end))
                if not hit.cue.negative and _DENIED_NEAR.search(sentence.plain[max(0, hit.start - 60) : hit.start]):
                    found[hit.key].denied.add(sentence.number)
        return dict(found)


def is_denied(plain: str, start: int) -> bool:
    """Whether the words before ``start`` deny what follows."""
    before = plain[max(0, start - 60) : start]
    return bool(_DENIED.search(before)) and not _NOT_ONLY.search(before)


def best_mention(mentions: Iterable[Mention], kinds: Sequence[str] = ("strong", "weak")) -> Mention | None:
    """The mention that shows the label best: strong, in prose of this document's own, with company, early."""
    candidates = [mention for mention in mentions if mention.kind in kinds]
    if not candidates:
        return None
    company: dict[int, int] = defaultdict(int)
    for mention in candidates:
        company[mention.sentence.number] += 2 if mention.kind == "strong" else 1

    def merit(mention: Mention) -> tuple[float, int]:
        sentence = mention.sentence
        points = 3.0 * (mention.kind == "strong") + min(company[sentence.number], 6) * 0.5 + 2.0 * sentence.is_prose
        points += 1.0 * (sentence.zone == "lead") - 1.0 * sentence.cited - 1.0 * (sentence.kind in ("table", "footnote"))
        return points, -sentence.number

    return max(candidates, key=merit)


def quote(prose: Prose, sentence: Sentence, start: int = 0, end: int = 0) -> Span:
    """The sentence as a span, or of a very long one the part around ``plain[start:end]``, cut at spaces."""
    if sentence.end - sentence.start <= QUOTE_LENGTH:
        return prose.span(sentence)
    room = max(0, QUOTE_LENGTH - (end - start)) // 2
    low = max(0, start - room)
    high = min(len(sentence.plain), end + room)
    low = sentence.plain.rfind(" ", 0, low) + 1 if low else 0
    stop = sentence.plain.find(" ", high)
    high = len(sentence.plain) if stop < 0 or stop > high + 40 else stop
    low += len(sentence.plain[low:high]) - len(sentence.plain[low:high].lstrip())
    return Span(sentence.page, sentence.start + low, sentence.start + high, prose.text[sentence.start + low : sentence.start + high])


LABEL_FEATURES = (
    "strong", "weak", "distinct", "title_strong", "title_weak", "lead_strong", "lead_weak", "headings", "peak", "density", "share",
    "against", "own_share", "of_most", "rank", "of_peak", "words",
)


def label_rows(evidence: dict[Key, LabelEvidence], facet: str, labels: Sequence[str], words: int) -> dict[str, list[float]]:
    """What :data:`LABEL_FEATURES` names, by label; counts are logarithmic, so that length does not decide."""
    ones = {label: evidence.get((facet, label), LabelEvidence()) for label in labels}
    strong = {label: one.count("strong") for label, one in ones.items()}
    weak = {label: one.count("weak") for label, one in ones.items()}
    peaks = {label: one.peak for label, one in ones.items()}
    weight = {label: log1p(strong[label]) + 0.3 * log1p(weak[label]) for label in labels}
    total, most, highest = sum(strong.values()), max(weight.values()) or 1.0, max(peaks.values()) or 1
    rows = {}
    for label, one in ones.items():
        own = one.count("strong", cited=False)
        rows[label] = [
            log1p(strong[label]), log1p(weak[label]), log1p(one.distinct), float("strong" in one.title), float("weak" in one.title),
            log1p(one.count("strong", ("lead",))), log1p(one.count("weak", ("lead",))), log1p(one.headings), log1p(peaks[label]),
            log1p(1000.0 * (strong[label] + 0.3 * weak[label]) / words), strong[label] / total if total else 0.0,
            log1p(one.count("against")), own / strong[label] if strong[label] else 0.0, weight[label] / most,
            1.0 / (1 + sum(other > weight[label] for other in weight.values())), peaks[label] / highest, log1p(words),
        ]
    return rows
