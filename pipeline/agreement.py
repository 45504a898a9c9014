"""How far reviewers agree with each other and with the machine: of what two of them judged in the same documents, facet by facet.

Of a facet of one label (study design, grade, relevance, intensity, reality) the label that each names is compared, so two who change it to
different labels differ; of any other facet whether each label holds. Reviewers have seen what the machine says before they judge it, so
agreement with it is an upper bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evidence.records import Decision, Tagging
from warehouse.decisions import SINGLE_FACETS

DRAWS = 1000
MACHINE = "the machine"
HOLDS, DOES_NOT, OTHER_THAN, NO_LABEL = "holds", "does not hold", "other than ", "no label"
Item = tuple[str, str, str]
"""Document, facet, and label; of a facet of one label the third is empty."""
Judgements = Mapping[Item, str]
"""Of a facet of one label the label, or :data:`OTHER_THAN` it where it was only rejected; of other facets :data:`HOLDS` or :data:`DOES_NOT`."""


@dataclass(frozen=True)
class Difference:
    """What each of the two said of an item."""

    document: str
    facet: str
    label: str
    said: tuple[str, str]


@dataclass(frozen=True)
class Agreement:
    """Of ``n`` items that both judged, how many they judged alike; ``kappa`` is Cohen's with its 95 % bootstrap interval."""

    facet: str
    reviewers: tuple[str, str]
    n: int
    agreed: float
    kappa: float | None
    low: float | None
    high: float | None
    apart: tuple[Difference, ...]


def judgements(decisions: Sequence[Decision]) -> dict[str, dict[Item, str]]:
    """By reviewer, the last word on every item judged. ``decisions`` are oldest first."""
    found: dict[str, dict[Item, str]] = defaultdict(dict)
    for one in decisions:
        if not one.facet or not one.label or one.action not in ("accept", "add", "reject", "change"):
            continue
        own, holds = found[one.reviewer], one.action in ("accept", "add")
        if one.facet in SINGLE_FACETS:
            item = (one.target, one.facet, "")
            if one.action != "reject":
                own[item] = one.label if holds else one.new_label or OTHER_THAN + one.label
            elif own.get(item, one.label) == one.label or own[item].startswith(OTHER_THAN):
                own[item] = OTHER_THAN + one.label
            continue
        own[one.target, one.facet, one.label] = HOLDS if holds else DOES_NOT
        if one.action == "change" and one.new_label:
            own[one.target, one.facet, one.new_label] = HOLDS
    return dict(found)


def machines_judgements(items: Sequence[Item], taggings: Sequence[Tagging]) -> dict[Item, str]:
    """What the machine says of these items, where it has tagged the document; :data:`NO_LABEL` of a facet that it left open."""
    said = {one.document: {(tag.facet, tag.label) for tag in one.tags} for one in taggings if one.status == "tagged"}
    found: dict[Item, str] = {}
    for document, facet, label in items:
        given = said.get(document)
        if given is not None and label:
            found[document, facet, label] = HOLDS if (facet, label) in given else DOES_NOT
        elif given is not None:
            found[document, facet, ""] = next((own for known, own in given if known == facet), NO_LABEL)
    return found


def agreements(decisions: Sequence[Decision], taggings: Sequence[Tagging] = ()) -> list[Agreement]:
    """One for every facet and pair of reviewers who judged an item of it in common, in the order of their names; the machine
    (``taggings`` of the documents judged) is the second of each reviewer's last pairs."""
    by_reviewer: dict[str, Judgements] = dict(judgements(decisions))
    people = sorted(by_reviewer)
    by_reviewer[MACHINE] = machines_judgements(sorted({item for said in by_reviewer.values() for item in said}), taggings)
    pairs = [*combinations(people, 2), *((one, MACHINE) for one in people)]
    return [found for first, second in pairs for found in _of_pair((first, second), by_reviewer[first], by_reviewer[second])]


def _of_pair(names: tuple[str, str], first: Judgements, second: Judgements) -> list[Agreement]:
    common = sorted(set(first) & set(second))
    result = []
    for facet in sorted({item[1] for item in common}):
        items = [item for item in common if item[1] == facet and not _both_reject(first[item], second[item])]
        if not items:
            continue
        said = [_comparable(first[item], second[item]) for item in items]
        apart = tuple(Difference(*item, pair) for item, pair in zip(items, said, strict=True) if pair[0] != pair[1])
        kappa, low, high = _with_interval(said)
        result.append(Agreement(facet, names, len(items), 1 - len(apart) / len(items), kappa, low, high, apart))
    return result


def _both_reject(first: str, second: str) -> bool:
    """Whether neither names a label, and each rejects another one: whether they agree is not known."""
    return first != second and first.startswith(OTHER_THAN) and second.startswith(OTHER_THAN)


def _comparable(first: str, second: str) -> tuple[str, str]:
    """Where one of two only rejected a label, the other is asked no more than whether it is that label."""
    for rejected in (first, second):
        if rejected.startswith(OTHER_THAN):
            label = rejected.removeprefix(OTHER_THAN)
            return label if first == label else rejected, label if second == label else rejected
    return first, second


def cohens_kappa(pairs: np.ndarray) -> float | None:
    """Of [n, 2] verdicts as numbers of categories; None where chance alone explains all agreement (both always said the same)."""
    categories = int(pairs.max()) + 1
    first, second = (np.bincount(pairs[:, side], minlength=categories) / len(pairs) for side in (0, 1))
    chance = float(first @ second)
    if chance > 1 - 1e-9:
        return None
    return float(((pairs[:, 0] == pairs[:, 1]).mean() - chance) / (1 - chance))


def _with_interval(said: Sequence[tuple[str, str]]) -> tuple[float | None, float | None, float | None]:
    categories = {label: at for at, label in enumerate(sorted({label for pair in said for label in pair}))}
    pairs = np.array([[categories[label] for label in pair] for pair in said], dtype=np.int64)
    generator = np.random.default_rng(0)
    draws = [cohens_kappa(pairs[generator.integers(0, len(pairs), len(pairs))]) for _ in range(DRAWS)]
    known = [value for value in draws if value is not None]
    kappa = cohens_kappa(pairs)
    if kappa is None or not known:
        return kappa, None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return kappa, float(low), float(high)
