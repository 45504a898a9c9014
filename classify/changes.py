"""What happened to a measure: increase, decrease, no change or mixed, from the words of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from classify.comparison import Arms, arms_of, figures, is_swapped
from classify.linear_models import Array, Choice, read_model
from classify.prose import plain as plainly
from classify.wording import Wording
from evidence.errors import IntegrandError

LABELS = ("increase", "decrease", "no_change")
VOTES = (
    "nearest", "nearest_of_arm", "nearest_move", "second_of_arm", "figures", "first_figures", "ratio", "favoured", "near_p", "denied",
)
SIGNS_OF_NONE = ("small_p", "large_p", "none", "none_nearer", "doubt", "significant", "both", "moves", "arm_known", "figures_known", "between")
"""Traits of the sentence that speak for or against no change, and not for one way rather than the other."""
EVIDENCE = (*VOTES, *SIGNS_OF_NONE)
TRAITS = ("constant", "silent", "silent_of_harm", "harm")
"""``silent`` where no word or figure says which way, ``harm`` where less of the outcome is better."""
MODEL = Path(__file__).parent / "models" / "change.json"
_SAME = {"better": "increase", "worse": "decrease"}

_WORDS: tuple[tuple[str, str], ...] = (
    ("no_change", r"no (?:statistically |clinically |other |such |clear |overall |"
        r"apparent )*(?:significant(?:ly)? )?(?:\w+ ){0,3}(?:differences?|changes?|effects?|"
                  r"impact|improvements?|reductions?|increases?|benefits?|associations?|interactions?|correlations?)|(?:not|n't|"
                  r"nor) (?:\w+ ){0,3}(?:differ\w*|"
                  r"change\w*|improv\w*|reduc\w*|increas\w*|affect\w*|significant\w*|decreas\w*|alter\w*|influenc\w*|widen\w*|lead|"
                  r"support\w*)|non-?significant|"
                  r"unchanged|remained (?:stable|similar|constant|the same|unchanged)|(?:was|were|are|is|be|being) (?:\w+ )?(?:similar|"
                  r"comparable|equivalent|equal)|"
                  r"similar (?:\w+ ){0,3}(?:between|in both|in the two|across|among)|no evidence|little (?:or no )?(?:impact|effect|"
                  r"difference)|(?:not|n't) have (?:had )?"
                  r"(?:much|any) (?:impact|effect)|neither|did not|failed to|equally|no (?:more|less|higher|lower|better|"
                  r"worse|longer|shorter|fewer)|(?:much |about )?the same|unlikely to|not .{0,20}pay for itself"),
    ("mixed", r"mixed (?:results|evidence|picture|findings|effects)?|inconsistent|conflicting|equivocal|vari(?:es|ed) (?:significantly|"
        r"widely|considerably|between|by|across)"),
    ("decrease", r"reduc(?:e|ed|es|ing|tions?)|decreas\w+|fell|fallen|falling|fewer|few|low|lower(?:ed|ing)?|lowest|drop(?:ped|s)?|declin\w+|"
        r"cut|less|shorter|shorten\w+|halv\w+|"
                 r"(?:went|gone|going|came|come|coming|brought) down|"
                 r"down (?:by|from|to|\d)|narrow(?:ed|s|ing)|rarer|avoid(?:ed|ing)|"
                 r"prevent(?:ed|ing)|diverted|saved|savings?|smaller|eliminat\w+|inhibit\w+|"
                 r"suppress\w+|attenuat\w+|diminish\w+|"
                 r"inferior|slower|weaker|loss|lost|minimi[sz]ed|faster|earlier|quicker|alleviat\w+|reliev\w+"),
    ("increase", r"increas\w+|rose|risen|rising|higher|highest|greater|more|grew|grown|growth|doubl\w+|trebl\w+|longer|dearer|"
        r"(?:went|gone|going) up|up (?:by|from|to|"
        r"\d)|rais(?:ed|es)|boost\w+|"
                 r"additional|gain(?:s|ed)?|expand\w+|larger|strengthen\w+|elevat\w+|prolong\w+|superior|exceed\w+|later|further|widen\w+"),
    ("better", r"improv\w+|better|benefi\w+|enhanc\w+|"
        r"positive(?:ly)? (?:\w+ )?(?:impact|effects?|outcomes?|results?|influence|change|difference|associat\w+)|"
        r"effective(?:ness)?|help(?:ed|s|ing)|facilitat\w+|happier|valuable|"
        r"useful|efficacy|supports?"),
    ("worse", r"wors\w+|deteriorat\w+|poorer|harm(?:ed|s|ful)?|"
        r"negative(?:ly)? (?:impact\w*|effects?|affect\w+|influence|consequences?)|"
        r"imped\w+|hinder\w+|obstacle|burden\w*|detriment\w*|"
        r"inappropriate\w*"),
)
_CHANGES = tuple((name, Wording(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in _WORDS)
_LESS = r"reduction|decrease|decline|fall|drop|loss|lowering"
_LOWER, _HIGHER = r"halved|reduced|lower(?:ed)?|decreased|smaller|fewer", r"doubled|increased|higher|greater|raised|trebled"
_ODDS = r"(?:odds|risks?|likelihood|chances?|probability) (?:of|for)"
_ILL = r"decreas\w+|declin\w+|deteriorat\w+|wors\w+|poorer"
_COMPOUNDS = tuple(
    (name, Wording(rf"\b(?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("decrease", rf"(?:greater|larger|more|higher|bigger|steeper|faster) (?:\w+ ){{0,2}}(?:{_LESS})s?|(?:reduced|decreased|declined|fell|"
            r"dropped) (?:significantly )?(?:more|faster)|(?:smaller|less|lower|slower) (?:\w+ )?(?:increase|rise|gain|growth)s?"),
        ("increase", rf"(?:smaller|less|lower|slower) (?:\w+ ){{0,2}}(?:{_LESS})s?|(?:less|lower|smaller|no) (?:\w+ )?reduced|"
            r"(?:greater|larger|more|higher|faster) (?:\w+ )?(?:increase|rise|gain|growth)s?"),
        ("better", rf"(?:{_LOWER}) (?:\w+ ){{0,4}}{_ODDS} (?:\w+ )?(?:{_ILL})|(?:{_HIGHER}) (?:\w+ ){{0,4}}{_ODDS} (?:\w+ )?improv\w+|"
            r"(?:greater|larger|more|higher|faster) (?:\w+ )?improvements?|improved (?:significantly )?(?:more|faster)"),
        ("worse", rf"(?:{_HIGHER}) (?:\w+ ){{0,4}}{_ODDS} (?:\w+ )?(?:{_ILL})|"
            r"(?:smaller|less|lower) (?:\w+ )?improvements?|less effective|less satisf\w+"),
    )
)
_CLAUSE = re.compile(r"[;:]|, (?:but|while|whereas|although|and)\b|\bwhile\b|\bwhereas\b|\bbut\b|\bhowever\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A change word at ``start``: increase, decrease, no_change, mixed, better, worse or unclear (none found).

    ``distance`` is that to the outcome in characters; a clause's border counts as :data:`CLAUSE_BORDER`.
    """

    name: str
    distance: int
    start: int
    end: int


