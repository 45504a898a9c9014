"""Sentences that may be findings, and what a careful reader weighs in them.

A candidate is a sentence of prose that speaks of a change, an effect or a comparison. What tells the few that a reader records from the many
that only use such words: that something did it, that it has happened, that it is counted or compared, that it is said where results are said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log1p

from classify.changes import changes_near
from classify.cue_index import CueIndex
from classify.effects import Effect, effect_of
from classify.label_evidence import Key, LabelEvidence
from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.taxonomy import Cue, Taxonomy

KINDS = frozenset(("body", "list", "quote", "abstract", "caption"))
FEWEST_WORDS = 4
MOST_READ = 14
"""Candidates of a document that are read closely at most: those with most signs of a claim."""
OPENING = 0.1
"""Share of a document's sentences that are its opening."""
OPENING_MERIT = 2.0
"""What standing in the first tenth or in a summary is worth, in signs of a claim."""

INTERVENTION = Wording(
    r"\b(?:interventions?|programmes?|programs?|pilots?|services?|teams?|pathways?|models?|schemes?|projects?|integrat\w+|approach(?:es)?|"
    r"hubs?|networks?|apps?|training|initiatives?|case[- ]manage\w+|care co-?ordinat\w+|self-care|self-management|tele(?:health|care|medicine)|"
    r"joint\w*|partnerships?|sharing|shared|\w+-led|records?|commissioning|multi-?disciplin\w+|inter-?disciplin\w+|clinics?|rehabilitation|"
    r"collaborat\w+|co-?ordinat\w+|system|platform|liaison|link workers?|pharmacists?|community-based|home-based|wards?|centres?|units?)\b",
    re.IGNORECASE,
)
_MOVED = (
    r"reduc|decreas|improv|increas|enhanc|enabl|help|support|facilitat|contribut|achiev|deliver|prevent|avoid|divert|sav|lower|shorten|cut|halv|"
    r"doubl|accelerat|strengthen|stabili[sz]|transform|free|releas|rais|boost|lift|eas|reliev|worsen|hinder|imped|impact|affect|streamlin|benefit"
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("perfect", rf"\b(?:has|have|had)(?: \w+){{0,3}}? (?:(?:{_MOVED})\w*ed|led|cut|seen|made|fallen|risen|grown|freed|shown|resulted|dropped|"
        r"helped|been (?:able|reduc\w+|improv\w+|shown|found|associated))\b"),
    ("past", rf"\b(?:(?:{_MOVED})\w*ed|fell|rose|dropped|declined|grew|led to|resulted in|saw|gained|was cut|brought)\b"),
    ("participle", rf", (?:\w+ )?(?:thereby |thus )?(?:(?:{_MOVED})\w*ing|leading to|resulting in)\b"),
    ("noun", r"\b(?:reductions?|decreases?|falls?|drops?|declines?|improvements?|increases?|gains?|rises?|growth|savings?|benefits?) (?:in|of|for|"
        r"on|to)\b|\b(?:positive|significant|substantial|measurable|real) (?:\w+ )?(?:impact|effects?|benefits?|difference|improvements?)\b"),
    ("present", r"\b(?:results? in|leads? to|delivers|reduces|improves|increases|enables|saves|prevents|is associated with|are associated with|"
        r"enhances|facilitates|is (?:now )?\w+ing)\b"),
    ("found", r"\b(?:found|showed|shown|shows|demonstrat\w+|reported|revealed|established|concluded|evidence (?:that|of|for|on|suggests|shows)|"
        r"suggests? that|indicates? that|results? (?:show|suggest|indicate)\w*|identified that)\b"),
    ("felt", r"\b(?:felt|described|said|agreed|considered|perceived|valued|appreciated|believed|thought|viewed|explained|noted|commented|"
        r"respondents|participants|interviewees)\b"),
    ("linked", r"\b(?:associated with|as a result of|due to|because of|thanks to|following|since the|after the|through (?:the|our|its)|by "
        r"\w+ing|attribut\w+ to|with the (?:introduction|implementation))\b"),
    ("compared", r"\b(?:compared (?:with|to)|versus|vs\.?|than|control (?:group|arm|sites?)|usual care|between (?:the )?(?:two )?(?:groups|arms)|"
        r"difference|prior to|before and after|baseline)\b"),
    ("percent", r"\d ?(?:%|per ?cent|percentage)"),
    ("from_to", r"\bfrom,? (?:\w+ ){0,4}?£?\d[\d.,]*\w*%? (?:[^.]{0,30} )?to (?:\w+ ){0,4}?£?\d"),
    ("count", r"\b\d[\d,.]* (?:\w+ )?(?:fewer|more|less|additional|extra|people|patients|adults|admissions|bed|days|operations|appointments|"
        r"visits|hours)\b"),
    ("money", r"[£€$] ?\d"),
    ("p_value", r"\bp ?[<=>≤] ?0?[.·]\d|\bCI\b|confidence interval|\bOR\b|odds ratio|statistically"),
    ("duty", r"\b(?:should|must|need(?:s|ed)? to|needs?|require[sd]?|recommend\w*|ought|ensure|important (?:to|that)|essential|vital|key to|"
        r"necessary)\b"),
    ("intended", r"\b(?:will|would|shall|going to|aims?|aimed|intend\w*|expect\w*|hop(?:e|es|ed|ing)|plan(?:s|ned|ning)?|propos\w+|objectives?|"
        r"vision|ambition|priorit\w+|target\w*|opportunit\w+|future|by 20[2-9]\d|hypothes\w+|forecast|anticipat\w+|in order to|so that|"
        r"designed to|potential)\b"),
    ("aim_verb", rf"(?:^|\bto |[•*-] ?)(?:\w+ly )?(?:{_MOVED})e?\b"),
    ("trouble", r"\b(?:challeng\w+|problems?|pressures?|difficult\w*|lack of|poor|barriers?|demand|ageing|shortages?|risks?|deficit|crisis|"
        r"fragment\w+|gaps?|concerns?)\b"),
    ("asks", r"\?|\bwhether\b|\bif we\b|\bhow (?:to|can|do|does)\b"),
    ("measured", r"\b(?:was|were|is|are|be) (?:\w+ )?(?:measured|assessed|calculated|collected|recorded|defined|evaluated|used|included|"
        r"analysed|analyzed|estimated|recruited|randomi[sz]ed)\b|\b(?:questionnaire|scale|index|outcome measures?|data)\b"),
    ("joint", r"\b(?:integrat\w+|joint(?:ly)?|joined[- ]up|multi-?disciplin\w+|inter-?disciplin\w+|inter-?professional|co-?ordinat\w+|"
        r"collaborat\w+|partner\w*|shared|case[- ]manage\w+|hubs?|care (?:pathways?|plans?)|networks?|together|across (?:the )?(?:organi|"
        r"system|agenc|sector|service)\w*|neighbourhood|network|personal (?:health )?budgets?|commission\w+|community)\b"),
    ("overall", r"\b(?:overall|in total|significantly|dramatically|substantial\w*|considerably|greatly|generally|broadly|success\w*)\b"),
)
TALK = tuple((name, Wording(words, re.IGNORECASE)) for name, words in _PATTERNS)
_TALK = dict(TALK)
_IMPACT = Wording(
    r"\b(?:impacts?|effects?|effective\w*|benefi\w+|return of|compared (?:with|to)|than|made .{0,12}difference|chang(?:ed|es|ing)|support(?:ed|ing)|"
    r"reliable|useful|valuable|happier|directly|aware|easier|quicker|result(?:s|ed)? (?:in|of)|first time|success\w*|\d ?%)\b|\d ?%", re.IGNORECASE,
)
_RESULT_HEADING = Wording(r"result|finding|impact|outcome|evidence|achiev|conclusion|benefit|success|effect|what we|evaluation|difference", re.I)

