"""What careful readers said of single passages and sentences of real documents: lessons for the heads, and what tells how far to trust them.

``lessons/passages.tsv`` holds a line a passage: the digest of its words, ``1`` where it speaks in substance of joining up, personalising or
commissioning care (``0`` where not, ``?`` where that is arguable) and the labels that it shows, each ``facet/label``, with ``?`` where a careful
reader could well say otherwise. The passages themselves are not there: a digest is found again in a document that is read, or not at all.
Every label that is named anywhere, but not in a passage's line, was judged not to be shown by it. ``lessons/claims.tsv`` holds in the same way
a line a sentence that may be a finding: ``2`` where any careful reader would record it, ``1`` where some would, ``0`` where not, and the
outcomes that it speaks of, each ``outcome:direction``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classify.label_evidence import Key
from classify.outcomes import DIRECTIONS
from evidence.errors import UsageError
from evidence.taxonomy import Taxonomy

FILE = Path(__file__).parent / "lessons" / "passages.tsv"
CLAIMS = Path(__file__).parent / "lessons" / "claims.tsv"
PASSAGE_FACETS = ("integration_type", "breadth", "boundary", "level", "theme", "population")
"""The facets that the readers judged."""
WHEREVER = ("theme", "population")
"""Those of them that a passage may show which is not about joining up care."""
DIGITS = 12
"""Hexadecimal digits of a digest: of a million passages two share one by a chance of one in five hundred."""
ARGUABLE = 0.5
_ABOUT = {"1": 1.0, "?": ARGUABLE, "0": 0.0}
_SURE = {"2": 1.0, "1": ARGUABLE, "0": 0.0}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """``about`` is 1, 0 or :data:`ARGUABLE`; ``shown`` holds by label how sure the readers were: 1 or :data:`ARGUABLE`."""

    about: float
    shown: Mapping[Key, float]


def passage_digest(text: str) -> str:
    """The digest of a passage's words: case, punctuation and spaces do not matter."""
    return hashlib.sha256(" ".join(_WORD.findall(text.casefold())).encode()).hexdigest()[:DIGITS]


@cache
def labelled_passages(file: Path = FILE) -> Mapping[str, LabelledPassage]:
    """By digest. Raises ``UsageError`` naming the line that is not as expected."""
    return dict(_lines(file.read_text(encoding="utf-8").splitlines(), file.name))


@cache
def judged_labels() -> frozenset[Key]:
    """The labels that readers gave to some passage: of one that the taxonomy has got since, a passage without it says nothing."""
    return frozenset(key for one in labelled_passages().values() for key in one.shown)


def _lines(lines: Iterable[str], name: str) -> Iterable[tuple[str, LabelledPassage]]:
    for number, line in enumerate(lines, 1):
        digest, _, rest = line.partition("\t")
        about, _, labels = rest.partition("\t")
        if len(digest) != DIGITS or about not in _ABOUT:
            raise UsageError(f"{name}, line {number}: expected digest, 1, 0 or ?, and labels, parted by tabs")
        shown = {}
        for label in labels.split():
            facet, _, own = label.rstrip("?").partition("/")
            if facet not in PASSAGE_FACETS or not own:
                raise UsageError(f"{name}, line {number}: {label}: expected facet/label of {', '.join(PASSAGE_FACETS)}")
            shown[facet, own] = ARGUABLE if label.endswith("?") else 1.0
        yield digest, LabelledPassage(_ABOUT[about], shown)


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """``sure`` is 1, 0 or :data:`ARGUABLE`; ``effects`` are directions by outcome domain, none where it is no finding."""

    sure: float
    effects: Mapping[str, str]


@cache
def labelled_claims(file: Path = CLAIMS) -> Mapping[str, LabelledClaim]:
    """By digest. Raises ``UsageError`` naming the line that is not as expected."""
    found = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        digest, _, rest = line.partition("\t")
        verdict, _, effects = rest.partition("\t")
        told = dict(effect.split(":", 1) for effect in effects.split() if ":" in effect)
        if len(digest) != DIGITS or verdict not in _SURE or bool(told) != (verdict != "0") or not set(told.values()) <= set(DIRECTIONS):
            raise UsageError(f"{file.name}, line {number}: expected digest, 2, 1 or 0, and outcome:direction of each effect, parted by tabs")
        found[digest] = LabelledClaim(_SURE[verdict], told)
    return found


def unknown_labels(taxonomy: Taxonomy, passages: Mapping[str, LabelledPassage]) -> set[Key]:
    """Labels that the taxonomy does not know (any more): what was said of them teaches nothing."""
    return {key for one in passages.values() for key in one.shown if key[1] not in taxonomy.facet(key[0]).label_ids}
