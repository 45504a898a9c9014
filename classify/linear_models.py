"""The two small models that weigh evidence, and their files: plain numbers in JSON, so that a change can be read in a diff.

``Pooled`` is a logistic regression whose weights are shared by all labels of a facet, with an intercept for each; ``Choice`` is McFadden's
conditional logit over the labels of an exactly-one facet, with shared weights for evidence of a label and own weights for traits of the
document. Sharing is what lets a hundred documents train them. Both are fitted with an L2 penalty by L-BFGS, from zero, so the same data
give the same weights.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from evidence.errors import IntegrandError

Array = NDArray[np.float64]
DIGITS = 5


@dataclass(frozen=True)
class Pooled:
    """P(label holds) = sigmoid(features . weights + intercept + label's own + kinds . label's weights for kinds of document).

    ``temper`` scales the logit (calibration).
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float
    own: dict[str, float]
    thresholds: dict[str, float]
    temper: float = 1.0
    by_kind: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def logit(self, label: str, values: Sequence[float], kinds: Sequence[float] = ()) -> float:
        total = sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        total += sum(weight * kind for weight, kind in zip(self.by_kind.get(label, ()), kinds, strict=False))
        return self.temper * (total + self.intercept + self.own.get(label, 0.0))

    def probability(self, label: str, values: Sequence[float], kinds: Sequence[float] = ()) -> float:
        return float(1.0 / (1.0 + np.exp(-np.clip(self.logit(label, values, kinds), -30, 30))))


@dataclass(frozen=True)
class Choice:
    """P(label) over ``labels`` by softmax of evidence . shared + traits . own[label]; the first trait is the constant 1."""

    labels: tuple[str, ...]
    evidence: tuple[str, ...]
    traits: tuple[str, ...]
    shared: tuple[float, ...]
    own: tuple[tuple[float, ...], ...]
    temper: float = 1.0

    def probabilities(self, evidence: Array, traits: Array) -> Array:
        """``evidence`` is [labels, features], ``traits`` [traits]; returns [labels]."""
        logits = self.temper * (evidence @ np.array(self.shared) + np.array(self.own) @ traits)
        exponent: Array = np.exp(logits - logits.max())
        chances: Array = exponent / exponent.sum()
        return chances


def fit_pooled(
    rows: Array, names: Sequence[str], labels: Sequence[str], features: Sequence[str], truth: Array, penalty: float | Array,
    kinds: Array | None = None, counts: Array | None = None,
) -> Pooled:
    """Fits on ``rows`` [n, features] of the labels ``names`` [n] with ``truth`` [n] in {0, 1}; ``penalty`` is the L2 weight,
    of all weights or of each feature [features] (those of labels then have the first one's).

    ``counts`` [n] are weights of rows (default: 1 each).

    ``kinds`` [n, kinds] are probabilities of the document's kind, for which every label has weights of its own.
    """
    scale = rows.std(axis=0)
    scale[scale < 1e-9] = 1.0
    position = {label: at for at, label in enumerate(labels)}
    dummies = np.zeros((len(rows), len(labels)))
    dummies[np.arange(len(rows)), [position[name] for name in names]] = 1.0
    kinds = np.zeros((len(rows), 0)) if kinds is None else kinds
    crossed = (dummies[:, :, None] * kinds[:, None, :]).reshape(len(rows), -1)
    matrix = np.hstack([rows / scale, dummies, crossed, np.ones((len(rows), 1))])
    width, count, sorts = rows.shape[1], len(labels), kinds.shape[1]
    each = np.broadcast_to(np.asarray(penalty, dtype=np.float64), width)
    strength = np.concatenate([each, np.full(count * (1 + sorts), each[0]), [1e-3]])
    times = np.ones(len(rows)) if counts is None else counts

    def loss(theta: Array) -> tuple[float, Array]:
        logits = matrix @ theta
        value = float(times @ (np.logaddexp(0, logits) - truth * logits) + 0.5 * (strength * theta**2).sum())
        return value, matrix.T @ (times * (1 / (1 + np.exp(-logits)) - truth)) + strength * theta

    theta = minimum(loss, matrix.shape[1])
    weights = theta[:width] / scale
    return Pooled(
        tuple(features), _rounded(weights), round(float(theta[-1]), DIGITS),
        dict(zip(labels, _rounded(theta[width : width + count]), strict=True)), {}, 1.0,
        dict(zip(labels, (_rounded(row) for row in theta[width + count : -1].reshape(count, sorts)), strict=True)) if sorts else {},
    )


