"""How strongly a document's own evidence supports claims of effect, with every step in words (codebook, section 11).

The rules are data (``evidence/taxonomy/evidence_strength.toml``); this module finds out which of their conditions hold, each with the
sentence that shows it, and applies them. What a document cites never counts towards its grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from classify.cue_index import CueIndex
from classify.effects import Effect, effect_of
from classify.findings import is_own
from classify.label_evidence import is_denied, quote
from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.records import AacodsAnswer, Appraisal, Span
from evidence.taxonomy import StrengthRules, StrengthStart, StrengthStep

OWN_DATA_ZONES = ("lead", "methods", "results", "discussion", "other")
QUIET = ("policy", "statistics", "record", "opinion")
"""Designs that start at none and rise only by claims with their own support."""

_NUMBER = r"(\d{1,3}(?:[, ]\d{3})+|\d+)"
_UNITS = (
    r"participants?|patients?|respondents?|people|persons|adults|children|infants|women|men|individuals|subjects|students|households|"
    r"residents|staff|employees|workers|professionals|"
    r"nurses|doctors|clinicians|gps|physicians|records|admissions|episodes|interviews?|interviewees|users|carers|families|cases|"
    r"practices|hospitals|clusters|studies|articles|papers|areas|lsoas|"
    r"practitioners|analysts|patient records|births|mothers|pairs|clients|visits|consultations|prescriptions|stakeholders"
)
_SAMPLES = (
    Wording(rf"\b[nN] ?= ?{_NUMBER}"),
    Wording(
        rf"\b{_NUMBER} (?:(?!(?:and|of|to|or|in|per|we|were|was|had|the|by|from|with|years?|months?|weeks?|days?)\b)[\w-]+ ){{0,3}}"
        rf"(?:{_UNITS})\b",
        re.IGNORECASE,
    ),
    Wording(
        rf"\b(?:sample|total|cohort|survey|data(?:set)?) (?:size )?(?:of|comprising|included|from) (?:over |about |around |approximately |some )?"
        rf"{_NUMBER}\b",
        re.IGNORECASE,
    ),
)
_MILLIONS = Wording(rf"\b(\d+(?:\.\d+)?) million (?:[\w-]+ ){{0,3}}(?:{_UNITS})\b", re.IGNORECASE)
_POPULATION = Wording(r"\b(?:population|serv(?:es|ing|ed)|covers?|home to|worldwide|each year|every year|per year|nationally|"
    r"in the uk|across the uk|prevalence)\b", re.IGNORECASE)
_TENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}
_ONES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_NUMBER_WORDS = Wording(rf"\b({'|'.join(_TENS)})(?:[- ]({'|'.join(_ONES)}))?\b", re.IGNORECASE)
_AIM = Wording(r"\b(?:aims?|aimed|purpose|objectives?|was to|were to|is to)\b", re.IGNORECASE)
_MEASURED = Wording(
    r"\bfrom [£$€]?\d[^.;]{0,60}\bto [£$€]?\d|\bby [£$€]?\d|\bbetween \d[^.;]{0,12} and \d|\bmedian \d|\d (?:\w+ )?against \d", re.IGNORECASE
)
"""Two figures, or how far one moved: what a result gives and an impression does not."""
_WISHED = Wording(r"\b(?:will|would|should|shall|must|aims?|intends?|expected|hopes?|target\w*|could|may|might)\b", re.IGNORECASE)
_ACCOUNTS = Wording(r"\b(?:overspen\w+|underspen\w+|budget\w*|forecast\w*|variance|turnover|deficit|surplus|year-end|month \d)\b", re.IGNORECASE)
"""Money that was spent otherwise than planned is no effect of anything."""
_LIMITATION = Wording(r"\b(?:limitations?|caveats?|scope of|this (?:report|study|paper|document) (?:covers|focuses)|"
    r"excluded)\b", re.IGNORECASE)
_FUNDING = Wording(r"\b(?:funded by|funding from|commissioned by|sponsored by|conflicts? of interests?|competing interests?|"
    r"independent)\b", re.IGNORECASE)
_OPEN_INTEREST = Wording(
    r"\b(?:no (?:competing|conflicts?(?: of)?|conflicting|financial) interests?|nothing to (?:declare|disclose)|"
    r"(?:funders?|sponsors?) (?:had|has|have|played) no (?:role|part|influence)|"
    r"independently of (?:the )?(?:funders?|commissioners?)|editorial(?:ly)? independen\w+|independent evaluation|"
    r"(?:strengths and|its|our|study'?s?) limitations|"
    r"limitations of (?:this|the|our) (?:study|report|review|evaluation|work))\b",
    re.IGNORECASE,
)
_PROMOTES = Wording(
    r"\b(?:our (?:award-winning|market-leading|innovative|unique) (?:\w+ )?(?:product|solution|platform|service|software)|"
    r"book a demo|contact (?:us|our sales)|request a quote|why choose|trusted by|get in touch (?:today|with our)|our customers)\b",
    re.IGNORECASE,
)
_NEW = Wording(
    r"\b(?:little is known|(?:first|largest) (?:study|trial|review|evaluation|report) (?:to|of|in)|"
    r"gaps? in (?:the |our )?(?:evidence|knowledge|literature|research)|"
    r"(?:adds?|contributes?) to (?:the )?(?:\w+ )?(?:evidence|knowledge|literature|debate|understanding)|"
    r"what this (?:study|paper|report) adds|implications for (?:policy|practice|commission\w+|research|providers)|"
    r"to (?:our|the authors') knowledge)\b",
    re.IGNORECASE,
)
_METHOD = Wording(r"\b(?:method|methodology|we (?:analysed|interviewed|surveyed|searched|reviewed|collected)|data were|was analysed|"
    r"were analysed|peer.review)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proof:
    """A condition that holds, the words about it and the sentence that shows it."""

    condition: str
    words: str
    sentence: Sentence | None


@dataclass(frozen=True, slots=True)
class Sample:
    """The largest number analysed that the document gives as its own, and where."""

    size: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Grade:
    appraisal: Appraisal
    span: Span | None


class Appraiser:
    """Grades documents by the rules; compiled once."""

    def __init__(self, rules: StrengthRules) -> None:
        self.rules = rules
        entries = [((condition.id), cue) for condition in rules.conditions for cue in condition.cues]
        entries += [(step.id, cue) for step in rules.steps for cue in step.cues]
        self._index: CueIndex[str] = CueIndex(entries)

    def grade(self, prose: Prose, design: str) -> Grade:
        """The grade of a document of this design, its steps in words and the sentence that weighs most."""
        proofs = self._proofs(prose)
        claims = own_claims(prose)
        sample = largest_sample(prose)
        start = self.rules.start(design)
        grade, steps, shown = start.grade, [start.says], None
        if design in QUIET:
            grade, shown = self._quiet(start, claims, steps)
        elif raised := self._raised(start, proofs, sample):
            grade = start.raised_to or grade
            steps.append(f"raised to {grade} because " + " and ".join(proof.words for proof in raised))
            shown = next((proof.sentence for proof in raised if proof.sentence), None)
        claimed = bool(claims) or design in ("systematic_review", "randomised_trial", "quasi_experiment")
        if claimed and grade not in ("none",) and design not in (*QUIET, "guidance"):
            grade, by = self._stepped(grade, design, proofs, sample, steps)
            shown = shown or by
        grade = self._limited(grade, design, steps)
        comparator = proofs.get("matched_controls") or proofs.get("own_randomised_or_matched_comparison")
        appraisal = Appraisal(
            grade, tuple(steps), aacods(prose), sample.size if sample else None,
            comparator.words if comparator else None,
        )
        shown = shown or (claims[0] if claims and grade != "none" else None)
        return Grade(appraisal, quote(prose, shown) if shown else None)

    def _proofs(self, prose: Prose) -> dict[str, Proof]:
        """Conditions and steps whose cues stand in this document's own sentences, the first one of each."""
        found: dict[str, Proof] = {}
        for sentence in prose.sentences:
            if sentence.cited or sentence.zone not in OWN_DATA_ZONES or sentence.kind in ("heading", "table"):
                continue
            for hit in self._index.hits(sentence.plain):
                if hit.key in found or not _may_show(hit.key, sentence):
                    continue
                if (is_denied(sentence.plain, hit.start) and not hit.cue.pattern.startswith(("no ", "not "))):
                    continue
                words = sentence.plain[hit.start : hit.end].strip().lower()
                found[hit.key] = Proof(hit.key, f'"{words}"', sentence)
        return found

    def _raised(self, start: StrengthStart, proofs: dict[str, Proof], sample: Sample | None) -> list[Proof]:
        for group in start.raised_when:
            held = [self._holds(condition, proofs, sample) for condition in group]
            if held and all(held):
                return [proof for proof in held if proof is not None]
        return []

    def _holds(self, condition: str, proofs: dict[str, Proof], sample: Sample | None) -> Proof | None:
        rule = self.rules.condition(condition)
        if rule.minimum_n is not None:
            if sample is None or sample.size < rule.minimum_n:
                return None
            return Proof(condition, f"n = {sample.size:,}", sample.sentence)
        proof = proofs.get(condition) if rule.unless is None or rule.unless not in proofs else None
        return Proof(condition, f"{rule.definition} ({proof.words})", proof.sentence) if proof else None

    def _quiet(self, start: StrengthStart, claims: list[Sentence], steps: list[str]) -> tuple[str, Sentence | None]:
        supported = [sentence for sentence in claims if is_supported(sentence, effect_of(sentence)) and is_own(sentence, start.design)]
        if start.design == "opinion":
            supported = [sentence for sentence in supported if sentence.own]
        if not supported or not start.raised_to:
            steps.append("stays there because it supports no claim of effect with examples or figures of its own")
            return start.grade, None
        steps.append(f"raised to {start.raised_to} because it claims an effect and supports it with its own figures")
        return start.raised_to, supported[0]

    def _stepped(self, grade: str, design: str, proofs: dict[str, Proof], sample: Sample | None, steps: list[str]) -> tuple[str, Sentence | None]:
        shown: Sentence | None = None
        for step in self.rules.steps:
            if design in step.not_for or (step.only_for and design not in step.only_for):
                continue
            if step.id == "own_doubt" and design == "narrative_review":
                continue
            proof = self._step_proof(step, proofs, sample)
            if proof is None:
                continue
            moved = self.rules.move(grade, step.by)
            if moved != grade:
                steps.append(f"{step.says} ({proof.words})")
                grade, shown = moved, shown or proof.sentence
        return grade, shown

    def _step_proof(self, step: StrengthStep, proofs: dict[str, Proof], sample: Sample | None) -> Proof | None:
        if step.maximum_n is not None:
            small = sample is not None and sample.size <= step.maximum_n
            return Proof(step.id, f"n = {sample.size}", sample.sentence) if small and sample else None
        return proofs.get(step.id)

    def _limited(self, grade: str, design: str, steps: list[str]) -> str:
        ladder = self.rules.ladder
        for limit in self.rules.limits:
            if (limit.when and limit.id != "patchy_literature") or (limit.designs and design not in limit.designs):
                continue
            low, high = ladder.index(grade), ladder.index(limit.grade)
            if (limit.kind == "floor" and low < high) or (limit.kind == "ceiling" and low > high):
                steps.append(f"held at {limit.grade}: {limit.definition.rstrip('.').lower()}")
                grade = limit.grade
        return grade


