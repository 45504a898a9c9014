"""People's decisions as one file: out of a base, and into it."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from evidence.base import Base
from evidence.errors import UsageError
from evidence.output import write_whole
from evidence.records import Decision
from evidence.segments import from_json
from evidence.taxonomy import Taxonomy
from warehouse.decision_sheets import held_tags, is_sheet, is_windows_text, sheet_decisions
from warehouse.decisions import read_decisions
from warehouse.snapshot import require_snapshot

ACTIONS = ("accept", "reject", "change", "add", "merge", "split")
"""Actions that may be brought in. ``redact`` is not among them: it removes payloads, and that is done by a command of its own."""


def export_decisions(base: Base, path: Path) -> int:
    """Writes every decision of the base, oldest first, a JSON object a line; returns how many."""
    decisions = read_decisions(base)
    write_whole(path, "".join(as_line(one) for one in decisions).encode("utf-8"))
    return len(decisions)


def import_decisions(
    base: Base, path: Path, taxonomy: Taxonomy, reviewer: str | None = None, warn: Callable[[str], None] = lambda _: None,
) -> tuple[int, int]:
    """Adds the decisions of a file to their reviewers' files; returns how many were new and how many were there already. What a person may
    want to know besides is given to ``warn`` in words.

    The file is JSON lines, or a sheet that the ``reviewer`` has filled in (``warehouse.decision_sheets``). The whole of it is checked
    first: a line that is wrong brings in nothing. Raises ``UsageError`` naming it.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    if is_sheet(path):
        return _import_sheet(base, path, taxonomy, reviewer, warn)
    if reviewer is not None:
        raise UsageError(f"{path}: each line names its reviewer; leave --reviewer out")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: cannot be read as text: {error}") from None
    given = [_checked(line, f"{path}, line {number}", taxonomy) for number, line in enumerate(lines, 1) if line.strip()]
    with base.lock():
        known = {one.id for one in read_decisions(base)}
        fresh: dict[str, Decision] = {one.id: one for one in given if one.id not in known}
        by_reviewer: dict[str, list[Decision]] = defaultdict(list)
        for one in fresh.values():
            by_reviewer[one.reviewer].append(one)
        for name, decisions in sorted(by_reviewer.items()):
            _append(base.decisions / f"{name}.jsonl", decisions)
    return len(fresh), len(given) - len(fresh)


def _import_sheet(base: Base, path: Path, taxonomy: Taxonomy, reviewer: str | None, warn: Callable[[str], None]) -> tuple[int, int]:
    if reviewer is None:
        raise UsageError(f"{path}: a sheet does not say who decided; give --reviewer NAME")
    _check_reviewer(reviewer, str(path))
    with require_snapshot(base).connect() as connection:
        held = held_tags(connection)
    with base.lock():
        decisions, repeated, gone = sheet_decisions(path, reviewer, datetime.now(UTC), taxonomy, held, read_decisions(base))
        if decisions:
            _append(base.decisions / f"{reviewer}.jsonl", decisions)
    if path.suffix.lower() == ".csv" and is_windows_text(path.read_bytes()):
        warn(f"{path}: read as Windows-1252, since it is not UTF-8; other letters than its own are lost in it, so save as CSV UTF-8 next time")
    if gone:
        warn(f"{gone[0]}{f' and {len(gone) - 1} more' if len(gone) > 1 else ''}: no decision, and the base has no such tag any more; if the label "
             "was written over, put the old one back and the other under new_label")
    return len(decisions), repeated


def _check_reviewer(reviewer: str, where: str) -> None:
    if not re.fullmatch(r"\w[\w.@+-]{0,79}", reviewer):
        raise UsageError(f"{where}: reviewer {reviewer!r}: expected a short name of letters, digits, dots or dashes")


def as_line(decision: Decision) -> str:
    kept = {key: value for key, value in asdict(decision).items() if value is not None}
    return json.dumps(kept | {"decided_at": decision.decided_at.isoformat()}, ensure_ascii=False) + "\n"


def _checked(line: str, where: str, taxonomy: Taxonomy) -> Decision:
    try:
        one = from_json(Decision, line)
    except ValueError as error:
        raise UsageError(f"{where}: not a decision: {error}") from None
    if one.action not in ACTIONS:
        raise UsageError(f"{where}: action {one.action!r}: expected one of {', '.join(ACTIONS)}")
    _check_reviewer(one.reviewer, where)
    for label in (one.label, one.new_label):
        if label is None:
            continue
        if one.facet not in taxonomy.facets:
            raise UsageError(f"{where}: facet {one.facet!r}: expected a facet of the taxonomy")
        if label not in taxonomy.facet(one.facet).label_ids:
            raise UsageError(f"{where}: {label!r}: expected a label of {one.facet}")
    return one


def _append(path: Path, decisions: list[Decision]) -> None:
    """A line each, at the end of the file and on the disk when this returns. A torn last line, which nobody reads, gives way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with path.open("r+b") as file:
        content = file.read()
        last = content.rpartition(b"\n")[2]
        if last.strip():
            file.seek(len(content) - (0 if _is_whole(last) else len(last)))
            file.truncate()
            file.write(b"\n" if _is_whole(last) else b"")
        file.write("".join(as_line(one) for one in decisions).encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _is_whole(line: bytes) -> bool:
    try:
        from_json(Decision, line)
    except ValueError:
        return False
    return True
