"""Short labelled texts of our own, as lessons for relevance, study design and findings.

Real documents are long, and what tells a long one misleads about a short one. The texts are the trap suite's (TOML files of ``documents`` with
``pair``, ``text`` and ``expect``). Only features that hold no wording learn from them; heads do not.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.observation import Observation, Observer
from evidence.errors import UsageError
from evidence.records import Document, Page, Passage, Section

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "classify" / "traps"


@dataclass(frozen=True)
class ShortCase:
    """A short text, observed; ``pair`` names the texts that differ from it by a little, which belong in one fold.

    ``findings`` are outcome and direction of effects that it reports; None where it does not say, empty where it reports none.
    ``design`` is its study design, where it says.
    """

    pair: str
    relevant: bool
    observation: Observation
    findings: tuple[tuple[str, str], ...] | None = None
    design: str | None = None


def short_cases(observer: Observer, folder: Path = FOLDER) -> list[ShortCase]:
    """Those that say whether they are relevant; none where the folder is not there. Raises ``UsageError`` naming a file that is not as expected."""
    cases = []
    for path in sorted(folder.glob("*.toml")):
        try:
            for row in tomllib.loads(path.read_text(encoding="utf-8")).get("documents", []):
                if "relevance" in row["expect"]:
                    observed = observer.observe(text_document(row["text"]))
                    relevant, design = row["expect"]["relevance"] == "relevant", row["expect"].get("study_design")
                    cases.append(ShortCase(row["pair"], relevant, observed, _findings(row["expect"]), design))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
            raise UsageError(f"{path.name}: expected documents with pair, text and expect: {error}") from None
    return cases


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
