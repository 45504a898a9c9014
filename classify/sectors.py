"""Sentences that join two sectors: the plainest sign that joining up care is what a passage is about.

Words like "integrated" are used of much else; "hospital and council staff share one assessment" is of nothing else. ``sectors.toml`` names the
sectors, the joining words and which pairs make which boundary of the codebook (section 3).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.errors import UsageError

FILE = Path(__file__).parent / "sectors.toml"
REACH = 400
"""Characters. In a longer "sentence" (a table, a transcript) two names no longer stand together."""


@dataclass(frozen=True)
class Sectors:
    joining: Wording
    sectors: dict[str, Wording]
    boundaries: dict[str, frozenset[frozenset[str]]]


@cache
def sectors() -> Sectors:
    """The sectors of the data file. Raises ``UsageError`` naming the key where one is wrong."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    try:
        named = {name: Wording(pattern, re.IGNORECASE) for name, pattern in content["sectors"].items()}
        joining = Wording(content["joining"], re.IGNORECASE)
    except (re.error, KeyError) as error:
        raise UsageError(f"sectors.toml: expected joining and [sectors] as regular expressions: {error}") from None
    boundaries = {}
    for label, pairs in content["boundaries"].items():
        for pair in pairs:
            if len(pair) != 2 or not set(pair) <= set(named):
                raise UsageError(f"sectors.toml: boundaries.{label}: expected pairs of sectors, found {pair}")
        boundaries[label] = frozenset(frozenset(pair) for pair in pairs)
    return Sectors(joining, named, boundaries)


CARE = ("primary", "hospital", "community", "social", "mental", "health", "public_health", "ambulance", "pharmacy")
"""Sectors of health and care: one that is named tells a text on care from one on firms, software or schools."""


def names_care(plain: str) -> bool:
    """Whether the text names a sector of health or care."""
    known = sectors().sectors
    return any(known[name].found(plain) for name in CARE)


@dataclass(frozen=True, slots=True)
class Joint:
    """A sentence that joins sectors: all pairs of those it names."""

    sentence: Sentence
    pairs: frozenset[frozenset[str]]


def joints(prose: Prose) -> list[Joint]:
    """The sentences of a document that join two sectors or more, in order; citations and tables left out."""
    known = sectors()
    found = []
    for sentence in prose.sentences:
        plain = sentence.plain[:REACH]
        if sentence.kind in ("table", "footnote") or not known.joining.found(plain):
            continue
        named = [name for name, pattern in known.sectors.items() if pattern.found(plain)]
        if len(named) >= 2:
            found.append(Joint(sentence, frozenset(frozenset(pair) for pair in combinations(named, 2))))
    return found
