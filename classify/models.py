"""The trained models, loaded together, and the version that names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import getfile
from pathlib import Path

from classify.close_reading import CloseReading
from classify.cue_worth import read_worth
from classify.excerpt_signs import ExcerptSigns
from classify.facets import TRAINED_FACETS
from classify.findings import FindingModels
from classify.heads import Heads, read_heads
from classify.labelled_passages import PASSAGE_FACETS
from classify.linear_models import Choice, Pooled, read_model, write_model
from classify.relevance import FACET, RelevanceModels
from classify.short_designs import DesignModels, ShortDesignModel, read_whole_text
from classify.study_design import DesignModel
from classify.substance import PassageModels, Substance, head_logits, substance
from classify.word_heads import WORD_HEADS, WordHeads, read_word_heads
from evidence.errors import IntegrandError
from language import encoder, sentences

FOLDER = Path(__file__).parent / "models"
CUES_ALONE = "cues_alone"
"""Folder, beside the other models, of those for use without an encoder."""
HEADS = "heads.npz"
PASSAGE_READ, PASSAGE_UNREAD = "passage_read_", "passage_unread_"
FINDING_HEADS = "finding_heads.npz"
FINDING_PARTS = ("claims", "outcomes", "directions")
DESIGN_CUES = "design_cues.json"
SHORT_DESIGN, SHORT_DESIGN_CUES, SHORT_DESIGN_TEXTS = "study_design_short.json", "design_cues_short.json", "design_texts_short.npz"
LEARNT = "learnt.json"


@dataclass(frozen=True)
class Models:
    """One model a facet; ``facets`` holds those of :data:`TRAINED_FACETS` that have been trained, ``short`` those of :data:`SHORT_FACETS` for
    texts under 400 words. ``words`` and ``passages`` are the heads by words and the passage models that the others were fitted with; ``heads``
    None reads nothing closely."""

    study_design: DesignModels
    relevance: RelevanceModels
    strength: Pooled
    places: Pooled
    findings: FindingModels
    facets: dict[str, Pooled]
    words: WordHeads
    passages: PassageModels = field(default_factory=PassageModels)
    heads: Heads | None = None
    short: dict[str, Pooled] = field(default_factory=dict)

    def of(self, facet: str, short: bool) -> Pooled:
        """The model of a facet's labels, for a short text that of short texts where there is one."""
        return self.short.get(facet, self.facets[facet]) if short else self.facets[facet]

    def substance(self, signs: ExcerptSigns, reading: CloseReading | None) -> Substance:
        """What a document says in substance."""
        return substance(signs, head_logits(signs, reading, self.heads, self.words), self.passages)

    def write(self, folder: Path = FOLDER) -> None:
        """Models for cues alone go to a folder of their own, and only those that differ there: they need the others beside them."""
        read = self.heads is not None
        if read:
            write_model(folder / "study_design.json", self.study_design.long.choice)
            self.study_design.long.worth.write(folder / DESIGN_CUES)
            self._write_short_design(folder)
            for name in ("strength", "places"):
                write_model(folder / f"{name}.json", getattr(self, name))
        own = folder if read else folder / CUES_ALONE
        for part in FINDING_PARTS:
            write_model(own / f"finding_{part}.json", getattr(self.findings, part))
        if self.findings.heads is not None:
            self.findings.heads.write(folder / FINDING_HEADS)
        write_model(own / "relevance.json", self.relevance.long)
        write_model(own / "relevance_short.json", self.relevance.short)
        for facet, model in self.facets.items():
            write_model(own / f"facet_{facet}.json", model)
        for path in own.glob("short_*.json"):
            if path.stem.removeprefix("short_") not in self.short:
                path.unlink()
        for facet, model in self.short.items():
            write_model(own / f"short_{facet}.json", model)
        if self.heads is not None:
            self.heads.write(folder / HEADS)
            self.words.write(folder / WORD_HEADS.name)
            self._write_passages(folder)

    def _write_passages(self, folder: Path) -> None:
        for name, closely in ((PASSAGE_READ, True), (PASSAGE_UNREAD, False)):
            for path in folder.glob(f"{name}*.json"):
                path.unlink()
            for facet, model in self.passages.of(closely).items():
                write_model(folder / f"{name}{facet}.json", model)

    def _write_short_design(self, folder: Path) -> None:
        short = self.study_design.short
        if short is None:
            for name in (SHORT_DESIGN, SHORT_DESIGN_CUES, SHORT_DESIGN_TEXTS):
                (folder / name).unlink(missing_ok=True)
        else:
            write_model(folder / SHORT_DESIGN, short.choice)
            short.worth.write(folder / SHORT_DESIGN_CUES)
            short.whole.write(folder / SHORT_DESIGN_TEXTS)