def changes_near(plain: str, start: int, end: int, outcome: str = "") -> list[Change]:
    """Every change word of a sentence, those nearest to ``plain[start:end]`` first.

    A statement of no change hides the words it denies, "a greater fall" hides "greater", and words that the ``outcome`` is named by
    ("weight loss") are no change words.
    """
    found: list[Change] = []
    hidden: list[tuple[int, int]] = []
    named = set(re.findall(r"[\w-]+", outcome.casefold()))
    for name, pattern in (*_CHANGES[:2], *_COMPOUNDS, *_CHANGES[2:]):
        for match in pattern.finditer(plain):
            if (name != "mixed" and any(low <= match.start() < high for low, high in hidden)) or match[0].casefold() in named:
                continue
            if name == "no_change" or " " in match[0]:
                hidden.append(match.span())
            low, high = (match.end(), start) if match.end() <= start else (end, match.start()) if match.start() >= end else (0, 0)
            distance = max(0, high - low) + CLAUSE_BORDER * len(_CLAUSE.findall(plain[low:high] if high > low else ""))
            found.append(Change(name, distance, match.start(), match.end()))
    return sorted(found, key=lambda change: change.distance)


def change_near(plain: str, start: int, end: int) -> tuple[str, int]:
    """The change word that stands nearest to ``plain[start:end]`` and its distance."""
    found = changes_near(plain, start, end)
    return (found[0].name, found[0].distance) if found else ("unclear", 200)