_APART = Wording(r"\bbaseline\b|\bdrop-?outs?\b|\bparticipants who\b|\bcharacteristics\b|\blost to follow", re.IGNORECASE)
"""Who took part and who left: figures about people, not about what was done for them."""

FEATURES = (
    "happened", "found", "felt", "counted", "ahead", "beside_the_point", "joined", "outcome", "worse", "none", "overall", "compared",
    "hedged", "result_heading", "opening", "lead", "cited", "own", "words", "merit_share", "merit_rank",
)


@dataclass(frozen=True, slots=True)
class Named:
    """An outcome domain that ``plain[start:end]`` of the sentence names."""

    label: str
    start: int
    end: int
    strong: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that may be a finding. ``merit`` counts signs of a claim; ``values`` are :data:`FEATURES`."""

    sentence: Sentence
    effect: Effect
    outcomes: tuple[Named, ...]
    types: tuple[str, ...]
    merit: float
    values: tuple[float, ...]


class ClaimReader:
    """Finds the candidates of a document; compiled once."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        entries: list[tuple[str, Cue]] = []
        for label in taxonomy.facet("outcome_domain").labels:
            entries += [(label.id, cue) for cue in label.cues]
        self._index: CueIndex[str] = CueIndex(entries)

    def claims(self, prose: Prose, evidence: dict[Key, LabelEvidence]) -> list[Claim]:
        """The candidates with most signs of a claim, :data:`MOST_READ` at most, in the order of the text."""
        strong = _by_sentence(evidence, "strong")
        headed = _under_result_heading(prose.sentences)
        drafts: list[tuple[float, Sentence, Effect, tuple[Named, ...], dict[str, float]]] = []
        for sentence in prose.sentences:
            if sentence.kind not in KINDS or sentence.plain.count(" ") + 1 < FEWEST_WORDS:
                continue
            effect = effect_of(sentence)
            if not effect.signs and not _IMPACT.found(sentence.plain):
                continue
            outcomes = self.outcomes(sentence.plain)
            if not outcomes and not effect.signs & {"better", "worse", "none", "mixed", "down"} and not effect.figure:
                continue
            if _says_no_effect(sentence, effect):
                continue
            near = any(strong.get(at) for at in range(sentence.number - 2, sentence.number + 3))
            said = _said(sentence, effect, outcomes, bool(strong.get(sentence.number)), near)
            said["opening"] = float(sentence.number < OPENING * len(prose.sentences))
            merit = _merit(said) + OPENING_MERIT * float(bool(said["opening"]) or sentence.zone == "lead")
            drafts.append((merit, sentence, effect, outcomes, said))
        drafts.sort(key=lambda draft: (-draft[0], draft[1].number))
        found = []
        for rank, (merit, sentence, effect, outcomes, said) in enumerate(drafts[:MOST_READ]):
            said |= {
                "words": log1p(prose.words) - 9, "result_heading": float(sentence.number in headed),
                "merit_rank": log1p(rank), "merit_share": merit / max(1.0, drafts[0][0]),
            }
            near_types = (strong.get(at, set()) for at in range(sentence.number - 2, sentence.number + 3))
            types = strong.get(sentence.number) or set().union(*near_types)
            found.append(Claim(sentence, effect, outcomes, tuple(sorted(types)), merit, tuple(said[name] for name in FEATURES)))
        return sorted(found, key=lambda claim: claim.sentence.number)

    def claim_alone(self, plain: str) -> Claim:
        """A sentence as a claim with nothing around it: only its words and outcomes mean anything."""
        sentence = Sentence(0, 0, 1, 0, len(plain), "body", "other", plain, False, False)
        return Claim(sentence, effect_of(sentence), self.outcomes(plain), (), 0.0, (0.0,) * len(FEATURES))

    def outcomes(self, plain: str) -> tuple[Named, ...]:
        """The outcome domains that a sentence names, at the place of each."""
        hits = self._index.hits(plain)
        against = {hit.key for hit in hits if hit.cue.negative}
        return tuple(
            Named(hit.key, hit.start, hit.end, hit.cue.weight == "strong") for hit in hits if not hit.cue.negative and hit.key not in against
        )


