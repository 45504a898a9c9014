"""The trained models, loaded together, and the version that names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classify.linear_models import Choice, Pooled, read_model, write_model
from evidence.errors import IntegrandError

FOLDER = Path(__file__).parent / "models"
TRAINED_FACETS = (
    "integration_type", "breadth", "boundary", "intensity", "reality", "level", "theme", "population", "perspective", "evaluation_method",
)


@dataclass(frozen=True)
class Models:
    """One model a facet; ``facets`` holds those of :data:`TRAINED_FACETS` that have been trained."""

    study_design: Choice
    relevance: Pooled
    strength: Pooled
    places: Pooled
    findings: Pooled
    facets: dict[str, Pooled]

    def write(self, folder: Path = FOLDER) -> None:
        for name in ("study_design", "relevance", "strength", "places", "findings"):
            write_model(folder / f"{name}.json", getattr(self, name))
        for facet, model in self.facets.items():
            write_model(folder / f"facet_{facet}.json", model)


@lru_cache(maxsize=2)
def load_models(folder: Path = FOLDER) -> Models:
    """Raises ``IntegrandError`` where a model is missing or of the wrong kind."""

    def pooled(name: str) -> Pooled:
        model = read_model(folder / f"{name}.json")
        if not isinstance(model, Pooled):
            raise IntegrandError(f"classify/models/{name}.json: expected a pooled model; rebuild it with python -m classify.training")
        return model

    design = read_model(folder / "study_design.json")
    if not isinstance(design, Choice):
        raise IntegrandError("classify/models/study_design.json: expected a choice model; rebuild it with python -m classify.training")
    facets = {path.stem.removeprefix("facet_"): pooled(path.stem) for path in sorted(folder.glob("facet_*.json"))}
    return Models(design, pooled("relevance"), pooled("strength"), pooled("places"), pooled("findings"), facets)


@lru_cache(maxsize=2)
def models_version(folder: Path = FOLDER) -> str:
    """A short digest of code, data files and models: whatever may change an answer changes it, so nobody has to remember to."""
    digest = hashlib.sha256()
    beside = [path for pattern in ("*.py", "*.toml", "gazetteer/*.*") for path in Path(__file__).parent.glob(pattern)]
    for path in sorted([*folder.glob("*.json"), *beside]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
