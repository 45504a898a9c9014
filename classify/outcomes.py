"""What a claim says was changed, and whether for the better: outcome domains and directions of one sentence.

Both are weighed by small models. A domain speaks through its cues, how near they stand to a word of change, and how much the sentence sounds
like others of the domain; a direction through the polarity of the measure that is named (``outcome_domain`` of the taxonomy) and the words of
change around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from classify.changes import CLAUSE_BORDER, DOUBT, Change, changes_near
from classify.claims import Named
from classify.linear_models import Array
from classify.wording import Wording
from evidence.taxonomy import Taxonomy

OUTCOME_FEATURES = (
    "strong", "weak", "beside", "nearest", "earliest", "cues", "head", "head_best", "head_behind", "head_silent", "others_strong", "alone",
)
DIRECTIONS = ("improved", "worsened", "no_change", "mixed", "unclear")
VOTES = ("nearest", "second", "spoken", "measure", "head")
SIGNS = ("none", "none_near", "mixed", "mixed_near", "doubt", "worse", "better", "bad_news", "cannot_tell")
"""Signs of the sentence: each weighs for or against every direction by itself."""
TRAITS = ("constant", *SIGNS)
NEAR = 45
"""Characters: a word of change within so many of an outcome is said of it."""

_BAD_NEWS = Wording(
    r"\b(?:wors\w+|poorer|negative\w*|imped\w+|hinder\w*|obstacle\w*|burden\w*|inappropriate\w*|unnecessar\w+|duplicat\w+|detriment\w*|harm\w*|"
    r"delay\w*|frustrat\w+|suffer\w*|deteriorat\w+|difficult\w*|fragment\w+|overhead|wasted|wrong|lost|unsafe|complaints? (?:rose|increas\w+)|"
    r"higher rate of|longer|dearer|reluctan\w+|lack)\b",
    re.IGNORECASE,
)
_BETTER = Wording(
    r"\b(?:improv\w+|better|benefi\w+|enhanc\w+|positiv\w+|effective\w*|help(?:ed|s|ing)?|enabl\w+|support\w*|facilitat\w+|happier|useful|valuable|"
    r"success\w*|reliable|efficacy|easier|quicker|sooner|more aware|valued|gain\w*|achiev\w+|deliver\w*)\b",
    re.IGNORECASE,
)
_CANNOT_TELL = Wording(
    r"\b(?:not possible to|could not be (?:shown|determined|assessed|established)|too (?:small|few|early|soon)|unclear|no evidence that|unable to|"
    r"insufficient|cannot be|not (?:yet )?known|further (?:research|work|evaluation))\b",
    re.IGNORECASE,
)


def outcome_rows(labels: Sequence[str], plain: str, named: Sequence[Named], logits: Mapping[str, float] | None) -> Array:
    """What :data:`OUTCOME_FEATURES` names, [labels, features]; ``logits`` are the heads' by label, None without an encoder."""
    changes = {one: changes_near(plain, one.start, one.end) for one in named}
    distance = {one: found[0].distance if found else 200 for one, found in changes.items()}
    by_label: dict[str, list[Named]] = {label: [one for one in named if one.label == label] for label in labels}
    closest = min(distance.values(), default=0)
    first = min((one.start for one in named), default=0)
    strong = {label for label, ones in by_label.items() if any(one.strong for one in ones)}
    best = max(logits.values()) if logits else 0.0
    rows = []
    for label in labels:
        ones = by_label[label]
        near = min((distance[one] for one in ones), default=400)
        logit = logits[label] if logits else 0.0
        rows.append([
            float(label in strong), float(bool(ones)), 1.0 / (1.0 + near / 20), float(bool(ones) and near == closest),
            float(bool(ones) and min(one.start for one in ones) == first), min(3.0, float(len(ones))) / 3, max(-4.0, logit) if logits else 0.0,
            float(bool(logits) and logit == best), min(4.0, best - logit) if logits else 0.0,
            max(-4.0, logit) if logits and not named else 0.0,
            min(3.0, float(len(strong - {label}))), float(bool(ones) and len(strong | {label}) == 1),
        ])
    return np.array(rows)


