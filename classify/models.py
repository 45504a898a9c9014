"""The trained models, loaded together, and the version that names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classify.heads import Heads, read_heads
from classify.linear_models import Choice, Pooled, read_model, write_model
from evidence.errors import IntegrandError

FOLDER = Path(__file__).parent / "models"
CUES_ALONE = "cues_alone"
"""Folder, beside the other models, of those for use without an encoder."""
HEADS = "heads.npz"
TRAINED_FACETS = (
    "integration_type", "breadth", "boundary", "intensity", "reality", "level", "theme", "population", "perspective", "evaluation_method",
)


@dataclass(frozen=True)
class Models:
    """One model a facet; ``facets`` holds those of :data:`TRAINED_FACETS` that have been trained. ``heads`` None reads cues alone."""

    study_design: Choice
    relevance: Pooled
    strength: Pooled
    places: Pooled
    findings: Pooled
    facets: dict[str, Pooled]
    heads: Heads | None = None

    def write(self, folder: Path = FOLDER) -> None:
        """Models for cues alone go to a folder of their own, and only those that differ there."""
        read = self.heads is not None
        for name in ("study_design", "strength", "places", "findings") if read else ():
            write_model(folder / f"{name}.json", getattr(self, name))
        own = folder if read else folder / CUES_ALONE
        write_model(own / "relevance.json", self.relevance)
        for facet, model in self.facets.items():
            write_model(own / f"facet_{facet}.json", model)
        if self.heads is not None:
            self.heads.write(folder / HEADS)


@lru_cache(maxsize=4)
def load_models(folder: Path = FOLDER, closely: bool = True) -> Models:
    """``closely`` False gives the models for cues alone. Raises ``IntegrandError`` where a model is missing or of the wrong kind."""
    own = folder if closely else folder / CUES_ALONE
    design = read_model(folder / "study_design.json")
    if not isinstance(design, Choice):
        raise IntegrandError("classify/models/study_design.json: expected a choice model; rebuild it with python -m classify.training")
    facets = {path.stem.removeprefix("facet_"): _pooled(path) for path in sorted(own.glob("facet_*.json"))}
    strength, places, findings = (_pooled(folder / f"{name}.json") for name in ("strength", "places", "findings"))
    heads = read_heads(folder / HEADS) if closely else None
    return Models(design, _pooled(own / "relevance.json"), strength, places, findings, facets, heads)


def _pooled(path: Path) -> Pooled:
    model = read_model(path)
    if not isinstance(model, Pooled):
        raise IntegrandError(f"classify/models/{path.name}: expected a pooled model; rebuild it with python -m classify.training")
    return model


@lru_cache(maxsize=2)
def models_version(folder: Path = FOLDER) -> str:
    """A short digest of code, data files and models: whatever may change an answer changes it, so nobody has to remember to."""
    digest = hashlib.sha256()
    beside = [path for pattern in ("*.py", "*.toml", "gazetteer/*.*") for path in Path(__file__).parent.glob(pattern)]
    for path in sorted([*folder.glob("**/*.json"), *folder.glob("*.npz"), *beside]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