_P_VALUE = re.compile(r"\bp(?:-values?)?(?: for \w+)? ?(=|<|>|≤|≥) ?(0?[.·]\d+)", re.IGNORECASE)
_RATIO = re.compile(r"\b((?:[1-9]\d*|0)[.·]\d+) ?[(\[,;](?: ?95 ?%? ?(?:CI|confidence interval)?[:,=]? ?)?(\d+[.·]\d+) ?(?:-|to|"
    r",) ?(\d+[.·]\d+)", re.IGNORECASE)
_ARMS = re.compile(
    r"(\d+(?:[.·]\d+)?)(?: ?%| ?[±+] ?[\d.]+| ?\([^)]*\)| [a-zA-Z/%]+){0,6}?[,;]? (?:vs\.?|versus|compared (?:with|to)|and|"
    r"in contrast to|against)[ ,](?:\w+ ){0,5}?"
    r"(\d+(?:[.·]\d+)?)",
    re.IGNORECASE,
)
_NS = re.compile(r"\bp ?= ?n\.?s\b|\(n\.?s\.?\)|[;,] ?n\.?s\.?\b", re.IGNORECASE)
DOUBT = Wording(r"\b(?:although|but|however|though|except|whereas|while|despite)\b", re.IGNORECASE)
"""Words after which a sentence takes back some of what it said."""
_SIGNIFICANT = re.compile(r"(?<!not )(?<!no )(?<!non)(?<!without )\bsignificant(?:ly)?\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:both|all|the two|either) (?:\w+ )?(?:groups?|arms?|conditions|treatments)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|across|among)\b", re.IGNORECASE)
_BAD = re.compile(
    r"\b(?:pain|symptoms?|severity|depressi\w+|anxiety|stress|distress|fatigue|tension|anger|confusion|complications?|adverse|mortality|deaths?|"
    r"burden|relapse\w*|infections?|errors?|risks?|disability|nausea|vomiting|incontinence|bleeding|morbidity|smoking|delays?|waiting|duration|"
    r"time to|length of|blood pressure|cholesterol|triglycerides?|HbA1c|BMI|weight|psychopathology|BPRS|discomfort|impairment|deficits?)\b",
    re.IGNORECASE,
)
_FAVOUR = re.compile(r"\bfavou?r(?:ed|ing|s)?\b(?: of)?|\bbenefit of\b", re.IGNORECASE)
SIGNIFICANT = 0.05
CLAUSE_BORDER = 60
"""Characters that a border between clauses counts as in a distance."""
OUTCOME_WIDTH = 80
"""Characters within which the words of one outcome stand."""


def change_of(text: str, outcome: str = "", intervention: str = "", comparator: str = "") -> str:
    """increase, decrease or no_change: what a sentence says happened to ``outcome`` under ``intervention`` as against ``comparator``.

    Each is given in the sentence's own words or the trial's; what is not known is left empty. unclear where nothing speaks of a change.
    """
    votes, traits = change_votes(text, outcome, intervention, comparator)
    if not votes.any():
        return "unclear"
    return LABELS[int(change_model().probabilities(votes, traits).argmax())]


@lru_cache(maxsize=1)
def change_model() -> Choice:
    """The trained weights of the votes. Raises ``IntegrandError`` where their file is missing or of the wrong kind."""
    model = read_model(MODEL)
    if not isinstance(model, Choice):
        raise IntegrandError(f"classify/models/{MODEL.name}: expected a choice model; rebuild it with python -m classify.training")
    return model


