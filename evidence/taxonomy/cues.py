"""Lexical cues: a small pattern language for phrases, and its one translation into a regular expression.

A pattern is one or more words separated by single spaces:

========================  =====================================================================================
``joint commissioning``   these words in this order; between them white space, a dash, a slash or a quotation mark
``integrat* care``        ``*`` at the end of a word: any ending, also none; at least three letters before it
``randomi?ed``            ``?``: exactly one letter (British and American spellings)
``pool* ~3 budget*``      ``~N`` (1 to 9) between two words: none to N other words may stand between, within the sentence
``pooled|aligned budget`` ``|`` within a word: any of these
``co-ordinat*``           a hyphen: a hyphen, a space or nothing (co-ordinated, co ordinated, coordinated)
``per 100-000``           between digits also a comma
``health, social care``   a comma at the end of a word: a comma may stand there
``health and care``       ``and`` also matches ``&``
``ICS`` ``MDT*``          two or more capitals: only so written (acronyms); all else matches in any case
========================  =====================================================================================

Nothing else is allowed: a pattern with other punctuation, capitals inside a lower-case word, double spaces or a gap at
either end is refused with the reason. A match begins and ends at a word boundary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

WEIGHTS = ("strong", "weak")

_WORD = re.compile(r"[a-z0-9à-öø-ÿ&][a-z0-9à-öø-ÿ&?]*(?:[-'][a-z0-9à-öø-ÿ?]+)*'?\*?|[A-Z][A-Z0-9]+\*?")
_GAP = re.compile(r"~([1-9])")
# What may stand between words is written as what may not: such classes compile five times faster than lists of dashes and quotation marks.
_JOIN = r"[^\w.;:!?,()]{1,4}"
_LOOSE_JOIN = r"[^\w.;:!?]{1,4}"
_OTHER_WORD = r"[\w&][^\s.;:!?]*(?:[.:]\d[^\s.;:!?]*)?[^\w.;:!?]+"
_HYPHEN = r"[^\w.;:!?,()]{0,2}"
_DIGIT_HYPHEN = r"[^\w.;:!?()]{0,2}"


@dataclass(frozen=True)
class Slot:
    """One place of a pattern: any of ``alternatives`` after none to ``gap`` other words; ``comma``: one may follow."""

    alternatives: tuple[str, ...]
    gap: int = 0
    comma: bool = False


@dataclass(frozen=True)
class Cue:
    """A phrase that speaks for a label (``negative``: against it).

    ``weight`` is ``strong`` (the phrase all but says the label) or ``weak`` (it needs company). ``citing`` marks wordings by
    which a document speaks of other people's work of this kind; it counts against the label as the document's own.
    """

    pattern: str
    weight: str = "strong"
    negative: bool = False
    citing: bool = False

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return parse_cue(self.pattern)

    @cached_property
    def regex(self) -> str:
        """The pattern as a regular expression, to be compiled with ``re.IGNORECASE``."""
        return cue_regex(self.pattern)

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """Lower-case literals of which at least one stands in every lower-cased text that matches: a cheap first test."""
        return max((_literals(slot) for slot in self.slots), key=lambda literals: min(map(len, literals)))

    def compiled(self) -> re.Pattern[str]:
        return _compiled(self.pattern)


def parse_cue(pattern: str) -> tuple[Slot, ...]:
    """The slots of a pattern. Raises ``ValueError`` with the reason where the pattern breaks the grammar above."""
    if not pattern or pattern != pattern.strip() or "  " in pattern or "\n" in pattern:
        raise ValueError(f"cue {pattern!r}: expected words separated by single spaces")
    slots: list[Slot] = []
    gap = 0
    for token in pattern.split(" "):
        stretch = _GAP.fullmatch(token)
        if stretch:
            if gap or not slots:
                raise ValueError(f"cue {pattern!r}: a gap {token!r} must stand between two words")
            gap = int(stretch[1])
            continue
        alternatives = tuple(token.removesuffix(",").split("|"))
        for word in alternatives:
            _check_word(word, pattern)
        slots.append(Slot(alternatives, gap, token.endswith(",")))
        gap = 0
    if gap:
        raise ValueError(f"cue {pattern!r}: a gap must stand between two words")
    return tuple(slots)


def _check_word(word: str, pattern: str) -> None:
    if not _WORD.fullmatch(word):
        raise ValueError(
            f"cue {pattern!r}: {word!r} is no word; expected lower-case letters, digits, inner hyphen or apostrophe, "
            "? for one letter, * at the end, or an acronym in capitals"
        )
    if word.endswith("*") and len(word) < 4 and not word[:-1].isupper():
        raise ValueError(f"cue {pattern!r}: {word!r} is too short to truncate; expected at least three letters before *")


def cue_regex(pattern: str) -> str:
    """A pattern as a regular expression (for ``re.IGNORECASE``). Raises ``ValueError`` as :func:`parse_cue` does."""
    parts: list[str] = []
    comma = ""
    for at, slot in enumerate(parse_cue(pattern)):
        words = "|".join(_word_regex(word) for word in slot.alternatives)
        between = "" if at == 0 else comma + _JOIN
        if slot.gap:
            between = rf"{_LOOSE_JOIN}(?:{_OTHER_WORD}){{0,{slot.gap}}}"
        parts.append(f"{between}(?:{words})")
        comma = ",?" if slot.comma else ""
    return rf"(?<!\w){''.join(parts)}(?!\w)"


def _word_regex(word: str) -> str:
    ending = r"\w*" if word.endswith("*") else ""
    stem = word.removesuffix("*")
    if len(stem) > 1 and stem.isupper():
        return rf"(?-i:{re.escape(stem)}){ending}"
    if stem == "and":
        return "and|&"
    return "".join(_letter_regex(stem, at) for at in range(len(stem))) + ending


def _letter_regex(stem: str, at: int) -> str:
    letter = stem[at]
    if letter == "-":
        return _DIGIT_HYPHEN if stem[at - 1].isdigit() and stem[at + 1].isdigit() else _HYPHEN
    return {"'": "['’]?", "?": r"\w"}.get(letter) or re.escape(letter)


def _literals(slot: Slot) -> tuple[str, ...]:
    if "and" in slot.alternatives:
        return ("",)
    return tuple(max(re.split(r"[-'?*&]", word), key=len).lower() for word in slot.alternatives)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(cue_regex(pattern), re.IGNORECASE)
