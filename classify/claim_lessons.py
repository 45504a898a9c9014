"""What the heads for findings learn from besides labelled documents: sentences of our own (``claims.toml``) and the taxonomy's examples.

A head each tells whether a sentence claims an effect, of which outcome domain, and which way (see ``classify.heads`` for how heads are fitted).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classify.heads import Lessons
from classify.label_evidence import Key
from classify.linear_models import Array
from classify.outcomes import DIRECTIONS
from evidence.errors import UsageError
from evidence.taxonomy import Taxonomy
from language.encoder import QuantisedEncoder

FILE = Path(__file__).parent / "claims.toml"
CLAIM: Key = ("finding", "claim")
DOMAIN = "outcome_domain"
HEARD = DIRECTIONS[:3]
"""Directions with a head; the others are too rare and too various."""
PASSED_OVER = 0.2
"""Weight of a candidate that readers passed over: many are claims all the same, of which a reader records a few."""
EXAMPLE = 0.3
"""Weight of an example of the taxonomy as a claim (they are written to tell domains apart), and of a claim of one domain against another."""


@dataclass(frozen=True, slots=True)
class ClaimLesson:
    """A sentence: whether it ``claims`` an effect, of which ``outcome`` (or, where ``denied``, of which not), in which ``direction``."""

    text: str
    claims: bool
    outcome: str | None = None
    denied: bool = False
    direction: str | None = None


def claim_keys(taxonomy: Taxonomy) -> tuple[Key, ...]:
    """The heads for findings, in order."""
    return (CLAIM, *((DOMAIN, label) for label in taxonomy.facet(DOMAIN).label_ids), *(("direction", label) for label in HEARD))


def own_lessons(taxonomy: Taxonomy, path: Path = FILE) -> tuple[ClaimLesson, ...]:
    """The sentences of ``claims.toml``. Raises ``UsageError`` naming the file and the key that is not as expected."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_own_lessons(content, set(taxonomy.facet(DOMAIN).label_ids)))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name}: expected TOML: {error}") from None
    except (KeyError, AttributeError, TypeError) as error:
        raise UsageError(f"{path.name}: expected claims.<outcome>.<direction> and others.<sort>, each a list of sentences: {error}") from None


def _own_lessons(content: Mapping[str, Any], outcomes: set[str]) -> Iterator[ClaimLesson]:
    for outcome, by_direction in content["claims"].items():
        if outcome not in outcomes:
            raise UsageError(f"{FILE.name}: claims.{outcome}: expected a label of {DOMAIN}")
        for direction, texts in by_direction.items():
            if direction not in DIRECTIONS:
                raise UsageError(f"{FILE.name}: claims.{outcome}.{direction}: expected one of {', '.join(DIRECTIONS)}")
            yield from (ClaimLesson(text, True, outcome, False, direction) for text in texts)
    for texts in content["others"].values():
        yield from (ClaimLesson(text, False) for text in texts)


def example_lessons(taxonomy: Taxonomy) -> tuple[ClaimLesson, ...]:
    """The taxonomy's examples of outcome domains."""
    return tuple(
        ClaimLesson(example.text, not example.hard_negative, label.id, example.hard_negative)
        for label in taxonomy.facet(DOMAIN).labels
        for example in label.examples
    )


@dataclass(frozen=True)
class ClaimLessons:
    """Our own sentences with their vectors [n, 384], and the taxonomy's examples as lessons."""

    own: tuple[ClaimLesson, ...]
    vectors: Array
    examples: Lessons


def claim_lessons(taxonomy: Taxonomy, encoder: QuantisedEncoder) -> ClaimLessons:
    keys, own, examples = claim_keys(taxonomy), own_lessons(taxonomy), example_lessons(taxonomy)
    marks = [marked(keys, one, EXAMPLE) for one in examples]
    vectors = encoder.encode([one.text for one in (*own, *examples)])
    told, sure = np.array([truth for truth, _ in marks]), np.array([weights for _, weights in marks])
    return ClaimLessons(own, vectors[: len(own)].astype(np.float64), Lessons(vectors[len(own) :], told, sure))


def marked(keys: Sequence[Key], lesson: ClaimLesson, claim_weight: float = 1.0) -> tuple[Array, Array]:
    """Truth and weights [keys] of one sentence; a weight of 0 where it says nothing of a head."""
    outcomes = {} if lesson.outcome is None else {lesson.outcome: lesson.direction}
    return claim_marks(keys, lesson.claims, outcomes, claim_weight, lesson.denied)


def claim_marks(
    keys: Sequence[Key], claims: bool, outcomes: Mapping[str, str | None], claim_weight: float, denied: bool = False
) -> tuple[Array, Array]:
    """As :func:`marked`, for a sentence with any number of ``outcomes`` (their direction, where it is known)."""
    truth, weights = np.zeros(len(keys)), np.zeros(len(keys))
    directions = {direction for direction in outcomes.values() if direction}
    for at, (facet, label) in enumerate(keys):
        if (facet, label) == CLAIM:
            truth[at], weights[at] = float(claims), claim_weight
        elif facet == DOMAIN and denied:
            weights[at] = float(label in outcomes)
        elif facet == DOMAIN and outcomes:
            truth[at], weights[at] = float(label in outcomes), 1.0 if label in outcomes else EXAMPLE
        elif facet == "direction" and directions:
            truth[at], weights[at] = float(label in directions), 1.0
    return truth, weights
