"""Short labelled texts of our own, as lessons for relevance, study design and findings.

Real documents are long, and what tells a long one misleads about a short one. The texts are the trap suite's (TOML files of ``documents`` with
``pair``, ``text`` and ``expect``), and others of which only the relevance is known (``lessons/texts/*.jsonl``, a JSON object a line with ``text``
and ``relevant``). Only features that hold no wording learn from them; heads do not.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.observation import Observation, Observer
from evidence.errors import UsageError
from evidence.records import Document, Page, Passage, Section

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "classify" / "traps"
TEXTS = Path(__file__).parent / "lessons" / "texts"


@dataclass(frozen=True)
class ShortCase:
    """A short text, observed; ``pair`` names the texts that differ from it by a little, which belong in one fold.

    ``findings`` are outcome and direction of effects that it reports; None where it does not say, empty where it reports none.
    ``design`` is its study design, where it says. ``alone`` keeps it from the lessons of long documents: a hundred of such texts among them
    took their relevance from 0.87 to 0.83 (cross-validated F1).
    """

    pair: str
    relevant: bool
    observation: Observation
    findings: tuple[tuple[str, str], ...] | None = None
    design: str | None = None
    alone: bool = False


def short_cases(observer: Observer, folder: Path = FOLDER, texts: Path = TEXTS) -> list[ShortCase]:
    """Those that say whether they are relevant; of a folder that is not there none. Raises ``UsageError`` naming a file that is not as expected."""
    return [*_traps(observer, folder), *_texts(observer, texts)]


def _traps(observer: Observer, folder: Path) -> Iterator[ShortCase]:
    for path in sorted(folder.glob("*.toml")):
        try:
            for row in tomllib.loads(path.read_text(encoding="utf-8")).get("documents", []):
                if "relevance" in row["expect"]:
                    observed = observer.observe(text_document(row["text"]))
                    relevant, design = row["expect"]["relevance"] == "relevant", row["expect"].get("study_design")
                    yield ShortCase(row["pair"], relevant, observed, _findings(row["expect"]), design)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
            raise UsageError(f"{path.name}: expected documents with pair, text and expect: {error}") from None


def _texts(observer: Observer, folder: Path) -> Iterator[ShortCase]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                text, relevant = row["text"], row["relevant"]
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(f"{path.name}, line {number}: expected text and relevant: {error}") from None
            yield ShortCase(f"{path.stem} {number}", relevant, observer.observe(text_document(text)), alone=True)


def _findings(expect: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    given = expect.get("findings", {})
    if given.get("none"):
        return ()
    told = tuple((one["outcome"], one["direction"]) for one in given.get("has", []) if "outcome" in one and "direction" in one)
    return told or None


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