def _may_show(condition: str, sentence: Sentence) -> bool:
    """Aims are no doubts ("to discuss preliminary findings"), only a result can hold at all sites, and the lead says what a study is for."""
    if condition == "own_doubt":
        return not _AIM.found(sentence.plain)
    if condition == "replicated":
        return effect_of(sentence).figure or is_measured(sentence)
    return condition != "predicts" or sentence.zone == "lead"


def own_claims(prose: Prose) -> list[Sentence]:
    """Sentences in which the document claims an effect on its own account, those with figures first."""
    claims = [
        sentence
        for sentence in prose.sentences
        if sentence.kind in ("body", "list") and not sentence.cited and sentence.is_prose and sentence.zone not in ("background", "methods", "plan")
        and (effect_of(sentence).is_claim or is_measured(sentence))
    ]
    return sorted(claims, key=lambda sentence: (not effect_of(sentence).figure, sentence.number))


def is_measured(sentence: Sentence) -> bool:
    """Whether the sentence tells that something measured has changed or differs: "fell from 41 to 27", "higher than before (8 against 6)"."""
    effect = effect_of(sentence)
    return bool(effect.signs - {"mixed"}) and effect.past and not _WISHED.found(sentence.plain) and _MEASURED.found(sentence.plain)


def is_supported(sentence: Sentence, effect: Effect) -> bool:
    """Whether a claim carries its own figure and speaks of what has happened."""
    if _ACCOUNTS.found(sentence.plain):
        return False
    return effect.figure and effect.past and not effect.expected and not effect.hedged and bool(effect.signs - {"none", "mixed"})


