"""Builds a snapshot from the base's files and publishes it as a whole.

The snapshot is built beside the others under a name that nobody reads, checked, made durable, renamed, and only then pointed to.
So a reader sees the old snapshot or the new one, and a build that is killed or fails leaves the old one current.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from evidence.archive import read_captures
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Decision, Document, RunReport, Tagging
from evidence.segments import read_segments, segment_paths, sync_folder
from evidence.taxonomy import Taxonomy
from warehouse import rows as document_rows
from warehouse.decisions import decision_rows, read_decisions, settled
from warehouse.history import History, address_rows, capture_rows, change_rows, plain_time, read_history, resolved
from warehouse.keys import key_problems
from warehouse.loading import SCHEMA, VIEWS, Loader, create_database, create_views
from warehouse.metadata import AUTHOR_JOIN, Value, choose, document_values, value_rows
from warehouse.snapshot import BUILDING, Snapshot, current_snapshot, discard_old, discard_unfinished, point_to
from warehouse.text_index import build_index
from warehouse.vectors import Encode, embed
from warehouse.works import Item, Work, group, item

BUILD_FORMAT = 1
"""Raised when this program builds other rows from the same files."""
LIGHT = ("id", "extractor_version", "media_type", "size_bytes", "status", "content_digest", "title", "title_source", "subtitle", "authors", "published",
         "publisher", "doi", "isbn", "issn", "report_number", "language", "summary", "provenance", "links", "signature")
"""The columns by which documents are grouped: all but their text."""
TAGGED = ("tags", "findings", "places", "appraisals", "appraisal_answers", "taggings")


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publish did. ``published`` is False where the current snapshot already holds all of it; ``reason`` says which.

    The lists of works are those that ``run`` brought or moved.
    """

    snapshot: str
    path: Path
    published: bool
    reason: str
    works: int
    documents: int
    passages: int
    vectors: int
    wall_s: float
    new_works: tuple[str, ...] = ()
    changed_works: tuple[str, ...] = ()
    missing_works: tuple[str, ...] = ()
    withdrawn_works: tuple[str, ...] = ()


