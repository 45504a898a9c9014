"""Tags as a sheet that a person fills in, and the sheet read back as decisions: CSV, or the sheet ``evidence`` of a workbook.

A row is a tag. What its columns ``decision`` (accept, reject, change, add), ``new_label`` and ``reason`` say is the decision; a row that
says nothing there decides nothing, and a row that is deleted neither.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from evidence.errors import UsageError
from evidence.records import Decision
from evidence.taxonomy import Taxonomy

ACTIONS = ("accept", "reject", "change", "add")
NEEDED = ("facet", "label", "decision")
_KINDS = (".csv", ".xlsx")


@dataclass(frozen=True)
class HeldTags:
    """What the base holds: documents and works by any id that leads to them, and (document, facet, label) of every tag."""

    ids: frozenset[str]
    tags: frozenset[tuple[str, str, str]]


def is_sheet(path: Path) -> bool:
    return path.suffix.lower() in _KINDS


def held_tags(connection: duckdb.DuckDBPyConnection) -> HeldTags:
    ids = connection.execute("SELECT id FROM documents UNION SELECT id FROM works UNION SELECT alias FROM aliases").fetchall()
    tags = connection.execute("SELECT DISTINCT document, facet, label FROM tags").fetchall()
    return HeldTags(frozenset(id for (id,) in ids), frozenset((document, facet, label) for document, facet, label in tags))


def sheet_decisions(
    path: Path, reviewer: str, now: datetime, taxonomy: Taxonomy, held: HeldTags, made: Sequence[Decision]
) -> tuple[list[Decision], int, list[str]]:
    """The decisions of a sheet in its order, how many of its rows repeat what the ``reviewer`` has decided already (``made``: all
    decisions of the base, oldest first), and where rows stand that decide nothing about a tag that the base no longer holds.

    Two rows on one label count in their order, so each decision is a microsecond later than the one before, the first at ``now``; the same
    sheet brings nothing in a second time, and a row that stands there twice counts once. Raises ``UsageError`` that names file and row for
    one that cannot be.
    """
    before: dict[_Key, list[_Said]] = defaultdict(list)
    for one in made:
        if one.reviewer == reviewer and one.facet and one.label:
            before[one.target, one.facet, one.label].append(_said(one))
    rows: list[tuple[_Key, Decision]] = []
    gone: list[str] = []
    for where, row in _rows(path):
        decision = _decision(where, row, reviewer, now, taxonomy, held)
        if decision is not None and decision.facet and decision.label:
            rows.append(((decision.target, decision.facet, decision.label), decision))
        elif _is_gone(row, held):
            gone.append(where)
    sheet: dict[_Key, list[_Said]] = defaultdict(list)
    for key, decision in rows:
        if _said(decision) not in sheet[key]:
            sheet[key].append(_said(decision))
    known = {key: _already(before[key], said) for key, said in sheet.items()}
    decisions: list[Decision] = []
    for key, decision in rows:
        said = _said(decision)
        if said not in sheet[key] or sheet[key].index(said) < known[key]:
            continue
        sheet[key][sheet[key].index(said)] = _BROUGHT_IN
        # The number makes a return to an earlier judgement a decision of its own.
        told = [reviewer, *key, decision.action, decision.new_label or "", decision.quote or "", str(len(before[key]))]
        before[key].append(said)
        id = hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:32]
        decisions.append(replace(decision, id=id, decided_at=now + timedelta(microseconds=len(decisions))))
    return decisions, len(rows) - len(decisions), gone


_Key = tuple[str, str, str]
"""document, facet, label"""
_Said = tuple[str | None, ...]
_BROUGHT_IN: _Said = ()


def _said(one: Decision) -> _Said:
    return one.action, one.new_label, one.quote, one.reason


def _already(before: Sequence[_Said], sheet: Sequence[_Said]) -> int:
    """How many of the first rows of a sheet on one label are the last that was decided on it."""
    return next(count for count in range(len(sheet), -1, -1) if list(before[len(before) - count :]) == list(sheet[:count]))


def _is_gone(row: Mapping[str, str], held: HeldTags) -> bool:
    """A row that decides nothing tells of a tag that its document has not."""
    return bool(row.get("document")) and row["document"] in held.ids and (row["document"], row["facet"], _label(row["label"])) not in held.tags


def _decision(where: str, row: Mapping[str, str], reviewer: str, now: datetime, taxonomy: Taxonomy, held: HeldTags) -> Decision | None:
    action, new_label, reason = row.get("decision", "").lower(), row.get("new_label", ""), row.get("reason", "")
    target = row.get("document") or row.get("work", "")
    facet, label = row["facet"], _label(row["label"])
    if not action and not new_label:
        # A label that the facet has not is one that somebody wrote over; another tag may be gone since the sheet was written.
        if target in held.ids and row.get("document") and facet in taxonomy.facets and label not in taxonomy.facet(facet).label_ids:
            raise UsageError(f"{where}: the document has no tag {facet}:{label}; leave the label as it was and write the other under new_label, or "
                             "write add under decision")
        return None
    action = action or ("change" if label else "add")
    if action not in ACTIONS:
        raise UsageError(f"{where}: decision {action!r}: expected one of {', '.join(ACTIONS)}, or nothing")
    if target not in held.ids:
        raise UsageError(f"{where}: {target[:80]!r}: expected the id of a document or work of the base, as the sheet had it")
    if facet not in taxonomy.facets:
        raise UsageError(f"{where}: facet {facet!r}: expected a facet of the taxonomy")
    if action == "add" and new_label:
        # The label to add is looked for under either heading: a row of one's own has no old one, a copied row still has another tag's.
        label, new_label = _label(new_label), ""
    if (action == "change") != bool(new_label):
        raise UsageError(f"{where}: decision {action!r} {'needs a' if action == 'change' else 'has no'} new_label")
    new_label = _label(new_label)
    for one in (label, *([new_label] if new_label else [])):
        if one not in taxonomy.facet(facet).label_ids:
            raise UsageError(f"{where}: {one!r}: expected a label of {facet}: {', '.join(taxonomy.facet(facet).label_ids)}")
    quote = row.get("quote") or None
    return Decision("", reviewer, now, action, target, facet=facet, label=label, new_label=new_label or None, quote=quote, reason=reason or None,
                    version=row.get("version") or None)


def _label(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(where it stands, cells by column) of every row that has any."""
    tables = _workbook(path) if path.suffix.lower() == ".xlsx" else [("", _csv(path))]
    known = False
    for name, lines in tables:
        place = f"{path}{f', sheet {name}' if name else ''}"
        header = [cell.strip().lower() for cell in next(iter(lines), [])]
        if not all(one in header for one in NEEDED):
            continue
        known = True
        for number, cells in enumerate(lines[1:], start=2):
            if any(cell.strip() for cell in cells):
                filled = itertools.zip_longest(header, cells[: len(header)], fillvalue="")
                yield f"{place}, row {number}", {column: _plain(cell) for column, cell in filled}
    if not known:
        raise UsageError(f"{path}: no sheet has the columns {', '.join(NEEDED)}; `integrand export --format tags-csv` writes one to fill in")