def largest_sample(prose: Prose) -> Sample | None:
    """The largest number of people or units analysed; the abstract's numbers come first, population figures are left out."""
    for zones in (("lead",), ("methods", "results"), ("other", "discussion")):
        found = [
            Sample(size, sentence)
            for sentence in prose.zones(*zones)
            if not sentence.cited and sentence.kind != "table" and not _POPULATION.found(sentence.plain)
            for size in sample_sizes(sentence.plain)
        ]
        if found:
            return max(found, key=lambda sample: (sample.size, -sample.sentence.number))
    return None


def sample_sizes(plain: str) -> list[int]:
    """Numbers of people or units that a sentence gives, in figures or (below a hundred) in words; years are none."""
    plain = _NUMBER_WORDS.sub(lambda match: str(_TENS[match[1].lower()] + (_ONES[match[2].lower()] if match[2] else 0)), plain)
    sizes = [int(float(number) * 1_000_000) for number in _MILLIONS.findall(plain)]
    for pattern in _SAMPLES:
        for match in pattern.finditer(plain):
            size = int(re.sub(r"[, ]", "", match[1]))
            is_year = 1900 <= size <= 2100 and "," not in match[1] and "=" not in match[0]
            if size > 1 and not is_year:
                sizes.append(size)
    return sizes


