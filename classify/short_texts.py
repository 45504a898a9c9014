"""Short labelled texts of our own, as lessons for relevance, study design, findings and integration types.

Real documents are long, and what tells a long one misleads about a short one. ``lessons/texts/*.jsonl`` holds a JSON object a line: ``text`` and
``relevant``, and where the text is labelled throughout ``pair`` (texts that differ by a little), ``study_design``, ``evidence_strength``,
``integration_type`` and ``findings``. Only features that hold no wording learn from them; heads do not. The trap suite is no lesson: it tests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.observation import Observation, Observer
from evidence.errors import UsageError
from evidence.records import Document, Page, Passage, Section

TEXTS = Path(__file__).parent / "lessons" / "texts"


@dataclass(frozen=True)
class ShortCase:
    """A short text, observed; ``pair`` names the texts that differ from it by a little, which belong in one fold.

    ``design`` is its study design, ``types`` its integration types, ``findings`` outcome and direction of the effects that it reports;
    each None where nobody has said.
    """

    pair: str
    relevant: bool
    observation: Observation
    findings: tuple[tuple[str, str], ...] | None = None
    design: str | None = None
    types: frozenset[str] | None = None


def short_cases(observer: Observer, folder: Path = TEXTS) -> list[ShortCase]:
    """In the order of files and lines. Raises ``UsageError`` naming file and line of what is not as expected."""
    return [case for path in sorted(folder.glob("*.jsonl")) for case in _texts(observer, path)]


def _texts(observer: Observer, path: Path) -> Iterator[ShortCase]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield _case(observer, json.loads(line), f"{path.stem} {number}")
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path.name}, line {number}: expected text, relevant and labels: {error}") from None


def _case(observer: Observer, row: Mapping[str, Any], name: str) -> ShortCase:
    text, relevant, design = row["text"], row["relevant"], row.get("study_design")
    for facet, labels in (("study_design", [design] if design else []), ("integration_type", row.get("integration_type", []))):
        if unknown := set(labels) - set(observer.labels(facet)):
            raise ValueError(f"{facet} has no label {min(unknown)}")
    found = tuple((one["outcome"], one["direction"]) for one in row["findings"]) if "findings" in row else None
    types = frozenset(row["integration_type"]) if "integration_type" in row else None
    return ShortCase(row.get("pair", name), relevant, observer.observe(text_document(text)), found, design, types)


def text_document(text: str) -> Document:
    """Plain text as a document of one page: its first line is title and heading, blank lines part paragraphs."""
    text = text.strip() + "\n"
    title, _, _ = text.partition("\n")
    passages, at = [Passage(1, 0, len(title), "heading", 0)], len(title)
    for paragraph in text[len(title) :].split("\n\n"):
        start = text.find(paragraph, at)
        body = start + len(paragraph) - len(paragraph.lstrip())
        at = start + len(paragraph)
        if paragraph.strip():
            passages.append(Passage(1, body, start + len(paragraph.rstrip()), "body", 0))
    payload = text.encode("utf-8")
    return Document(
        id=hashlib.sha256(payload).hexdigest(), extractor_version="text", media_type="text/plain", size_bytes=len(payload), status="ok",
        title=title, language="en", pages=(Page(1, text),), sections=(Section(title, 1, 1, 0, len(text)),), passages=tuple(passages),
    )
