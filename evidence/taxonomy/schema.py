"""The form of the taxonomy's TOML files, checked on loading. Unknown keys are errors, so that a misspelt one is not lost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from evidence.taxonomy.cues import parse_cue

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=3, strip_whitespace=True)]
Good = Literal["increase", "decrease", "unclear"]
Grade = Literal["none", "anecdotal", "limited", "moderate", "strong"]


def _checked(pattern: str) -> str:
    parse_cue(pattern)
    return pattern


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CueLists(Form):
    """``strong`` and ``weak`` speak for the label, ``against`` speaks against it, ``citing`` is of other people's work."""

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    citing: tuple[str, ...] = ()

    @field_validator("strong", "weak", "against", "citing")
    @classmethod
    def _grammar(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class ExampleLists(Form):
    positive: tuple[Words, ...] = ()
    hard_negative: tuple[Words, ...] = ()


class MeasureForm(Form):
    name: Words
    good: Good
    cues: tuple[str, ...] = Field(min_length=1)

    @field_validator("cues")
    @classmethod
    def _grammar(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class LabelForm(Form):
    id: Slug
    name: Words
    definition: Words
    source: Words
    includes: tuple[Words, ...] = ()
    excludes: tuple[Words, ...] = ()
    cues: CueLists = CueLists()
    examples: ExampleLists = ExampleLists()
    good: Good | None = None
    measures: tuple[MeasureForm, ...] = ()
    demands: tuple[Slug, ...] | None = None
    beside: tuple[Slug, ...] | None = None
    followed: tuple[Slug, ...] | None = None
    preceded: tuple[Slug, ...] | None = None
    refuses: tuple[Slug, ...] | None = None


class ConditionForm(Form):
    id: Slug
    definition: Words
    minimum_n: int | None = None
    unless: Slug | None = None
    cues: tuple[str, ...] = ()

    @field_validator("cues")
    @classmethod
    def _grammar(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class StartForm(Form):
    design: Slug
    grade: Grade
    raised_to: Grade | None = None
    raised_when: tuple[tuple[Slug, ...], ...] = ()
    says: Words


class StepForm(Form):
    id: Slug
    by: Literal[-1, 1]
    definition: Words
    says: Words
    not_for: tuple[Slug, ...] = ()
    only_for: tuple[Slug, ...] = ()
    maximum_n: int | None = None
    cues: tuple[str, ...] = ()

    @field_validator("cues")
    @classmethod
    def _grammar(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class LimitForm(Form):
    id: Slug
    kind: Literal["floor", "ceiling"]
    grade: Grade
    definition: Words
    designs: tuple[Slug, ...] = ()
    when: Words | None = None


class RulesForm(Form):
    ladder: tuple[Grade, ...]
    starts: tuple[StartForm, ...]
    conditions: tuple[ConditionForm, ...]
    steps: tuple[StepForm, ...]
    limits: tuple[LimitForm, ...] = ()


class FacetForm(Form):
    """``company`` are named lists of cues. A sentence shows a label only where it also has a cue of each list that the label (or else
    the facet) ``demands``, one of each that it wants ``beside`` (a few words from) its own cue, and none of those it ``refuses``. Where
    lists ``followed`` or ``preceded`` are named, one cue of the first must come after its own cue or one of the second before it, and
    weak cues count too, with these close by. Lists of ``company.toml`` serve all facets."""

    kind: Literal["facet"]
    id: Slug
    name: Words
    definition: Words
    source: Words
    section: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    cardinality: Literal["exactly_one", "at_most_one", "any"]
    grain: Literal["document", "finding"] = "document"
    off_topic: bool = False
    company: dict[Slug, tuple[str, ...]] = {}
    demands: tuple[Slug, ...] = ()
    beside: tuple[Slug, ...] = ()
    followed: tuple[Slug, ...] = ()
    preceded: tuple[Slug, ...] = ()
    refuses: tuple[Slug, ...] = ()
    labels: tuple[LabelForm, ...] = Field(min_length=2)
    rules: RulesForm | None = None

    @field_validator("company")
    @classmethod
    def _grammar(cls, lists: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: tuple(_checked(pattern) for pattern in patterns) for name, patterns in lists.items()}


class CompanyForm(Form):
    """Lists of cues that more than one facet asks for beside its own."""

    kind: Literal["company"]
    id: Slug
    definition: Words
    company: dict[Slug, tuple[str, ...]]

    @field_validator("company")
    @classmethod
    def _grammar(cls, lists: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: tuple(_checked(pattern) for pattern in patterns) for name, patterns in lists.items()}


class TermForm(Form):
    id: Slug
    name: Words
    definition: Words


class LinkForm(Form):
    """``theirs = "outside"`` says that the typology has no place for the label."""

    ours: Slug
    theirs: Slug
    when: Words | None = None
    cues: tuple[str, ...] = ()
    conditions: tuple[Slug, ...] = ()
    note: Words | None = None

    @field_validator("cues")
    @classmethod
    def _grammar(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class CrosswalkForm(Form):
    kind: Literal["crosswalk"]
    id: Slug
    name: Words
    definition: Words
    source: Words
    facet: Slug
    terms: tuple[TermForm, ...] = Field(min_length=2)
    links: tuple[LinkForm, ...] = Field(min_length=1)
