"""Gold files: labelled inputs as JSON lines, in formats that are told apart by their fields, with or without the labels."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.errors import UsageError
from evidence.taxonomy import Taxonomy

DOCUMENTS, ABSTRACTS, SENTENCES, PAGES = "documents", "abstracts", "sentences", "pages"
FIELDS: Mapping[str, tuple[str, ...]] = {
    PAGES: ("pdf", "page"),
    SENTENCES: ("text", "intervention", "comparator", "outcome"),
    ABSTRACTS: ("title", "abstract"),
    DOCUMENTS: ("path",),
}
"""What each format must have in every line; the first that fits is it."""
LABELS = {DOCUMENTS: "relevance", ABSTRACTS: "study_design", SENTENCES: "change", PAGES: "with"}
"""A field that only a labelled line has."""


@dataclass(frozen=True)
class GoldFile:
    """The lines of a gold file; ``root`` is the folder to which its paths are relative."""

    path: Path
    kind: str
    rows: Sequence[Mapping[str, Any]]
    root: Path

    @property
    def labelled(self) -> bool:
        return all(LABELS[self.kind] in row for row in self.rows)


def read_gold(path: Path, root: Path | None = None) -> GoldFile:
    """Raises ``UsageError`` naming the line that is no JSON object or lacks a field, or a file that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: cannot be read as text: {error}") from None
    rows: list[Mapping[str, Any]] = []
    kind = ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where}: not JSON: {error}") from None
        if not isinstance(row, dict):
            raise UsageError(f"{where}: expected a JSON object")
        kind = kind or next((name for name, fields in FIELDS.items() if all(field in row for field in fields)), "")
        if not kind:
            known = "; ".join(f"{name}: {', '.join(fields)}" for name, fields in FIELDS.items())
            raise UsageError(f"{where}: no known format; expected the fields of one of {known}")
        if missing := [field for field in FIELDS[kind] if field not in row]:
            raise UsageError(f"{where}: expected {missing[0]}, as in the first line")
        rows.append(row)
    if not rows:
        raise UsageError(f"{path}: empty; expected a JSON object a line")
    return GoldFile(path, kind, rows, root or path.resolve().parent.parent)


def check_labels(gold: GoldFile, taxonomy: Taxonomy) -> None:
    """Raises ``UsageError`` naming the first label that the taxonomy does not know: nothing can be learnt from it."""
    for row in gold.rows:
        for facet in taxonomy.facets.values():
            given = row.get(facet.id) or []
            for label in given if isinstance(given, list) else [given]:
                if not isinstance(label, str) or label not in facet.label_ids:
                    raise UsageError(f"{gold.path}: {row['path']}: {label!r}: expected a label of {facet.id}")


_AGREED = r"{facet}(?: micro-F1| accuracy)? (0\.\d\d)(?: \((?:quadratic-weighted )?\s*kappa (0\.\d\d)\))?"


def readers_agreement(gold: GoldFile, facet: str) -> str:
    """How far two readers agreed on a facet, as the README beside the gold file says first; empty where it says nothing."""
    note = gold.path.parent / "README.md"
    text = " ".join(note.read_text(encoding="utf-8").split()) if note.is_file() else ""
    found = re.search(_AGREED.format(facet=re.escape(facet)), text)
    return "" if found is None else f"readers {found[1]}" + (f" (kappa {found[2]})" if found[2] else "")