def publish(base: Base, *, extractor_version: str, classifier_version: str, taxonomy: Taxonomy, run: str, encode: Encode | None,
            encoder: str = "") -> Publication:
    """Publishes what the base's files say now. Needs the base's lock.

    ``encode`` gives ``float32 [n, width]`` for n texts; None publishes without vectors (searches then rank by words alone).
    ``encoder`` names the model (by default the ``version`` of the object that ``encode`` belongs to): vectors of the previous
    snapshot are taken over only from the same one. Raises
    ``IntegrandError`` where a check fails or a file is damaged; the current snapshot then stays what it was.
    """
    started = time.monotonic()
    discard_unfinished(base)
    encoder = encoder or str(getattr(getattr(encode, "__self__", None), "version", ""))
    inputs = inputs_digest(base, extractor_version, classifier_version, taxonomy.version, encoder if encode else "none")
    current = current_snapshot(base)
    if current is not None and current.manifest.get("inputs") == inputs:
        return _publication(current, run, False, "nothing has changed since the current snapshot was published", started)
    for name in _names(run):
        snapshot = Snapshot(base.warehouse / name)
        if not snapshot.path.exists():
            break
        if snapshot.manifest.get("inputs") == inputs:  # killed between the rename and the pointer's swap
            point_to(base, snapshot)
            return _publication(snapshot, run, True, "finished a publication that was interrupted", started)
    building = snapshot.path.with_name(snapshot.name + BUILDING)
    building.mkdir(parents=True)
    try:
        same_encoder = current if current is not None and current.manifest.get("encoder") == encoder else None
        counts = _build(base, building, extractor_version, classifier_version, taxonomy, encode, same_encoder)
        manifest = {"inputs": inputs, "run": run, "extractor_version": extractor_version, "classifier_version": classifier_version,
                    "taxonomy_version": taxonomy.version, "encoder": encoder, "format": BUILD_FORMAT, "counts": counts}
        (building / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        _make_durable(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    os.rename(building, snapshot.path)
    sync_folder(base.warehouse)
    point_to(base, snapshot)
    discard_old(base)
    return _publication(snapshot, run, True, "published", started)


def _names(run: str) -> list[str]:
    return [run, *(f"{run}-{number}" for number in range(2, 1000))]


def inputs_digest(base: Base, extractor_version: str, classifier_version: str, taxonomy_version: str, encoder: str) -> str:
    """SHA-256 over all that a snapshot is built from: names and bytes of the files, the versions, the schema.

    Run reports are left out: they say how the files came about, and every run writes one.
    """
    total = hashlib.sha256(json.dumps([BUILD_FORMAT, extractor_version, classifier_version, taxonomy_version, encoder]).encode())
    for path in (SCHEMA, VIEWS):
        total.update(path.read_bytes())
    files = [*segment_paths(base.captures), *segment_paths(base.documents(extractor_version)), *segment_paths(base.tags(classifier_version)),
             *sorted(base.decisions.glob("*.jsonl"))]
    for path in files:
        with open(path, "rb") as file:
            total.update(f"{path.relative_to(base.root)} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _publication(snapshot: Snapshot, run: str, published: bool, reason: str, started: float) -> Publication:
    counts = snapshot.manifest["counts"]
    moved: dict[str, list[str]] = {"new": [], "changed": [], "missing": [], "withdrawn": []}
    if published:
        with snapshot.connect() as connection:
            for work, kind in connection.execute(_MOVED, [run]).fetchall():
                moved[kind].append(work)
    return Publication(snapshot.name, snapshot.path, published, reason, counts["works"], counts["documents"], counts["passages"], counts["vectors"],
                       time.monotonic() - started, *(tuple(moved[kind]) for kind in ("new", "changed", "missing", "withdrawn")))


_MOVED = """
SELECT work, CASE WHEN first_run = $1 THEN 'new' WHEN availability IN ('missing', 'withdrawn') AND gone THEN availability ELSE 'changed' END AS kind
FROM (SELECT d.work, w.availability, bool_or(h.change IN ('missing', 'withdrawn')) AS gone,
             bool_or(h.change IN ('new', 'changed', 'returned')) AS moved, any_value(f.first_run) AS first_run
      FROM changes h JOIN documents d ON d.id = h.document JOIN works w ON w.id = d.work
      JOIN (SELECT d.work, min(h.run) AS first_run FROM changes h JOIN documents d ON d.id = h.document GROUP BY ALL) f ON f.work = d.work
      WHERE h.run = $1 GROUP BY ALL)
WHERE moved OR (gone AND availability IN ('missing', 'withdrawn')) ORDER BY work"""


@dataclass(frozen=True)
class Plan:
    """What is known before a text is read: the works, their metadata's values, who judged, the history."""

    works: list[Work]
    items: dict[str, Item]
    values: dict[str, list[Value]]
    history: History
    tagged: dict[str, bool]
    decisions: list[Decision]

    @property
    def work_of(self) -> dict[str, str]:
        return {copy.document: work.id for work in self.works for copy in work.copies}


def plan(base: Base, extractor_version: str, classifier_version: str) -> Plan:
    """Reads all but the texts, and groups."""
    light: dict[str, Document] = {}
    for document in read_segments(base.documents(extractor_version), Document, LIGHT):
        light.setdefault(document.id, document)
    history = resolved(read_history(read_captures(base), {id: document.content_digest for id, document in light.items()}))
    decisions = settled(read_decisions(base), history.stands_for)
    items = {id: item(document, history) for id, document in light.items() if id not in history.stands_for}
    works = group(list(items.values()), history, decisions)
    redacted = {one.target for one in decisions if one.action == "redact"}
    if redacted:
        gone = {copy.document for work in works if work.id in redacted for copy in work.copies} | redacted
        items = {id: one for id, one in items.items() if id not in gone}
        _forget(history, gone)
        works = group(list(items.values()), history, decisions)
    values = {id: document_values(light[id]) for id in items}
    tagged = {tagging.document: tagging.status == "tagged" for tagging in read_segments(
        base.tags(classifier_version), Tagging, ("document", "extractor_version", "version", "status")) if tagging.extractor_version == extractor_version}
    return Plan(works, items, values, history, tagged, decisions)


def _forget(history: History, gone: set[str]) -> None:
    """Takes redacted documents out of the history; that something was there stays."""
    for address in history.addresses.values():
        address.documents = [document for document in address.documents if document not in gone]
        address.document = address.documents[-1] if address.documents else None
        for answer in address.answers.values():
            answer.document = None if answer.document in gone else answer.document
    history.changes = [one for one in history.changes if one.document not in gone and one.previous_document not in gone]
    history.stands_for = {payload: document for payload, document in history.stands_for.items() if document not in gone}


def _build(base: Base, folder: Path, extractor_version: str, classifier_version: str, taxonomy: Taxonomy, encode: Encode | None,
           previous: Snapshot | None) -> dict[str, int]:
    """Builds database, text index and vectors in ``folder``; returns counts. Raises ``IntegrandError`` where a key does not hold."""
    scratch = folder / "scratch"
    planned = plan(base, extractor_version, classifier_version)
    connection = create_database(folder / "warehouse.duckdb", scratch)
    try:
        with Loader(connection) as loader:
            _load_documents(base, planned, extractor_version, classifier_version, loader)
            _load_history(planned, base.run_reports(), loader)
            _load_taxonomy(taxonomy, loader)
            _load_works(planned, loader)
        _fill_works(connection, planned)
        create_views(connection)
        problems = key_problems(connection)
        if problems:
            raise IntegrandError(f"not published, the current snapshot stays: {'; '.join(problems[:5])}")
        index = build_index(connection, folder / "text")
        vectors = embed(connection, folder / "vectors.npy", encode, previous) if encode is not None else 0
        documents = connection.execute("SELECT count(*) FROM documents").fetchone() or (0,)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
    return {"works": index.works, "documents": int(documents[0]), "passages": index.passages, "vectors": vectors}


def _load_documents(base: Base, planned: Plan, extractor_version: str, classifier_version: str, loader: Loader) -> None:
    """Streams documents, then taggings; only documents that a person decided on are held, for their quotes."""
    work_of = planned.work_of
    decided: dict[str, list[Decision]] = {}
    for decision in planned.decisions:
        if decision.target in work_of and decision.facet:
            decided.setdefault(decision.target, []).append(decision)
    held: dict[str, Document] = {}
    loaded: set[str] = set()
    for document in read_segments(base.documents(extractor_version), Document):
        if document.id in work_of and document.id not in loaded:
            loaded.add(document.id)
            loader.add(document_rows.document_rows(document, work_of[document.id]))
            if document.id in decided:
                held[document.id] = document
    seen: set[str] = set()
    for tagging in read_segments(base.tags(classifier_version), Tagging):
        if tagging.extractor_version != extractor_version or tagging.document not in loaded or tagging.document in seen:
            continue
        seen.add(tagging.document)
        rows = document_rows.tagging_rows(tagging)
        if tagging.document in held:
            rows["tags"] = document_rows.judged_tags(held[tagging.document], rows["tags"], decided[tagging.document])
        loader.add(rows)
    for id, document in held.items():
        if id not in seen:
            loader.add({"tags": document_rows.judged_tags(document, [], decided[id])})
    anchored = {one.id: one.quote in held[one.target].text for one in planned.decisions if one.quote and one.target in held}
    loader.add({"decisions": decision_rows(planned.decisions, anchored, loaded)})


def _load_history(planned: Plan, reports: Sequence[RunReport], loader: Loader) -> None:
    loader.add({"captures": capture_rows(planned.history), "addresses": address_rows(planned.history), "changes": change_rows(planned.history),
                "sources": _source_rows(planned.history)})
    for report in reports:
        loader.add({"runs": [{
            "run": report.run, "command": report.command, "started_at": plain_time(report.started_at),
            "finished_at": plain_time(report.finished_at) if report.finished_at else None, "new_works": len(report.new_works),
            "changed_works": len(report.changed_works), "missing_works": len(report.missing_works), "withdrawn_works": len(report.withdrawn_works)}]})
        loader.add({"run_sources": [{
            "run": report.run, "source": one.source, "requested": one.requested, "fetched": one.fetched, "unchanged": one.unchanged,
            "redirected": one.redirected, "missing": one.missing, "withdrawn": one.withdrawn, "refused": one.refused, "failed": one.failed,
            "new_documents": one.new_documents, "changed_documents": one.changed_documents, "size_bytes": one.size_bytes, "wall_s": one.wall_s,
            "broken": list(one.broken)} for one in report.sources]})


def _source_rows(history: History) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    documents: dict[str, set[str]] = {}
    for address in history.addresses.values():
        for source in {address.source, *(answer.capture.source for answer in address.answers.values())}:
            row = found.setdefault(source, {"source": source, "addresses": 0, "documents": 0, "first_capture": None, "last_capture": None})
            row["addresses"] += 1
            documents.setdefault(source, set()).update(address.documents)
            for answer in address.answers.values():
                first, last = plain_time(answer.first_seen), plain_time(answer.last_seen)
                row["first_capture"] = min(row["first_capture"] or first, first)
                row["last_capture"] = max(row["last_capture"] or last, last)
    return [found[source] | {"documents": len(documents[source])} for source in sorted(found)]


def _load_taxonomy(taxonomy: Taxonomy, loader: Loader) -> None:
    loader.add({"labels": [
        {"facet": facet.id, "label": label.id, "name": label.name, "definition": label.definition, "source": label.source,
         "facet_name": facet.name, "place_in_facet": place}
        for facet in taxonomy.facets.values() for place, label in enumerate(facet.labels)]})
    loader.add({"crosswalk": [
        {"typology": crosswalk.id, "typology_name": crosswalk.name, "facet": crosswalk.facet, "label": link.ours, "term": link.theirs,
         "term_name": crosswalk.term(link.theirs).name if link.theirs else "outside this typology", "condition": link.when}
        for crosswalk in taxonomy.crosswalks.values() for link in crosswalk.links]})


def _load_works(planned: Plan, loader: Loader) -> None:
    for work in planned.works:
        members = [copy.document for copy in work.copies]
        chosen = choose(work.shown, _current(work), planned.values)
        loader.add({"work_values": value_rows(work.id, members, planned.values, chosen), "copies": _copy_rows(work, planned)})
        loader.add({"aliases": [{"alias": id, "work": work.id, "reason": "a copy of this work"} for id in sorted(members) if id != work.id]})
    work_of = planned.work_of
    loader.add({"aliases": [{"alias": payload, "work": work_of[document], "reason": "the same text in another payload at the same address"}
                            for payload, document in sorted(planned.history.stands_for.items()) if document in work_of]})


def _current(work: Work) -> list[str]:
    return [copy.document for copy in work.copies if copy.role in ("main", "landing_page", "copy")]


def _copy_rows(work: Work, planned: Plan) -> list[dict[str, Any]]:
    rows = []
    for copy in work.copies:
        urls = sorted({sighting.url for sighting in planned.items[copy.document].sightings}) or [""]
        home = home_url(planned, copy.document)
        for url in urls:
            main = copy.role != "main" or url == home
            rows.append({"document": copy.document, "url": url, "work": work.id, "role": copy.role if main else "copy",
                         "reason": copy.reason if main else "the same bytes at another address", "shown": copy.document == work.shown and url == home})
    return rows


def home_url(planned: Plan, document: str) -> str:
    """Where a document is best opened: an address that still holds it before one that does not, the first seen, then the shortest."""
    addresses = planned.history.addresses
    found = sorted(planned.items[document].sightings, key=lambda one: (
        addresses[one.url].document != document, addresses[one.url].state in ("missing", "withdrawn"), one.run, len(one.url), one.url))
    return found[0].url if found else ""


def availability(work: Work, planned: Plan) -> str:
    """A work is present while any of its addresses is; missing until the last that is gone is known to be withdrawn."""
    states = {planned.history.addresses[sighting.url].state for copy in work.copies for sighting in planned.items[copy.document].sightings}
    if not states:
        return "unknown"
    if states <= {"withdrawn"}:
        return "withdrawn"
    return "missing" if states <= {"missing", "withdrawn"} else "present"


def _fill_works(connection: duckdb.DuckDBPyConnection, planned: Plan) -> None:
    """Rows of ``works``: what was chosen, joined with the counts and labels that are loaded already."""
    with Loader(connection) as loader:
        for work in planned.works:
            loader.add({"works": [_work_row(work, planned)]})
    connection.execute("""
        UPDATE works SET page_count = d.page_count, word_count = d.word_count FROM documents d WHERE d.id = works.shown_document""")
    connection.execute("""
        UPDATE works SET relevance = t.relevance, study_design = t.study_design, evidence_strength = t.evidence_strength, unsure = t.unsure
        FROM (SELECT document, any_value(label) FILTER (facet = 'relevance') AS relevance, any_value(label) FILTER (facet = 'study_design') AS study_design,
                     any_value(label) FILTER (facet = 'evidence_strength') AS evidence_strength, bool_or(unsure) AS unsure
              FROM tags WHERE stands AND facet IN ('relevance', 'study_design', 'evidence_strength') GROUP BY ALL) t
        WHERE t.document = works.judged_document""")


def _work_row(work: Work, planned: Plan) -> dict[str, Any]:
    chosen = choose(work.shown, _current(work), planned.values)
    fields: dict[str, Any] = {name: chosen[name].value if name in chosen else None for name in
                              ("title", "subtitle", "published", "publisher", "doi", "isbn", "issn", "report_number", "language", "summary")}
    shown = planned.items[work.shown]
    landing = next((copy.document for copy in work.copies if copy.role == "landing_page"), None)
    judged = next((copy.document for copy in work.copies if planned.tagged.get(copy.document)), None)
    if judged is None:  # a person may have tagged what the classifier could not
        decided = {one.target for one in planned.decisions if one.facet and one.label}
        judged = next((copy.document for copy in work.copies if copy.document in decided), None)
    year = (fields["published"] or "")[:4]
    return fields | {
        "id": work.id, "shown_document": work.shown, "judged_document": judged,
        "authors": chosen["authors"].value.split(AUTHOR_JOIN) if "authors" in chosen else [], "year": int(year) if year.isdigit() else None,
        "media_type": shown.media_type, "url": home_url(planned, work.shown) or None, "landing_url": (home_url(planned, landing) or None) if landing else None,
        "source": shown.first.source if shown.first else None, "availability": availability(work, planned), "relevance": None, "study_design": None,
        "evidence_strength": None, "unsure": False, "page_count": None, "word_count": None}


def _make_durable(folder: Path) -> None:
    """Syncs every file, then every folder, so that the rename that follows publishes bytes that survive a power cut."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with open(path, "rb+") as handle:
                os.fsync(handle.fileno())
    sync_folder(folder)