def text_key(text: str) -> str:
    """The digest under which a text that was learnt from is remembered: which it was can be told, what it said cannot."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def write_learnt(keys: Mapping[str, Iterable[str]], folder: Path = FOLDER) -> None:
    """Remembers what the models have learnt from, by kind: ``documents`` by payload digest, ``abstracts`` and ``sentences`` by :func:`text_key`."""
    content = {kind: sorted(set(those)) for kind, those in keys.items()}
    (folder / LEARNT).write_text(json.dumps(content, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def learnt(kind: str, folder: Path = FOLDER) -> frozenset[str]:
    """The keys of what the models have learnt from; whoever scores them on those must leave them out first. Empty where nothing is known."""
    try:
        return frozenset(json.loads((folder / LEARNT).read_text(encoding="utf-8")).get(kind, ()))
    except FileNotFoundError:
        return frozenset()


@lru_cache(maxsize=4)
def load_models(folder: Path = FOLDER, closely: bool = True) -> Models:
    """``closely`` False gives the models for cues alone. Raises ``IntegrandError`` where a model is missing or of the wrong kind."""
    own = folder if closely else folder / CUES_ALONE
    facets, short = _by_facet(own, "facet_"), _by_facet(own, "short_")
    _whole(own, "facet_", facets, TRAINED_FACETS)
    strength, places = (_pooled(folder / f"{name}.json") for name in ("strength", "places"))
    heads = read_heads(folder / HEADS) if closely else None
    found = FindingModels(
        _pooled(own / "finding_claims.json"), _pooled(own / "finding_outcomes.json"), _choice(own / "finding_directions.json"),
        read_heads(folder / FINDING_HEADS) if closely else None,
    )
    designs = DesignModels(
        DesignModel(_choice(folder / "study_design.json"), read_worth(folder / DESIGN_CUES)), _short_design(folder) if closely else None
    )
    relevance = RelevanceModels(_pooled(own / "relevance.json"), _pooled(own / "relevance_short.json"))
    passages = PassageModels(_by_facet(folder, PASSAGE_READ) if closely else {}, _by_facet(folder, PASSAGE_UNREAD))
    for name, those in ((PASSAGE_READ, passages.read), (PASSAGE_UNREAD, passages.unread)):
        if those:
            _whole(folder, name, those, (FACET, *PASSAGE_FACETS))
    words = read_word_heads(folder / WORD_HEADS.name)
    return Models(designs, relevance, strength, places, found, facets, words, passages, heads, short)


def _by_facet(folder: Path, name: str) -> dict[str, Pooled]:
    return {path.stem.removeprefix(name): _pooled(path) for path in sorted(folder.glob(f"{name}*.json"))}


def _whole(folder: Path, name: str, found: Iterable[str], expected: Iterable[str]) -> None:
    """Raises ``IntegrandError`` where one of the expected models of a kind is not there."""
    missing = sorted(set(expected) - set(found))
    if missing:
        raise IntegrandError(f"{folder}: {name}{missing[0]}.json is missing; rebuild the models with python -m classify.training")


def _short_design(folder: Path) -> ShortDesignModel | None:
    if not (folder / SHORT_DESIGN).is_file():
        return None
    parts = _choice(folder / SHORT_DESIGN), read_worth(folder / SHORT_DESIGN_CUES), read_whole_text(folder / SHORT_DESIGN_TEXTS)
    return ShortDesignModel(*parts)


def _choice(path: Path) -> Choice:
    model = read_model(path)
    if not isinstance(model, Choice):
        raise IntegrandError(f"classify/models/{path.name}: expected a choice model; rebuild it with python -m classify.training")
    return model


def _pooled(path: Path) -> Pooled:
    model = read_model(path)
    if not isinstance(model, Pooled):
        raise IntegrandError(f"classify/models/{path.name}: expected a pooled model; rebuild it with python -m classify.training")
    return model


@lru_cache(maxsize=2)
def models_version(folder: Path = FOLDER) -> str:
    """A short digest of code, data files and models: whatever may change an answer changes it, so nobody has to remember to.

    What sentences and vectors are made by counts as code of this package.
    """
    digest = hashlib.sha256()
    beside = [path for pattern in ("*.py", "*.toml", "gazetteer/*.*") for path in Path(__file__).parent.glob(pattern)]
    below = [Path(getfile(module)) for module in (encoder, sentences)]
    for path in [*sorted([*folder.glob("**/*.json"), *folder.glob("*.npz"), *beside]), *below]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
