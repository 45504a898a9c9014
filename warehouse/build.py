"""Builds a snapshot from the base's files and publishes it as a whole.

The snapshot is built beside the others under a name that nobody reads, checked, made durable, renamed, and only then pointed to.
So a reader sees the old snapshot or the new one, and a build that is killed or fails leaves the old one current.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evidence.archive import read_captures
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Decision, Document, RunReport, Tagging
from evidence.segments import read_segments, segment_paths, sync_folder
from evidence.taxonomy import Taxonomy
from warehouse import rows as document_rows
from warehouse.decisions import decision_rows, torn_lines
from warehouse.history import address_rows, capture_rows, change_rows, plain_time, standing
from warehouse.keys import key_problems
from warehouse.loading import Loader, create_database, create_views
from warehouse.metadata import choose, value_rows
from warehouse.movements import Movements, movements
from warehouse.planning import Plan, plan
from warehouse.snapshot import BUILDING, POINTER, Snapshot, discard_old, discard_unfinished, point_to, pointed_name, snapshots
from warehouse.text_index import build_index
from warehouse.vectors import Encode, embed, encoder_version
from warehouse.version import builder_version
from warehouse.work_rows import copy_rows, current_copies, source_rows, work_row


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publish did. ``published`` is False where the current snapshot already holds all of it; ``reason`` says which.

    The lists of works are those that came or moved since the publication before, whichever runs fetched them. ``warnings`` say in
    words what was left out of the files.
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
    warnings: tuple[str, ...] = ()


def publish(
    base: Base, *, extractor_version: str, classifier_version: str, taxonomy: Taxonomy, run: str, encode: Encode | None, encoder: str = ""
) -> Publication:
    """Publishes what the base's files say now. Needs the base's lock.

    ``encode`` gives ``float32 [n, width]`` for n texts; None publishes without vectors (searches then rank by words alone).
    ``encoder`` names the model (by default the ``version`` of the object that ``encode`` belongs to): vectors of the previous
    snapshot are taken over only from the same one. Raises
    ``IntegrandError`` where a check fails or a file is damaged; the current snapshot then stays what it was.
    """
    started = time.monotonic()
    discard_unfinished(base)
    encoder = (encoder or encoder_version(encode)) if encode else "none"
    inputs = inputs_digest(base, extractor_version, classifier_version, taxonomy.version, encoder)
    warnings = torn_lines(base)
    finished = {one.name: one for one in snapshots(base) if one.is_readable}
    try:
        pointed = pointed_name(base) or ""
    except IntegrandError as error:
        if not (base.warehouse / POINTER).is_file():
            raise  # what is in the way cannot be replaced by a file
        pointed = ""
        warnings.append(str(error))
    current = finished.get(pointed)
    if current is not None and current.manifest.get("inputs") == inputs:
        return _publication(current, current, False, "nothing has changed since the current snapshot was published", started, warnings)
    for one in finished.values():
        newer = current is None or current.name in one.manifest["published_after"]
        if newer and one.manifest.get("inputs") == inputs:
            point_to(base, one)  # killed between the rename and the pointer's swap
            return _publication(one, current, True, "finished a publication that was interrupted", started, warnings)
    used = [*(current.manifest["published_after"] if current else []), *(one.name for one in snapshots(base)), pointed]
    snapshot = Snapshot(base.warehouse / _free_name(run, used))
    building = snapshot.path.with_name(snapshot.name + BUILDING)
    building.mkdir(parents=True)
    try:
        same_encoder = current if current is not None and current.manifest.get("encoder") == encoder else None
        counts = _build(base, building, extractor_version, classifier_version, taxonomy, encode, same_encoder)
        manifest = {
            "inputs": inputs,
            "run": run,
            "extractor_version": extractor_version,
            "classifier_version": classifier_version,
            "taxonomy_version": taxonomy.version,
            "encoder": encoder,
            "published_after": sorted(set(used) - {""}),
            "builder_version": builder_version(),
            "counts": counts,
        }
        (building / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        _make_durable(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    os.rename(building, snapshot.path)
    sync_folder(base.warehouse)
    point_to(base, snapshot)
    publication = _publication(snapshot, current, True, "published", started, warnings)
    discard_old(base)
    return publication


def _free_name(run: str, used: Sequence[str]) -> str:
    """The run's name, or that with a number where the run has published before: no path is ever used twice."""
    return next(name for number in itertools.count(1) if (name := run if number == 1 else f"{run}-{number}") not in used)


def inputs_digest(base: Base, extractor_version: str, classifier_version: str, taxonomy_version: str, encoder: str) -> str:
    """SHA-256 over all that a snapshot is built from: what the captures say (``standing``), names and bytes of the other files,
    the versions, and this package's own code and data.

    A run to which every server says "unchanged" alters nothing of that, so it publishes nothing; ``last_seen`` then stays the
    day on which something last changed. Run reports are left out: they say how the files came about, and every run writes one.
    """
    total = hashlib.sha256(json.dumps([builder_version(), extractor_version, classifier_version, taxonomy_version, encoder]).encode())
    for told in standing(read_captures(base)):
        total.update(json.dumps(told).encode() + b"\n")
    files = [
        *segment_paths(base.documents(extractor_version)),
        *segment_paths(base.tags(classifier_version)),
        *sorted(base.decisions.glob("*.jsonl")),
    ]
    for path in files:
        with open(path, "rb") as file:
            total.update(f"{path.relative_to(base.root)} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _publication(
    snapshot: Snapshot, before: Snapshot | None, published: bool, reason: str, started: float, warnings: Sequence[str]
) -> Publication:
    """``before`` is the snapshot that was current when the publication began."""
    counts = snapshot.manifest["counts"]
    moved = movements(snapshot, before) if published else Movements()
    return Publication(
        snapshot.name,
        snapshot.path,
        published,
        reason,
        counts["works"],
        counts["documents"],
        counts["passages"],
        counts["vectors"],
        time.monotonic() - started,
        moved.new,
        moved.changed,
        moved.missing,
        moved.withdrawn,
        tuple(warnings),
    )