def aacods(prose: Prose) -> tuple[AacodsAnswer, ...]:
    """The AACODS checklist (Tyndall 2010) as far as the text answers it; ``unclear`` where only a person can tell.

    Objectivity is denied to a text that sells what it describes, and granted to one that lays open interests or its own limits; significance
    is granted where the text says what it adds. Each answer shows the words it rests on.
    """
    document = prose.document

    def first(pattern: Wording, sentences: Iterable[Sentence]) -> Span | None:
        return next((quote(prose, s, m.start(), m.end()) for s in sentences if s.is_prose and (m := pattern.search(s.plain))), None)

    method, scope, money = (first(pattern, prose.sentences) for pattern in (_METHOD, _LIMITATION, _FUNDING))
    balanced, promotes, new = (first(pattern, prose.sentences) for pattern in (_OPEN_INTEREST, _PROMOTES, _NEW))
    named = bool(document.authors or document.publisher)
    cites = bool(document.references) or any(sentence.cited for sentence in prose.sentences)
    return (
        AacodsAnswer("authority", "yes" if document.authors and document.publisher else "unclear" if named else "no"),
        AacodsAnswer("accuracy", "yes" if method and cites else "unclear" if method or cites else "no", method),
        AacodsAnswer("coverage", "yes" if scope else "unclear", scope),
        AacodsAnswer("objectivity", "no" if promotes else "yes" if balanced else "unclear", promotes or balanced or money),
        AacodsAnswer("date", "yes" if document.published else "no"),
        AacodsAnswer("significance", "yes" if new else "unclear", new),
    )
