"""The study design of a short text, by a model of its own; and the models of both kinds of text together.

A report tells its design by sections, counts and densities; an abstract or a notice has none of these, and little room to name it twice. So what it
says as a whole counts beside its cues: a softmax regression on its embeddings (:class:`WholeText`), whose answer is one more voice in the
conditional logit of ``study_design``. Cross-validated over 690 short texts of our own it takes the accuracy from 0.66 to 0.80, over 380
abstracts whose authors declare the design from 0.86 to 0.88.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classify.cue_worth import CueWorth, fit_worth
from classify.document_form import TRAITS
from classify.left_out import INNER_FOLDS, folds
from classify.linear_models import Array, Choice, fit_choice, minimum, read_arrays
from classify.observation import Observation
from classify.study_design import CHOICE_PENALTY, WEIGHED, DesignModel, expected_weights
from classify.subject import is_short
from classify.wording import Wording

SAYS = "whole_text"
LEAST_SAID = -7.0
"""Log-probabilities are held above this, so that one voice cannot shout the others down."""
PARTS = (8.0, 4.0, 3.0)
"""Scales of the mean of the excerpts' vectors, the title's and the last excerpt's: what a text is called and what it ends with say less of it."""
WHOLE_PENALTY = 10.0
"""L2 weight of the softmax regression, chosen by cross-validation by pair and abstract on a coarse grid; a third of it scores alike."""
ANNOUNCED = Wording(
    r"\b(?:study|trial|research|evaluation|(?:systematic|scoping|realist) review) protocol\b|"
    r"\bprotocol (?:for|of) (?:an? |the )?(?:[^\s,;:]+ ){0,8}(?:trial|study|evaluation|meta-analysis|cohort|experiment|"
    r"(?:systematic|scoping|realist) review)\b|"
    r"\b(?:rationale|design|methods)(?:,? (?:and|&) (?:rationale|study design|design|methods|methodology|protocol))+ (?:of|for) (?:an?|the)\b|"
    r"(?:trial|study|evaluation|(?:systematic|scoping|realist) review): (?:an? |the )?protocol$",
    re.IGNORECASE,
)
"""How a title announces a protocol: a plan for a study, whatever results of its preparation it tells beside (codebook, section 10)."""
ANNOUNCED_CHANCE = 0.92
"""Of eleven labelled reports so titled eleven are protocols (rule of succession)."""
LONG_SHARE = 0.25
"""How much the model of reports says of a short text's design: the two err apart. Cross-validated, abstracts of declared design are told right in
0.874 of cases by the model of short texts, in 0.858 by that of reports, in 0.882 by both; of 1,068 short texts of our own it costs 0.008."""