def _says_no_effect(sentence: Sentence, effect: Effect) -> bool:
    """Whether nothing is said to have happened: an expectation, a condition, a line without a verb (codebook, section 13)."""
    if any(_TALK[name].found(sentence.plain) for name in ("perfect", "past")):
        return False
    expected = effect.expected and _TALK["intended"].found(sentence.plain)
    if expected or sentence.plain.startswith("If "):
        return not any(_TALK[name].found(sentence.plain) for name in ("present", "found"))
    return not sentence.is_prose


def _by_sentence(evidence: dict[Key, LabelEvidence], kind: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for (facet, label), one in evidence.items():
        if facet == "integration_type":
            for mention in one.mentions:
                if mention.kind == kind:
                    found[mention.sentence.number].add(label)
    return found


def _under_result_heading(sentences: Iterable[Sentence]) -> set[int]:
    """Numbers of the sentences whose nearest heading speaks of results."""
    found, held = set(), False
    for sentence in sentences:
        if sentence.kind == "heading":
            held = _RESULT_HEADING.found(sentence.plain)
        elif held:
            found.add(sentence.number)
    return found


def _said(sentence: Sentence, effect: Effect, outcomes: Sequence[Named], strong: bool, near: bool) -> dict[str, float]:
    """The signs in one sentence by name: those of :data:`TALK`, and what :data:`FEATURES` makes of them."""
    plain, signs = sentence.plain, effect.signs
    distances = [change.distance for one in outcomes if one.strong for change in changes_near(plain, one.start, one.end)[:1]]
    said = {name: float(pattern.found(plain)) for name, pattern in TALK}
    said |= {
        "claim": float(effect.is_claim), "expected": float(effect.expected), "hedged": float(effect.hedged),
        "strong": float(any(one.strong for one in outcomes)),
        "beside_change": 1.0 / (1.0 + min(distances, default=200) / 20), "integration_strong": float(strong),
        "intervention": float(INTERVENTION.found(plain)), "very_long": float(len(plain) > 450),
        "better": float("better" in signs), "down": float("down" in signs),
    }
    return said | {
        "happened": sum(said[name] for name in ("perfect", "past", "participle", "noun", "present")),
        "counted": max(said[name] for name in ("percent", "from_to", "count", "money", "p_value")),
        "compared": max(said["compared"], said["p_value"]),
        "ahead": sum(said[name] for name in ("duty", "intended", "expected", "aim_verb", "asks")),
        "beside_the_point": said["trouble"] + said["measured"] + float(_APART.found(plain)),
        "joined": said["joint"] + said["integration_strong"] + float(near), "outcome": said["strong"],
        "worse": float("worse" in signs), "none": float(bool(signs & {"none", "mixed"})), "lead": float(sentence.zone in ("title", "lead")),
        "cited": float(sentence.cited), "own": float(sentence.own),
    }


def _merit(said: dict[str, float]) -> float:
    """How many signs of a claim there are, less those against: chooses what is read closely, by rules of its own so that it needs no fit."""
    against = sum(said[name] for name in ("duty", "intended", "aim_verb", "asks", "measured", "very_long", "expected"))
    return sum(said[name] for name in _FOR_IT) - AGAINST * against


_FOR_IT = (
    "perfect", "past", "participle", "noun", "found", "linked", "compared", "percent", "from_to", "p_value", "strong", "intervention",
    "integration_strong", "joint", "beside_change", "claim", "better", "down",
)
AGAINST = 1.2
"""What a sign against a claim is worth, in signs for it."""
