"""The taxonomy: the facets, labels, cues and examples by which documents are tagged, loaded from the TOML files beside this one.

One file a facet (``kind = "facet"``) or a published typology (``kind = "crosswalk"``), and lists that facets share (``kind = "company"``);
``docs/taxonomy.md`` says how to add a label. :func:`load_taxonomy` reads and checks them all: every id, cue (see
:mod:`evidence.taxonomy.cues` for their grammar), cross-reference and example, with errors that name the file, the key and what was expected.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from evidence.errors import UsageError
from evidence.taxonomy import schema
from evidence.taxonomy.cues import WEIGHTS, Cue, Slot, cue_regex, parse_cue
from evidence.taxonomy.vocabulary import (
    CARDINALITIES,
    CHANGES,
    DIRECTIONS,
    Crosswalk,
    CrosswalkLink,
    CrosswalkTerm,
    Example,
    Facet,
    Label,
    Measure,
    StrengthCondition,
    StrengthLimit,
    StrengthRules,
    StrengthStart,
    StrengthStep,
    Taxonomy,
)

__all__ = [
    "CARDINALITIES", "CHANGES", "DIRECTIONS", "WEIGHTS", "Crosswalk", "CrosswalkLink", "CrosswalkTerm", "Cue", "Example", "Facet",
    "Label", "Measure", "Slot", "StrengthCondition", "StrengthLimit", "StrengthRules", "StrengthStart", "StrengthStep",
    "Taxonomy", "cue_regex", "load_taxonomy", "parse_cue",
]

FOLDER = Path(__file__).parent
OUTSIDE = "outside"
F = TypeVar("F", bound=schema.Form)
VERSION_LENGTH = 12
"""Hex digits of the content digest that are kept: 48 bits, plenty to tell a few hundred versions apart."""


@lru_cache(maxsize=4)
def load_taxonomy(folder: Path = FOLDER) -> Taxonomy:
    """Every facet (in the codebook's order) and crosswalk in ``folder``, checked. Raises ``UsageError`` naming file, key and expectation."""
    facets: dict[str, Facet] = {}
    crosswalks: dict[str, Crosswalk] = {}
    rules: StrengthRules | None = None
    contents = {path.name: _read(path) for path in sorted(folder.glob("*.toml"))}
    shared: dict[str, tuple[str, ...]] = {}
    for name, content in contents.items():
        if content.get("kind") == "company":
            shared.update(_form(schema.CompanyForm, content, folder / name).company)
    for name, content in contents.items():
        path = folder / name
        if content.get("kind") == "company":
            continue
        if content.get("kind") == "crosswalk":
            crosswalk = _crosswalk(_form(schema.CrosswalkForm, content, path))
            _claim(crosswalk.id, path)
            crosswalks[crosswalk.id] = crosswalk
            continue
        form = _form(schema.FacetForm, content, path)
        _claim(form.id, path)
        facets[form.id] = _facet(form, shared, path)
        if form.rules:
            rules = _rules(form.rules)
    if rules is None:
        raise UsageError(f"{folder.name}: expected one facet with [rules] of evidence strength, found none")
    ordered = dict(sorted(facets.items(), key=lambda item: int(item[1].section)))
    taxonomy = Taxonomy(_version(contents), ordered, crosswalks, rules)
    _check_references(taxonomy)
    return taxonomy


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: expected TOML in UTF-8: {error}") from None


def _form(form: type[F], content: dict[str, Any], path: Path) -> F:
    try:
        return form.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = _key(first["loc"], content)
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise UsageError(f"{path.name}: {key}: {first['msg'].removeprefix('Value error, ')}{more}") from None


def _key(location: tuple[int | str, ...], content: Any) -> str:
    """``labels.1.cues`` as ``labels[clinical].cues``: people know ids, not positions."""
    parts: list[str] = []
    for step in location:
        content = _inside(content, step)
        if isinstance(step, int):
            name = content.get("id", step) if isinstance(content, dict) else step
            parts.append(f"[{name}]")
        else:
            parts.append(f".{step}" if parts else step)
    return "".join(parts) or "file"


def _inside(content: Any, step: int | str) -> Any:
    if isinstance(content, dict):
        return content.get(step)
    if isinstance(content, list) and isinstance(step, int) and step < len(content):
        return content[step]
    return None


def _claim(given: str, path: Path) -> None:
    expected = path.stem.removeprefix("crosswalk_")
    if given != expected:
        raise UsageError(f"{path.name}: id: expected {expected!r} after the file's name, found {given!r}")


def _cues(patterns: tuple[str, ...]) -> tuple[Cue, ...]:
    return tuple(Cue(pattern) for pattern in patterns)


def _facet(form: schema.FacetForm, shared: dict[str, tuple[str, ...]], path: Path) -> Facet:
    _once([*form.company, *shared], path, "company")
    labels = tuple(_label(form, label, {**shared, **form.company}, path) for label in form.labels)
    _once([label.id for label in labels], path, "labels.id")
    return Facet(
        form.id, form.name, form.definition, form.source, form.section, form.cardinality, form.grain, form.off_topic, labels
    )


def _label(facet: schema.FacetForm, form: schema.LabelForm, lists: dict[str, tuple[str, ...]], path: Path) -> Label:
    cues = (
        *(Cue(pattern, "strong") for pattern in form.cues.strong),
        *(Cue(pattern, "weak") for pattern in form.cues.weak),
        *(Cue(pattern, "strong", negative=True) for pattern in form.cues.against),
        *(Cue(pattern, "strong", negative=True, citing=True) for pattern in form.cues.citing),
    )
    _once([cue.pattern for cue in cues], path, f"labels[{form.id}].cues")
    examples = (
        *(Example(text) for text in form.examples.positive),
        *(Example(text, hard_negative=True) for text in form.examples.hard_negative),
    )
    _once([example.text for example in examples], path, f"labels[{form.id}].examples")
    measures = tuple(Measure(measure.name, measure.good, _cues(measure.cues)) for measure in form.measures)
    demands, beside, refuses, followed, preceded = (
        tuple(_company(lists, form, name, path) for name in (getattr(facet, key) if getattr(form, key) is None else getattr(form, key)))
        for key in ("demands", "beside", "refuses", "followed", "preceded")
    )
    return Label(
        facet.id, form.id, form.name, form.definition, form.source, form.includes, form.excludes, cues, examples, form.good, measures,
        demands, beside, *(tuple(cue for cues in lists_ for cue in cues) for lists_ in (refuses, followed, preceded)),
    )


def _company(lists: dict[str, tuple[str, ...]], label: schema.LabelForm, name: str, path: Path) -> tuple[Cue, ...]:
    if name not in lists:
        raise UsageError(f"{path.name}: labels[{label.id}]: expected a list of [company], found {name!r}; known: {', '.join(lists)}")
    return _cues(lists[name])


def _once(values: list[str], path: Path, key: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise UsageError(f"{path.name}: {key}: expected each once, found twice: {value!r}")
        seen.add(value)


def _crosswalk(form: schema.CrosswalkForm) -> Crosswalk:
    terms = tuple(CrosswalkTerm(term.id, term.name, term.definition) for term in form.terms)
    links = tuple(
        CrosswalkLink(
            link.ours, None if link.theirs == OUTSIDE else link.theirs, link.when, _cues(link.cues), link.conditions, link.note
        )
        for link in form.links
    )
    return Crosswalk(form.id, form.name, form.definition, form.source, form.facet, terms, links)


def _rules(form: schema.RulesForm) -> StrengthRules:
    return StrengthRules(
        form.ladder,
        tuple(StrengthStart(start.design, start.grade, start.raised_to, start.raised_when, start.says) for start in form.starts),
        tuple(StrengthCondition(one.id, one.definition, _cues(one.cues), one.minimum_n, one.unless) for one in form.conditions),
        tuple(
            StrengthStep(
                step.id, step.by, step.definition, step.says, step.not_for, step.only_for, step.maximum_n, _cues(step.cues)
            )
            for step in form.steps
        ),
        tuple(StrengthLimit(one.id, one.kind, one.grade, one.definition, one.designs, one.when) for one in form.limits),
    )


def _check_references(taxonomy: Taxonomy) -> None:
    """Every id that one file takes from another exists there. Raises ``UsageError``."""
    for crosswalk in taxonomy.crosswalks.values():
        facet = taxonomy.facet(crosswalk.facet)
        for link in crosswalk.links:
            facet.label(link.ours)
            if link.theirs:
                crosswalk.term(link.theirs)
            for condition in link.conditions:
                taxonomy.strength.condition(condition)
        missing = set(facet.label_ids) - {link.ours for link in crosswalk.links if not link.when}
        if missing:
            raise UsageError(f"crosswalk_{crosswalk.id}.toml: links: expected one for every label, missing {sorted(missing)}")
    designs = taxonomy.facet("study_design")
    for start in taxonomy.strength.starts:
        designs.label(start.design)
        for condition in (one for group in start.raised_when for one in group):
            taxonomy.strength.condition(condition)
    ungraded = set(designs.label_ids) - {start.design for start in taxonomy.strength.starts}
    if ungraded:
        raise UsageError(f"evidence_strength.toml: rules.starts: expected one for every study design, missing {sorted(ungraded)}")
    for step in taxonomy.strength.steps:
        for design in (*step.not_for, *step.only_for):
            designs.label(design)
    for limit in taxonomy.strength.limits:
        for design in limit.designs:
            designs.label(design)


def _version(contents: dict[str, Any]) -> str:
    canonical = json.dumps(contents, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:VERSION_LENGTH]