def fit_choice(
    evidence: Array, traits: Array, chosen: NDArray[np.int64], weights: Array, names: tuple[Sequence[str], Sequence[str], Sequence[str]],
    penalties: tuple[float, float], own_penalty: Array | None = None,
) -> Choice:
    """Fits on ``evidence`` [n, labels, features], ``traits`` [n, traits] (the first column 1), ``chosen`` label positions [n] and row
    ``weights`` [n]; ``names`` are labels, features and traits, ``penalties`` the L2 weights of shared and of own weights; ``own_penalty``
    [labels, traits] multiplies the latter."""
    labels, features, trait_names = names
    spread_evidence = evidence.reshape(-1, evidence.shape[2]).std(axis=0) + 1e-9
    spread_traits = traits.std(axis=0) + 1e-9
    spread_traits[0] = 1.0
    x, z = evidence / spread_evidence, traits / spread_traits
    n, k, f = x.shape
    t = z.shape[1]
    held = penalties[1] * (np.ones((k, t)) if own_penalty is None else own_penalty)
    target = np.zeros((n, k))
    target[np.arange(n), chosen] = 1.0

    def loss(theta: Array) -> tuple[float, Array]:
        shared, own = theta[:f], theta[f:].reshape(k, t)
        logits = x @ shared + z @ own.T
        logits -= logits.max(axis=1, keepdims=True)
        exponent = np.exp(logits)
        p = exponent / exponent.sum(axis=1, keepdims=True)
        value = -float((weights * np.log(p[np.arange(n), chosen] + 1e-12)).sum())
        value += 0.5 * penalties[0] * float((shared**2).sum()) + 0.5 * float((held * own**2).sum())
        gap = weights[:, None] * (p - target)
        return value, np.concatenate(
            [np.einsum("nk,nkf->f", gap, x) + penalties[0] * shared, (gap.T @ z + held * own).ravel()]
        )

    theta = minimum(loss, f + k * t)
    own = theta[f:].reshape(k, t) / spread_traits
    return Choice(
        tuple(labels), tuple(features), tuple(trait_names), _rounded(theta[:f] / spread_evidence), tuple(_rounded(row) for row in own)
    )


def minimum(loss: Any, size: int) -> Array:
    """Where ``loss`` (value and gradient of a vector [size]) is least, by L-BFGS from zero."""
    from scipy.optimize import minimize

    result: Array = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return result


def _rounded(values: Array) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def write_model(path: Path, model: Pooled | Choice) -> None:
    content = {"kind": type(model).__name__, **{name: getattr(model, name) for name in model.__dataclass_fields__}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_arrays(path: Path, *names: str) -> tuple[NDArray[Any], ...]:
    """The arrays of these names in an ``.npz`` of models. Raises ``IntegrandError`` where the file is missing or has none of a name."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return tuple(file[name] for name in names)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        why = f"no readable model ({error}); rebuild it with python -m classify.training"
        raise IntegrandError(f"classify/models/{path.name}: {why}") from error


def read_model(path: Path) -> Pooled | Choice:
    """Raises ``IntegrandError`` where the file is missing or no model."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kind: type[Pooled] | type[Choice] = {"Pooled": Pooled, "Choice": Choice}[content.pop("kind")]
        for name, value in content.items():
            if name == "by_kind":
                content[name] = {label: tuple(weights) for label, weights in value.items()}
            elif isinstance(value, list):
                content[name] = tuple(tuple(item) if isinstance(item, list) else item for item in value)
        return kind(**content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"no readable model ({error}); rebuild it with python -m classify.training"
        raise IntegrandError(f"classify/models/{path.name}: {why}") from error
