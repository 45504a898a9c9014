"""What happened to a measure: increase, decrease, no change or mixed, from the words of a sentence."""

from __future__ import annotations

import re

from classify.prose import plain as plainly

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
                  r"(?:much|any) (?:impact|effect)|neither|did not|failed to|equally|no (?:more|less) "),
    ("mixed", r"mixed (?:results|evidence|picture|findings|effects)?|inconsistent|conflicting|equivocal|vari(?:es|ed) (?:significantly|"
        r"widely|considerably|between|by|across)"),
    ("decrease", r"reduc(?:e|ed|es|ing|tions?)|decreas\w+|fell|fallen|falling|fewer|lower(?:ed|ing)?|lowest|drop(?:ped|s)?|declin\w+|"
        r"cut|less|shorter|shorten\w+|halv\w+|"
                 r"down (?:by|from|to|\d)|avoid(?:ed|ing)|prevent(?:ed|ing)|diverted|saved|savings?|smaller|eliminat\w+|inhibit\w+|"
                 r"suppress\w+|attenuat\w+|diminish\w+|"
                 r"inferior|slower|weaker|loss|lost|minimi[sz]ed|faster|earlier|quicker|alleviat\w+|reliev\w+"),
    ("increase", r"increas\w+|rose|risen|rising|higher|highest|greater|more|grew|grown|growth|doubl\w+|trebl\w+|longer|up (?:by|from|to|"
        r"\d)|rais(?:ed|es)|boost\w+|"
                 r"additional|gain(?:s|ed)?|expand\w+|larger|strengthen\w+|elevat\w+|prolong\w+|superior|exceed\w+|later|further|widen\w+"),
    ("better", r"improv\w+|better|benefi\w+|enhanc\w+|positive(?:ly)?|effective(?:ness)?|help(?:ed|s|ing)|facilitat\w+|happier|valuable|"
        r"useful|efficacy|supports?"),
    ("worse", r"wors\w+|deteriorat\w+|poorer|harm(?:ed|s|ful)?|negative(?:ly)?|imped\w+|hinder\w+|obstacle|burden\w*|detriment\w*|"
        r"inappropriate\w*"),
)
_CHANGES = tuple((name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in _WORDS)
_CLAUSE = re.compile(r"[;:]|, (?:but|while|whereas|although|and)\b|\bwhile\b|\bwhereas\b|\bbut\b|\bhowever\b", re.IGNORECASE)


def change_near(plain: str, start: int, end: int) -> tuple[str, int]:
    """The change word that stands nearest to ``plain[start:end]`` and its distance in characters; a clause's border counts as sixty.

    Returns one of increase, decrease, no_change, mixed, better, worse, unclear. A statement of no change outranks the word it denies.
    """
    best: tuple[int, str] | None = None
    denied: list[tuple[int, int]] = []
    for name, pattern in _CHANGES:
        for match in pattern.finditer(plain):
            if name not in ("no_change", "mixed") and any(low <= match.start() < high for low, high in denied):
                continue
            if name == "no_change":
                denied.append(match.span())
            low, high = (match.end(), start) if match.end() <= start else (end, match.start()) if match.start() >= end else (0, 0)
            distance = max(0, high - low) + 60 * len(_CLAUSE.findall(plain[low:high] if high > low else ""))
            if best is None or distance < best[0]:
                best = (distance, name)
    return (best[1], best[0]) if best else ("unclear", 200)


_P_VALUE = re.compile(r"\bp(?:-values?)?(?: for \w+)? ?(=|<|>|≤|≥) ?(0?[.·]\d+)", re.IGNORECASE)
_RATIO = re.compile(r"\b(?:[1-9]\d*|0)[.·]\d+ ?[(\[,;](?: ?95 ?%? ?(?:CI|confidence interval)?[:,=]? ?)?(\d+[.·]\d+) ?(?:-|to|"
    r",) ?(\d+[.·]\d+)", re.IGNORECASE)
_ARMS = re.compile(
    r"(\d+(?:[.·]\d+)?)(?: ?%| ?[±+] ?[\d.]+| ?\([^)]*\)| [a-zA-Z/%]+){0,6}?[,;]? (?:vs\.?|versus|compared (?:with|to)|and|"
    r"in contrast to|against)[ ,](?:\w+ ){0,5}?"
    r"(\d+(?:[.·]\d+)?)",
    re.IGNORECASE,
)
SIGNIFICANT = 0.05


def change_of(text: str, outcome: str = "") -> str:
    """increase, decrease, no_change or unclear: what a sentence says happened to ``outcome`` (its own words for it, where known)."""
    plain = plainly(text)
    start, end = _place(plain, outcome)
    change, _ = change_near(plain, start, end)
    values = [float(number.replace("·", ".")) * (1 if sign in "=>≥" else 0.5) for sign, number in _P_VALUE.findall(plain)]
    if values and min(values) > SIGNIFICANT:
        return "no_change"
    spans = [(float(low.replace("·", ".")), float(high.replace("·", "."))) for low, high in _RATIO.findall(plain)]
    if not values and spans and all(low < 1 < high for low, high in spans):
        return "no_change"
    change = {"better": "increase", "worse": "decrease", "mixed": "unclear"}.get(change, change)
    return _by_figures(plain) if change == "unclear" else change


def _by_figures(plain: str) -> str:
    """Where no word says it: the first arm's figure against the second's ("12.1 versus 9.4 days"); authors name their intervention first."""
    pair = _ARMS.search(plain)
    if pair is None:
        return "unclear"
    first, second = float(pair[1].replace("·", ".")), float(pair[2].replace("·", "."))
    return "increase" if first > second else "decrease" if first < second else "no_change"


def _place(plain: str, outcome: str) -> tuple[int, int]:
    """Where the sentence speaks of the outcome: its words found closest together; the whole sentence where none is found."""
    at = plain.casefold().find(plainly(outcome).strip().casefold()) if outcome.strip() else -1
    if at >= 0:
        return at, at + len(outcome.strip())
    words = re.findall(r"\w{4,}", outcome.casefold())
    found = [match.start() for word in words if (match := re.search(rf"\b{re.escape(word)}", plain, re.IGNORECASE))]
    return (min(found), max(found)) if found else (len(plain) // 2, len(plain) // 2)
