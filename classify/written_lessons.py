"""Excerpts of our own, labelled throughout: lessons for the heads (``lessons/excerpts/*.jsonl``, a JSON object a line).

``text`` is what a document of some kind might say in two or three sentences; ``about`` whether it speaks in substance of joining up,
personalising or commissioning care; every other key is a facet with all labels that hold. A facet that is left out has none, and that is a lesson
too: about two in five excerpts use the words of the subject without being about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from classify.label_evidence import Key
from evidence.errors import UsageError
from evidence.taxonomy import Taxonomy

FOLDER = Path(__file__).parent / "lessons" / "excerpts"


@dataclass(frozen=True, slots=True)
class WrittenLesson:
    """An excerpt with all its labels."""

    text: str
    about: bool
    labels: frozenset[Key]


def written_lessons(taxonomy: Taxonomy, folder: Path = FOLDER) -> tuple[WrittenLesson, ...]:
    """In the order of files and lines. Raises ``UsageError`` naming the file and the line that is not as expected."""
    return tuple(lesson for path in sorted(folder.glob("*.jsonl")) for lesson in _lessons(taxonomy, path))


def _lessons(taxonomy: Taxonomy, path: Path) -> Iterator[WrittenLesson]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            yield WrittenLesson(row.pop("text"), row.pop("about"), frozenset(_labels(taxonomy, row)))
        except (ValueError, KeyError, AttributeError, UsageError) as error:
            raise UsageError(f"{path.name}, line {number}: expected text, about and labels by facet: {error}") from None


def _labels(taxonomy: Taxonomy, row: Mapping[str, str | list[str]]) -> Iterator[Key]:
    for facet, given in row.items():
        known = taxonomy.facet(facet).label_ids
        for label in [given] if isinstance(given, str) else given:
            if label not in known:
                raise ValueError(f"{facet} has no label {label}")
            yield facet, label
