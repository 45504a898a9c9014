"""How far reviewers agree: of the labels that two of them judged in the same documents, facet by facet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evidence.records import Decision

DRAWS = 1000
Item = tuple[str, str, str]
"""Document, facet, label."""


@dataclass(frozen=True)
class Agreement:
    """Of ``n`` labels that both reviewers judged, how many they judged alike; ``kappa`` is Cohen's with its 95 % bootstrap interval."""

    facet: str
    reviewers: tuple[str, str]
    n: int
    agreed: float
    kappa: float | None
    low: float | None
    high: float | None
    apart: tuple[Item, ...]


def verdicts(decisions: Sequence[Decision]) -> dict[str, dict[Item, bool]]:
    """By reviewer, the last word on every label judged: whether it holds. ``decisions`` are oldest first."""
    found: dict[str, dict[Item, bool]] = defaultdict(dict)
    for one in decisions:
        if not one.facet or not one.label or one.action not in ("accept", "add", "reject", "change"):
            continue
        found[one.reviewer][one.target, one.facet, one.label] = one.action in ("accept", "add")
        if one.action == "change" and one.new_label:
            found[one.reviewer][one.target, one.facet, one.new_label] = True
    return dict(found)


def agreements(decisions: Sequence[Decision]) -> list[Agreement]:
    """One for every facet and pair of reviewers who judged a label of it in common, in the order of their names."""
    by_reviewer = verdicts(decisions)
    result = []
    for first, second in combinations(sorted(by_reviewer), 2):
        common = sorted(set(by_reviewer[first]) & set(by_reviewer[second]))
        for facet in sorted({item[1] for item in common}):
            items = [item for item in common if item[1] == facet]
            pairs = np.array([(by_reviewer[first][item], by_reviewer[second][item]) for item in items], dtype=float)
            apart = tuple(item for item, pair in zip(items, pairs, strict=True) if pair[0] != pair[1])
            kappa, low, high = _with_interval(pairs)
            result.append(Agreement(facet, (first, second), len(items), 1 - len(apart) / len(items), kappa, low, high, apart))
    return result


def cohens_kappa(pairs: np.ndarray) -> float | None:
    """Of [n, 2] verdicts in {0, 1}; None where chance alone explains all agreement (both always said the same)."""
    said = pairs.mean(axis=0)
    chance = float(said[0] * said[1] + (1 - said[0]) * (1 - said[1]))
    if chance > 1 - 1e-9:
        return None
    return float(((pairs[:, 0] == pairs[:, 1]).mean() - chance) / (1 - chance))


def _with_interval(pairs: np.ndarray) -> tuple[float | None, float | None, float | None]:
    generator = np.random.default_rng(0)
    draws = [cohens_kappa(pairs[generator.integers(0, len(pairs), len(pairs))]) for _ in range(DRAWS)]
    known = [value for value in draws if value is not None]
    kappa = cohens_kappa(pairs)
    if kappa is None or not known:
        return kappa, None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return kappa, float(low), float(high)