def change_votes(text: str, outcome: str, intervention: str, comparator: str) -> tuple[Array, Array]:
    """What :data:`EVIDENCE` [3, evidence] says for each of :data:`LABELS`, and :data:`TRAITS` [traits]."""
    plain = plainly(text)
    start, end = _place(plain, outcome)
    arms = arms_of(plain, intervention, comparator)
    found = changes_near(plain, start, end, outcome)
    if _BAD.search(outcome):
        opposite = {"better": "worse", "worse": "better"}
        found = [replace(change, name=opposite.get(change.name, change.name)) for change in found]
    moves = [change for change in found if _SAME.get(change.name, change.name) in LABELS[:2]]
    swapped = is_swapped(arms, plain, moves[0].start) if moves else None
    second = len(moves) > 1 and moves[1].distance < CLAUSE_BORDER
    small, large = _p_values(plain, start)
    pair = figures(arms, plain, max(0, start - 40)) or figures(arms, plain)
    ratio = _ratio(plain, start)
    given = {
        "nearest": _SAME.get(found[0].name, found[0].name) if found else "",
        "nearest_of_arm": _turned(moves[0].name, swapped) if moves and swapped is not None else "",
        "nearest_move": _SAME.get(moves[0].name, moves[0].name) if moves and swapped is None else "",
        "second_of_arm": _turned(moves[1].name, is_swapped(arms, plain, moves[1].start)) if second else "",
        "figures": _order(*pair) if pair else "",
        "first_figures": _by_figures(plain) if pair is None else "",
        "ratio": ratio,
        "favoured": _favoured(arms, plain),
        "near_p": "no_change" if large and not small else "",
        "denied": "no_change" if any(change.name == "no_change" and change.distance < CLAUSE_BORDER for change in found) else "",
    }
    none = [change for change in found if change.name == "no_change"]
    signs = (
        small, large, bool(none), bool(none) and (not moves or none[0].distance < moves[0].distance), DOUBT.found(plain),
        bool(_SIGNIFICANT.search(plain)), bool(_BOTH.search(plain)), bool(moves), swapped is not None, bool(pair),
        bool(_BETWEEN.search(plain)),
    )
    rows = [
        [float(given[vote] == label) for vote in VOTES] + [float(sign and label == "no_change") for sign in signs] for label in LABELS
    ]
    harm, silent = bool(_BAD.search(outcome)), not (moves or pair or given["first_figures"] or ratio)
    return np.array(rows), np.array([1.0, float(silent), float(silent and harm), float(harm)])


def _turned(name: str, swapped: bool | None) -> str:
    same = _SAME.get(name, name)
    return {"increase": "decrease", "decrease": "increase"}[same] if swapped else same


def _order(first: float, second: float) -> str:
    return "increase" if first > second else "decrease" if first < second else "no_change"


def _p_values(plain: str, start: int) -> tuple[bool, bool]:
    """Whether a p-value says significant, and whether one says not; of the outcome's own sentence where that has any."""
    low = max((match.end() for match in re.finditer(r"[.;] (?=[A-Z])", plain[:start])), default=0)
    found = list(_P_VALUE.finditer(plain))
    found = [match for match in found if low <= match.start() and not re.search(r"[.;] [A-Z]", plain[start : match.start()])] or found
    values = [(match[1], float(match[2].replace("·", "."))) for match in found]
    small = any(value <= SIGNIFICANT and sign not in ">≥" for sign, value in values)
    large = any(sign in ">≥" or (value > SIGNIFICANT and sign not in "<≤") for sign, value in values) or bool(_NS.search(plain))
    return small, large


def _ratio(plain: str, start: int) -> str:
    """What the ratio given nearest after the outcome says: an interval around 1 is no change."""
    found = sorted(_RATIO.finditer(plain), key=lambda match: abs(match.start() - start))
    for match in found:
        point, low, high = (float(number.replace("·", ".")) for number in match.groups())
        if low <= point <= high:
            return "no_change" if low < 1 < high else "increase" if low >= 1 else "decrease"
    return ""


def _favoured(arms: Arms, plain: str) -> str:
    match = _FAVOUR.search(plain)
    if match is None:
        return ""
    after = [event for event in arms.events() if match.end() <= event[0] < match.end() + 40]
    return "increase" if not after or after[0][2] == 0 else "decrease"


def _by_figures(plain: str) -> str:
    """The first arm's figure against the second's ("12.1 versus 9.4 days"); authors name their intervention first."""
    pair = _ARMS.search(plain)
    return _order(*(float(number.replace("·", ".")) for number in pair.groups())) if pair else ""


def _place(plain: str, outcome: str) -> tuple[int, int]:
    """Where the sentence speaks of the outcome: most of its words closest together; the whole sentence where none is found."""
    at = plain.casefold().find(plainly(outcome).strip().casefold()) if outcome.strip() else -1
    if at >= 0:
        return at, at + len(outcome.strip())
    words = re.findall(r"\w{4,}", outcome.casefold())
    found = sorted((match.start(), word) for word in set(words) for match in re.finditer(rf"\b{re.escape(word)}", plain, re.IGNORECASE))
    if not found:
        return len(plain) // 2, len(plain) // 2
    groups = [[(place, word) for place, word in found if first <= place <= first + OUTCOME_WIDTH] for first, _ in found]
    best = max(groups, key=lambda group: (len({word for _, word in group}), -group[0][0]))
    return best[0][0], best[-1][0] + len(best[-1][1])