@dataclass(frozen=True)
class WholeText:
    """Softmax regression: ``weights`` [3 * 384, labels] and ``bias`` [labels] over the embeddings of a text (:func:`embedded`)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def says(self, rows: Array) -> Array:
        """[n, 3 * 384] to [n, labels]: log-probabilities, from 0 (held at ``LEAST_SAID``) upwards."""
        logits = rows @ self.weights + self.bias
        logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        result: Array = np.maximum(logs, LEAST_SAID) - LEAST_SAID
        return result

    def write(self, path: Path) -> None:
        np.savez_compressed(path, weights=self.weights, bias=self.bias)


def read_whole_text(path: Path) -> WholeText:
    """Raises ``IntegrandError`` where the file is missing or no such regression."""
    weights, bias = read_arrays(path, "weights", "bias")
    return WholeText(weights.astype(np.float32), bias.astype(np.float32))


@dataclass(frozen=True)
class ShortDesignModel:
    """The conditional logit over cues, form and what the whole text says."""

    choice: Choice
    worth: CueWorth
    whole: WholeText

    def chances(self, observation: Observation) -> Array:
        """The probability of every label. The text must have been read closely."""
        said = self.whole.says(embedded(observation)[None])[0]
        evidence = np.hstack([observation.designs, self.worth.rows(observation.design_cues), said[:, None]])
        return self.choice.probabilities(evidence, observation.traits)


@dataclass(frozen=True)
class DesignModels:
    """``short`` and ``long`` judge together what is short and has been read closely; anything else is judged by ``long`` alone."""

    long: DesignModel
    short: ShortDesignModel | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.long.labels

    def chances(self, observation: Observation) -> Array:
        """The probability of every label."""
        chances = self.long.chances(observation.designs, observation.traits, observation.design_cues)
        if self.short is not None and observation.reading is not None and is_short(observation):
            mixed: Array = (1 - LONG_SHARE) * self.short.chances(observation) + LONG_SHARE * chances
            return mixed
        if ANNOUNCED.found(observation.prose.title) and "protocol" in self.labels:
            announced = np.array([float(label == "protocol") for label in self.labels])
            chances = ANNOUNCED_CHANCE * announced + (1 - ANNOUNCED_CHANCE) * chances
        return chances


def embedded(observation: Observation) -> Array:
    """[3 * 384]: what :data:`PARTS` names."""
    reading = observation.reading
    assert reading is not None
    mean, title = np.split(np.array(reading.whole), 2)
    return np.concatenate([PARTS[0] * mean, PARTS[1] * title, PARTS[2] * reading.vectors[-1].astype(np.float64)])


@dataclass(frozen=True)
class DesignExample:
    """A short text that has been read closely, its design, its weight; ``key`` is that of the texts that belong in one fold with it."""

    key: str
    observation: Observation
    label: str
    weight: float


def fit_short_design(examples: Sequence[DesignExample], labels: tuple[str, ...]) -> ShortDesignModel | None:
    """What the whole text says of an example is asked of a regression that was fitted without it. None where there is nothing to learn from."""
    if not examples:
        return None
    weights = np.array([one.weight for one in examples])
    chosen: NDArray[np.int64] = np.array([labels.index(one.label) for one in examples])
    worth, rows = fit_worth(labels, [one.observation.design_cues for one in examples], [one.label for one in examples], list(weights))
    texts = np.array([embedded(one.observation) for one in examples])
    held = folds([f"{one.key}/design" for one in examples], INNER_FOLDS)
    said = np.zeros((len(examples), len(labels)))
    for fold in range(INNER_FOLDS):
        if (held == fold).any():
            said[held == fold] = _fit_whole(texts[held != fold], chosen[held != fold], len(labels)).says(texts[held == fold])
    evidence = [np.hstack([one.observation.designs, row, heard[:, None]]) for one, row, heard in zip(examples, rows, said, strict=True)]
    choice = fit_choice(
        np.array(evidence), np.array([one.observation.traits for one in examples]), chosen, weights,
        (labels, (*WEIGHED, SAYS), TRAITS), CHOICE_PENALTY, expected_weights(labels),
    )
    return ShortDesignModel(choice, worth, _fit_whole(texts, chosen, len(labels)))


def _fit_whole(texts: Array, chosen: NDArray[np.int64], count: int) -> WholeText:
    """``texts`` [n, features], ``chosen`` label positions [n] among ``count``."""
    n, width = texts.shape
    target = np.zeros((n, count))
    target[np.arange(n), chosen] = 1.0

    def loss(theta: Array) -> tuple[float, Array]:
        table, bias = theta[count:].reshape(width, count), theta[:count]
        logits = texts @ table + bias
        logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        gap = np.exp(logs) - target
        value = -float((target * logs).sum()) + 0.5 * WHOLE_PENALTY * float((table**2).sum()) + 0.5e-3 * float((bias**2).sum())
        return value, np.concatenate([gap.sum(axis=0) + 1e-3 * bias, (texts.T @ gap + WHOLE_PENALTY * table).ravel()])

    theta = minimum(loss, count * (width + 1))
    return WholeText(np.round(theta[count:].reshape(width, count), 4).astype(np.float32), np.round(theta[:count], 4).astype(np.float32))
