"""What each cue of a study design has been worth: how much oftener it stands in documents of that design than in others.

The taxonomy calls cues strong or weak before anybody has counted; some of the strong ones ("work package") stand in documents of every kind. So the
log odds of every cue are estimated from labelled documents, drawn towards what its weight in the taxonomy promises as long as few have shown it
(naive Bayes with a prior by weight). A document that is learnt from is rated without its own share, so that later weights are not misled.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p
from pathlib import Path

import numpy as np

from classify.label_evidence import Key, LabelEvidence
from classify.linear_models import Array
from evidence.errors import IntegrandError

PROMISE = {"strong": 2.7, "weak": 1.5}
"""How many times as often a cue should stand in documents of its label, before any have been counted."""
TRUST = 10.0
"""Documents of a label that weigh as much as the promise; 2 to 10 give the same cross-validated accuracy within one document."""
LEAST, MOST = -2.0, 3.0
"""Log odds are held between these: one document's habit must not decide."""
DIGITS = 3

WORTH_FEATURES = ("worth", "worth_best")
Counts = Mapping[Key, tuple[int, str]]
"""By label and cue: sentences of the document's own in which it stands, and its weight in the taxonomy."""


def own_cues(evidence: Mapping[Key, LabelEvidence], facet: str) -> dict[Key, tuple[int, str]]:
    """The cues of a facet's labels in sentences that do not speak of other people's work."""
    counts: dict[Key, int] = defaultdict(int)
    kinds: dict[Key, str] = {}
    for (about, label), one in evidence.items():
        for mention in one.mentions if about == facet else ():
            if mention.kind in PROMISE and not mention.sentence.cited:
                counts[label, mention.cue.pattern] += 1
                kinds[label, mention.cue.pattern] = mention.kind
    return {key: (count, kinds[key]) for key, count in counts.items()}


@dataclass(frozen=True)
class CueWorth:
    """Log odds by label and cue; a cue that no document has shown is worth what its weight promises."""

    labels: tuple[str, ...]
    worth: Mapping[str, Mapping[str, float]]

    def rows(self, cues: Counts) -> Array:
        """What :data:`WORTH_FEATURES` names, a row a label: [labels, 2]."""
        return _rows(self.labels, cues, {key: self._of(key, kind) for key, (_, kind) in cues.items()})

    def _of(self, key: Key, kind: str) -> float:
        known = self.worth.get(key[0], {}).get(key[1])
        return log(PROMISE[kind]) if known is None else known

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"labels": self.labels, "worth": self.worth}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_worth(path: Path) -> CueWorth:
    """Raises ``IntegrandError`` where the file is missing or not as expected."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        worth = {label: {cue: float(value) for cue, value in cues.items()} for label, cues in content["worth"].items()}
        return CueWorth(tuple(content["labels"]), worth)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"no readable worth of cues ({error}); rebuild it with python -m classify.training"
        raise IntegrandError(f"classify/models/{path.name}: {why}") from error


def fit_worth(labels: Sequence[str], seen: Sequence[Counts], chosen: Sequence[str], weights: Sequence[float]) -> tuple[CueWorth, list[Array]]:
    """The worth of cues by documents that show ``seen`` and have the labels ``chosen``; beside it each document's rows, rated without itself."""
    with_label: dict[Key, float] = defaultdict(float)
    without: dict[Key, float] = defaultdict(float)
    kinds: dict[Key, str] = {}
    size = dict.fromkeys(labels, 0.0)
    for cues, label, weight in zip(seen, chosen, weights, strict=True):
        size[label] += weight
        for key, (_, kind) in cues.items():
            (with_label if key[0] == label else without)[key] += weight
            kinds[key] = kind
    total = sum(size.values())

    def odds(key: Key, label: str = "", weight: float = 0.0) -> float:
        """Log odds of a cue, a document of ``label`` and ``weight`` that shows it left out."""
        own = weight if key[0] == label else 0.0
        beside = weight - own
        return _log_odds(
            with_label[key] - own, size[key[0]] - own, without[key] - beside, total - size[key[0]] - beside, PROMISE[kinds[key]]
        )

    worth: dict[str, dict[str, float]] = {label: {} for label in labels}
    for key in sorted(kinds):
        worth[key[0]][key[1]] = round(odds(key), DIGITS)
    rows = [
        _rows(labels, cues, {key: odds(key, label, weight) for key in cues})
        for cues, label, weight in zip(seen, chosen, weights, strict=True)
    ]
    return CueWorth(tuple(labels), worth), rows


def _log_odds(shown: float, of: float, elsewhere: float, others: float, promise: float) -> float:
    if shown < 1e-6 and elsewhere < 1e-6:
        return log(promise)
    rate = (elsewhere + 0.5) / (others + 1.0)
    own = (shown + TRUST * min(1.0, promise * rate)) / (of + TRUST)
    return min(MOST, max(LEAST, log(own / rate)))


def _rows(labels: Sequence[str], cues: Counts, worth: Mapping[Key, float]) -> Array:
    """The sum over a label's cues (repeated ones count a little more; on a logarithmic scale), and the best one."""
    position = {label: at for at, label in enumerate(labels)}
    rows = np.zeros((len(labels), len(WORTH_FEATURES)))
    for key, (count, _) in cues.items():
        at = position[key[0]]
        rows[at, 0] += worth[key] * min(1.0, 0.5 + 0.25 * log1p(count))
        rows[at, 1] = max(rows[at, 1], worth[key])
    rows[:, 0] = np.sign(rows[:, 0]) * np.log1p(np.abs(rows[:, 0]))
    return rows