def _build(
    base: Base,
    folder: Path,
    extractor_version: str,
    classifier_version: str,
    taxonomy: Taxonomy,
    encode: Encode | None,
    previous: Snapshot | None,
) -> dict[str, int]:
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
    meant = planned.decided_on
    decided: dict[str, list[Decision]] = {}
    for decision in planned.decisions:
        if decision.id in meant and decision.facet:
            decided.setdefault(meant[decision.id], []).append(decision)
    held: dict[str, Document] = {}
    loaded: set[str] = set()
    for document in read_segments(base.documents(extractor_version), Document):
        if document.id in planned.items and document.id not in loaded:
            loaded.add(document.id)
            loader.add(document_rows.document_rows(document, planned.work_of.get(document.id)))
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
    anchored = {one.id: one.quote in held[meant[one.id]].text for one in planned.decisions if one.quote and meant.get(one.id) in held}
    loader.add({"decisions": decision_rows(planned.decisions, anchored, {id: document for id, document in meant.items() if document in loaded})})


def _load_history(planned: Plan, reports: Sequence[RunReport], loader: Loader) -> None:
    loader.add(
        {
            "captures": capture_rows(planned.history),
            "addresses": address_rows(planned.history),
            "changes": change_rows(planned.history),
            "sources": source_rows(planned.history),
        }
    )
    for report in reports:
        loader.add(
            {
                "runs": [
                    {
                        "run": report.run,
                        "command": report.command,
                        "started_at": plain_time(report.started_at),
                        "finished_at": plain_time(report.finished_at) if report.finished_at else None,
                        "new_works": len(report.new_works),
                        "changed_works": len(report.changed_works),
                        "missing_works": len(report.missing_works),
                        "withdrawn_works": len(report.withdrawn_works),
                    }
                ]
            }
        )
        loader.add(
            {
                "run_sources": [
                    {
                        "run": report.run,
                        "source": one.source,
                        "requested": one.requested,
                        "fetched": one.fetched,
                        "unchanged": one.unchanged,
                        "redirected": one.redirected,
                        "missing": one.missing,
                        "withdrawn": one.withdrawn,
                        "refused": one.refused,
                        "failed": one.failed,
                        "new_documents": one.new_documents,
                        "changed_documents": one.changed_documents,
                        "size_bytes": one.size_bytes,
                        "wall_s": one.wall_s,
                        "broken": list(one.broken),
                    }
                    for one in report.sources
                ]
            }
        )


def _load_taxonomy(taxonomy: Taxonomy, loader: Loader) -> None:
    loader.add(
        {
            "labels": [
                {
                    "facet": facet.id,
                    "label": label.id,
                    "name": label.name,
                    "definition": label.definition,
                    "source": label.source,
                    "facet_name": facet.name,
                    "place_in_facet": place,
                }
                for facet in taxonomy.facets.values()
                for place, label in enumerate(facet.labels)
            ]
        }
    )
    loader.add(
        {
            "crosswalk": [
                {
                    "typology": crosswalk.id,
                    "typology_name": crosswalk.name,
                    "facet": crosswalk.facet,
                    "label": link.ours,
                    "term": link.theirs,
                    "term_name": crosswalk.term(link.theirs).name if link.theirs else "outside this typology",
                    "condition": link.when,
                }
                for crosswalk in taxonomy.crosswalks.values()
                for link in crosswalk.links
            ]
        }
    )


def _load_works(planned: Plan, loader: Loader) -> None:
    for work in planned.works:
        members = [copy.document for copy in work.copies]
        chosen = choose(work.shown, current_copies(work), planned.values)
        loader.add({"work_values": value_rows(work.id, members, planned.values, chosen), "copies": copy_rows(work, planned)})
        loader.add(
            {"aliases": [{"alias": id, "work": work.id, "reason": "a copy of this work"} for id in sorted(members) if id != work.id]}
        )
    work_of = planned.work_of
    loader.add(
        {
            "aliases": [
                {"alias": payload, "work": work_of[document], "reason": "the same text in another payload at the same address"}
                for payload, document in sorted(planned.history.stands_for.items())
                if document in work_of
            ]
        }
    )


def _fill_works(connection: duckdb.DuckDBPyConnection, planned: Plan) -> None:
    """Rows of ``works``: what was chosen, joined with the counts and labels that are loaded already."""
    with Loader(connection) as loader:
        for work in planned.works:
            loader.add({"works": [work_row(work, planned)]})
    connection.execute("""
        UPDATE works SET page_count = d.page_count, word_count = d.word_count FROM documents d WHERE d.id = works.shown_document""")
    connection.execute("""
        UPDATE works SET relevance = t.relevance, study_design = t.study_design, evidence_strength = t.evidence_strength, unsure = t.unsure
        FROM (SELECT document, any_value(label) FILTER (facet = 'relevance') AS relevance,
                     any_value(label) FILTER (facet = 'study_design') AS study_design,
                     any_value(label) FILTER (facet = 'evidence_strength') AS evidence_strength, bool_or(unsure) AS unsure
              FROM tags WHERE stands AND facet IN ('relevance', 'study_design', 'evidence_strength') GROUP BY ALL) t
        WHERE t.document = works.judged_document""")


def _make_durable(folder: Path) -> None:
    """Syncs every file, then every folder, so that the rename that follows publishes bytes that survive a power cut."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with open(path, "rb+") as handle:
                os.fsync(handle.fileno())
    sync_folder(folder)