def place_of(label: str, plain: str, named: Sequence[Named]) -> tuple[int, int]:
    """Where the sentence names the outcome, nearest to a word of change; the whole sentence where it does not."""
    ones = [one for one in named if one.label == label]
    if not ones:
        return 0, len(plain)

    def merit(one: Named) -> tuple[bool, int, int]:
        found = changes_near(plain, one.start, one.end)
        return not one.strong, found[0].distance if found else 200, one.start

    best = min(ones, key=merit)
    return best.start, best.end


def change_at(plain: str, start: int, end: int) -> list[Change]:
    """The words of change, those nearest to the outcome first, without those that only name it ("savings" of cost)."""
    found = [change for change in changes_near(plain, start, end) if not (start <= change.start and change.end <= end)]
    return found or changes_near(plain, start, end)


def direction_votes(taxonomy: Taxonomy, outcome: str, plain: str, start: int, end: int, heads: Mapping[str, float] | None) -> tuple[Array, Array]:
    """What :data:`VOTES` say for each of :data:`DIRECTIONS` [5, votes], and :data:`TRAITS` [traits]."""
    found = change_at(plain, start, end)
    local = plain[max(0, start - 40) : end + 40]
    measure = taxonomy.measure(outcome, plain[start:end]) or taxonomy.measure(outcome, local)
    usual = taxonomy.label("outcome_domain", outcome).good or ""
    good = measure.good if measure else usual
    spoken = [change for change in found if change.name in ("better", "worse")]
    nearest = _judged(found[0], good) if found else ""
    given = {
        "nearest": nearest,
        "second": _judged(found[1], good) if len(found) > 1 else "",
        "spoken": _judged(spoken[0], good) if spoken else "",
        "measure": _only_named(measure.good if measure else "", usual) if not found else "",
        "head": max(heads, key=lambda label: heads[label]) if heads and nearest in ("", "unclear") else "",
    }
    none = [change for change in found if change.name == "no_change"]
    mixed = [change for change in found if change.name == "mixed"]
    signs = (
        bool(none), bool(none) and none[0].distance < NEAR, bool(mixed), bool(mixed) and mixed[0].distance < NEAR,
        DOUBT.found(plain), _BAD_NEWS.found(local), _BETTER.found(plain), _BAD_NEWS.found(plain), _CANNOT_TELL.found(plain),
    )
    votes = np.array([[float(given[vote] == label) for vote in VOTES] for label in DIRECTIONS])
    return votes, np.array([1.0, *(float(sign) for sign in signs)])


def _judged(change: Change, good: str) -> str:
    """The direction that a word of change gives an outcome of which ``good`` is better."""
    if change.name in ("better", "worse"):
        return "improved" if change.name == "better" else "worsened"
    if change.name in ("increase", "decrease"):
        return "unclear" if good not in ("increase", "decrease") else "improved" if change.name == good else "worsened"
    return change.name


def _only_named(measure: str, domain: str) -> str:
    """A fault that is named where nothing is said to change ("duplication of tests") is bad news."""
    return "worsened" if measure and domain in ("increase", "decrease") and measure != domain else ""


def change_of_direction(direction: str, good: str, nearest: Sequence[Change]) -> str:
    """What happened to the measure, where the sentence's own word says it, else what the direction says of a measure of which ``good`` is better."""
    if direction in ("no_change", "mixed"):
        return direction
    spoken = next((change.name for change in nearest if change.name in ("increase", "decrease") and change.distance < CLAUSE_BORDER), None)
    if direction == "unclear":
        return spoken or "unclear"
    expected = {"improved": good, "worsened": {"increase": "decrease", "decrease": "increase"}.get(good, "unclear")}[direction]
    return expected if expected in ("increase", "decrease") else spoken or "unclear"


