"""What the cascade costs in quality: ``python -m tests.bench.cascade`` (needs the shared inputs; the better part of an hour).

The labelled documents are observed twice, as set and with every excerpt and every claim read closely, and each is scored by five-fold
cross-validation over the same folds, three times with folds of other salts: with a hundred documents one refit moves a measure by 0.02. What it
takes on the clock is for ``tests.bench.tagging_speed`` to say.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np

from classify import claims, evaluation, excerpts
from classify.cases import declared_cases, gold_cases, shared_folder
from classify.short_texts import short_cases
from classify.tagging import Tagger
from language.encoder import QuantisedEncoder
from tests.quality.classification import FLOORS, documents

MOST_LOST = 0.01
SALTS = ("", "/second", "/third")
EVERYTHING = 10**6


@contextmanager
def everything_read() -> Iterator[None]:
    """The cascade off: no excerpt and no claim is left to cues alone."""
    with mock.patch.object(excerpts, "MOST_CHOSEN", EVERYTHING), mock.patch.object(claims, "MOST_READ", EVERYTHING):
        yield


def measured(name: str) -> dict[str, float]:
    """Every measure that has a floor and is taken of documents, as the mean over :data:`SALTS`; tells each under this name as it is taken."""
    shared, tagger = shared_folder(), Tagger(encoder=QuantisedEncoder())
    cases = gold_cases(shared, documents(shared), tagger.observer)
    declared, short = declared_cases(shared, tagger.observer), short_cases(tagger.observer)
    found: dict[str, list[float]] = defaultdict(list)
    for salt in SALTS:
        for score in evaluation.facet_scores(cases, evaluation.cross_validated(cases, declared, tagger, short, salt)):
            if score.name in FLOORS:
                found[score.name].append(score.value)
        sys.stdout.write(f"{name}, folds {salt or '/first'}: {', '.join(f'{measure} {values[-1]:.3f}' for measure, values in found.items())}\n")
        sys.stdout.flush()
    return {name: float(np.mean(values)) for name, values in found.items()}


def main() -> int:
    as_set = measured("as set")
    with everything_read():
        off = measured("cascade off")
    for name, value in as_set.items():
        sys.stdout.write(f"{name:36} {value:.3f}  cascade off {off[name]:.3f}  {value - off[name]:+.3f}\n")
    lost = float(np.mean([off[name] - value for name, value in as_set.items()]))
    sys.stdout.write(f"{'ok ' if lost <= MOST_LOST else 'BAD'}  {lost:+.3f} lost on average by the cascade (at most {MOST_LOST})\n")
    return 0 if lost <= MOST_LOST else 1


if __name__ == "__main__":
    sys.exit(main())
