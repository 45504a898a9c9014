"""Sentences that claim an effect: what changed, which way, with what certainty, and whose claim it is.

Expectations ("will reduce", "aims to") are no claims; hedged claims ("may", "could") are, and are marked (codebook, section 13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from classify.prose import Sentence
from classify.wording import Wording

_DOWN = (
    r"reduc(?:e|ed|es|ing|tions?)|decreas\w+|fell|fallen|falls? in|fewer|lower(?:ed|ing)?|drop(?:ped|s)?|declin\w+|cut(?:ting)? (?:by|"
    r"the|from|in)|was cut|"
    r"less|shorter|shorten\w+|halv\w+|down (?:by|from|\d)|avoid(?:ed|ing)|prevent(?:ed|ing)|diverted|saved|savings?|smaller|"
    r"minimi[sz]ed|eliminat\w+"
)
_UP = (
    r"increas\w+|rose|risen|rising|higher|greater|more|grew|grown|growth|doubl\w+|trebl\w+|longer|up (?:by|from|\d)|rais(?:ed|es)|boost\w+|"
    r"additional|gain(?:s|ed)?|expand\w+|extra|larger|strengthen\w+"
)
_BETTER = (
    r"improv\w+|better|benefi\w+|enhanc\w+|positive(?:ly)?|effective(?:ness)?|success\w*|help(?:ed|s|ing)|enabl(?:ed|es|ing)|"
    r"facilitat\w+|happier|valuable|useful|efficacy"
)
_WORSE = r"wors\w+|deteriorat\w+|poorer|harm(?:ed|s|ful)?|negative(?:ly)?|imped\w+|hinder\w+|obstacle|burden\w*|detriment\w*|delay(?:ed|s)"
_NONE = (
    r"no (?:statistically |clinically |other )?(?:significant(?:ly)? )?(?:\w+ )?(?:differences?|changes?|effects?|impact|improvements?|"
    r"reductions?|increases?|benefits?|"
    r"associations?|interaction)|(?:did|do|does|was|were|has|have|had) not (?:\w+ )?(?:\w+ )?(?:differ\w*|change\w*|improv\w*|reduc\w*|"
    r"increas\w*|affect\w*|"
    r"significant\w*|widen\w*|associated|statistically|decreas\w*|alter\w*|different|support\w*|influenc\w*|lead)|"
    r"not (?:statistically )?significant|non-?significant|"
    r"unchanged|remained (?:stable|similar|constant|the same)|no evidence (?:of|that|for)|not have (?:had )?(?:much|any) (?:impact|"
    r"effect)|little (?:or no )?(?:impact|effect|"
    r"difference|evidence)|unlikely to (?:bring|improve|reduce|lead)|comparable|neither|similar (?:in|between|to|across|rates?)|"
    r"were similar|was similar"
)
_MIXED = r"\bmixed\b|\bvar(?:y|ies|ied)\b|inconsistent|conflicting|equivocal|depend(?:s|ed)? on|both positive and negative"
_PATTERNS = {
    name: Wording(rf"\b(?:{words})\b" if name != "mixed" else words, re.IGNORECASE)
    for name, words in (("down", _DOWN), ("up", _UP), ("better", _BETTER), ("worse", _WORSE), ("none", _NONE), ("mixed", _MIXED))
}
_EXPECTED = Wording(
    r"\b(?:will|would|shall|should|must|ought|aims?|aimed|aiming|intend(?:s|ed)?|intention|expect(?:s|ed)?|hopes?|hoped|hoping|plan(?:s|"
    r"ned|ning)?|seeks?|seeking|designed to|in order to|"
    r"so as to|to (?:help )?(?:reduce|improve|increase|prevent|avoid|enhance|deliver|ensure|support|lower|cut)|target(?:s|ed)?|ambition|"
    r"objective|goal|opportunity to|"
    r"need(?:s|ed)? to|want(?:s|ed)? to|working to|focus(?:ed)? on|committed to|required to|hypothes\w+|whether|if we|let's|proposal|"
    r"vision)\b",
    re.IGNORECASE,
)
_HEDGED = Wording(
    r"\b(?:may|might|could|can|possibl[ey]|potential(?:ly)?|likely|unlikely|appears?|appeared|seems?|seemed|suggests?|suggested|"
    r"suggesting|tend(?:s|ed)? to|some evidence|limited evidence|"
    r"emerging evidence|probably|perhaps|indicat(?:es?|ed|ing) that|anecdotal(?:ly)?|broadly)\b",
    re.IGNORECASE,
)
_RESULT = Wording(
    r"\b(?:found|show(?:ed|s|n)?|demonstrat\w+|result(?:ed|s|ing)? in|led to|leading to|has (?:been )?|have (?:been )?|had|"
    r"was associated with|were associated with|associated with|compared (?:with|to)|"
    r"since|following the|after the|p ?[<=>]|evidence|reported|contribut\w+|achiev\w+|thanks to|because of|as a result|due to|impact)\b",
    re.IGNORECASE,
)
_FIGURE = Wording(r"\b\d+(?:[.,]\d+)* ?(?:%|per ?cent|percentage points?|days?|hours?|weeks?|fewer|people|patients|million|"
    r"admissions|beds)|£ ?\d|[€$] ?\d|\bp ?[<=>] ?0?\.\d", re.IGNORECASE)
_PAST = Wording(r"\b(?:has|have|had|was|were|been|did|\w{3,}ed|fell|rose|led|saw|found|cut|made|grew|went)\b")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a sentence says of an effect. ``signs`` are the kinds of change word in it; ``figure`` says whether it gives a number."""

    signs: frozenset[str]
    expected: bool
    hedged: bool
    reported: bool
    past: bool
    figure: bool

    @property
    def is_claim(self) -> bool:
        """Whether an effect is claimed to have happened (hedged or not)."""
        return bool(self.signs) and self.reported and (not self.expected or (self.past and self.figure))


def effect_of(sentence: Sentence) -> Effect:
    return effect_in(sentence.plain)


def effect_in(plain: str) -> Effect:
    """The effect that a sentence (in plain characters) speaks of."""
    signs = frozenset(name for name, pattern in _PATTERNS.items() if pattern.found(plain))
    if not signs or plain.endswith("?"):
        return Effect(frozenset(), False, False, False, False, False)
    return Effect(
        signs, _EXPECTED.found(plain), _HEDGED.found(plain), _RESULT.found(plain), _PAST.found(plain),
        _FIGURE.found(plain),
    )