def _plain(cell: str) -> str:
    """Without the apostrophe that a text has in front which a spreadsheet would run as a formula (``export.spreadsheet``)."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def _csv(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
        text = content.decode("cp1252" if is_windows_text(content) else "utf-8-sig")
        # Spreadsheets of countries that write 0,5 save with semicolons.
        first = text.partition("\n")[0]
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","))
    except OSError as error:
        raise UsageError(f"{path}: {_unopened(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise UsageError(f"{path}: cannot be read as CSV: {error}") from None


def is_windows_text(content: bytes) -> bool:
    """Whether a sheet is not UTF-8 but Windows-1252, in which spreadsheets on Windows save what they call plain CSV."""
    try:
        content.decode("utf-8")
        return False
    except UnicodeDecodeError:
        pass
    try:
        return not any(ord(letter) < 32 and not letter.isspace() for letter in content.decode("cp1252"))
    except UnicodeDecodeError:
        return False


def _unopened(error: OSError) -> str:
    return "no such file" if isinstance(error, FileNotFoundError) else f"cannot be opened ({error.strerror})"


def _workbook(path: Path) -> list[tuple[str, list[list[str]]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return [
                (sheet.title, [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)])
                for sheet in book.worksheets
            ]
        finally:
            book.close()
    except OSError as error:
        raise UsageError(f"{path}: {_unopened(error)}") from None
    except (KeyError, ValueError, zipfile.BadZipFile, InvalidFileException) as error:
        raise UsageError(f"{path}: cannot be read as a workbook: {error}") from None

