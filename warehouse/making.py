"""Makes the files of one snapshot: database, text index, vectors; from the base's files alone, or from the snapshot before and the change."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from evidence.base import Base
from evidence.errors import IntegrandError, in_one_line
from evidence.records import Capture, Decision, Document, RunReport, Tagging
from evidence.segments import read_segments, read_some
from evidence.taxonomy import Taxonomy
from warehouse import increment
from warehouse import rows as document_rows
from warehouse.consequences import Regrade, judge
from warehouse.decisions import decision_rows
from warehouse.history import address_rows, capture_rows, change_rows, plain_time
from warehouse.keys import key_problems
from warehouse.loading import Loader, create_database, create_views, open_database
from warehouse.metadata import value_rows
from warehouse.outlines import Kept, kept_outlines
from warehouse.planning import Plan, plan
from warehouse.snapshot import Snapshot
from warehouse.text_index import IndexCounts, build_index, update_index
from warehouse.vectors import Encode, embed, embed_changed
from warehouse.work_rows import chosen_values, copy_rows, judged_rows, source_rows, work_row


@dataclass(frozen=True)
class Makings:
    """What a snapshot is made of, and in which ``folder``.

    ``files`` are the SHA-256 of documents' and taggings' segments and of the files of decisions, by path within the base; ``captures`` all of
    the base, where they were read already; ``previous`` is the snapshot before this one, ``full`` to take over its vectors only.
    """

    base: Base
    folder: Path
    extractor_version: str
    classifier_version: str
    taxonomy: Taxonomy
    encode: Encode | None
    encoder: str
    files: Mapping[str, str]
    captures: Sequence[Capture] | None
    previous: Snapshot | None
    full: bool = False
    regrade: Regrade | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def same_encoder(self) -> Snapshot | None:
        """The previous snapshot where its vectors can be taken over."""
        return self.previous if self.previous is not None and self.previous.manifest.get("encoder") == self.encoder else None


def build(makings: Makings, versions: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Builds all files; returns counts, and how many documents came or went since the last full build.

    Begins with the previous snapshot where that was made by the same ``versions`` and little enough was replaced in it. Raises
    ``IntegrandError`` where a key does not hold.
    """
    previous = makings.previous
    if previous is not None and (makings.full or any(previous.manifest.get(name) != version for name, version in versions.items())):
        previous = None
    planned = plan(makings.base, makings.extractor_version, makings.classifier_version, _kept(makings, previous), makings.files,
                   makings.captures)
    counts, replaced = _made(makings, planned, previous)
    planned.outlines.keep(makings.folder, makings.files, planned.taken_down)
    return counts, replaced


def _kept(makings: Makings, previous: Snapshot | None) -> dict[str, Kept]:
    try:
        return kept_outlines(previous.path) if previous is not None else {}
    except IntegrandError as error:
        makings.warnings.append(f"{in_one_line(error)}: every segment was read again")
        return {}


def _made(makings: Makings, planned: Plan, previous: Snapshot | None) -> tuple[dict[str, int], int]:
    """``previous`` is None where nothing but vectors may be taken over."""
    if previous is not None:
        try:
            made = _from_previous(makings, planned, previous)
        except (IntegrandError, duckdb.Error, OSError, ValueError, LookupError) as error:
            # The snapshot before is damaged, as by a full disk or a hand; the files are what counts.
            makings.warnings.append(f"snapshot {previous.name} could not be gone on from ({in_one_line(error)}): built from the files")
            made = None
        if made is not None:
            return made
        _clear(makings.folder)
    return _from_files(makings, planned), 0


def _from_files(makings: Makings, planned: Plan) -> dict[str, int]:
    scratch = makings.folder / "scratch"
    connection = create_database(makings.folder / "warehouse.duckdb", scratch)
    try:
        with Loader(connection) as loader:
            _load_documents(makings, planned, loader, None)
            _load_taxonomy(makings.taxonomy, loader)
            _load_what_follows(makings, planned, loader)
        _fill_works(connection)
        create_views(connection)
        _check_keys(connection)
        index = build_index(connection, makings.folder / "text")
        vectors = embed(connection, makings.folder / "vectors.npy", makings.encode, makings.same_encoder) if makings.encode else 0
        return _closed(connection, index, vectors)
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _from_previous(makings: Makings, planned: Plan, previous: Snapshot) -> tuple[dict[str, int], int] | None:
    """None where so much is to be replaced that a full build is the better one."""
    scratch, database = makings.folder / "scratch", makings.folder / "warehouse.duckdb"
    with previous.connect() as connection:
        found = increment.increment(connection, planned)
    replaced = int(previous.manifest.get("replaced", 0)) + found.size
    if replaced > increment.MOST_REPLACED * max(len(planned.items), 1):
        return None
    increment.take_over(previous, database)
    connection = open_database(database, scratch)
    try:
        increment.make_room(connection, found)
        with Loader(connection) as loader:
            _load_documents(makings, planned, loader, found)
            _load_what_follows(makings, planned, loader)
        increment.settle_works(connection, planned)
        _fill_works(connection)
        changed, gone = increment.changed_works(connection, found)
        index = update_index(connection, previous.text, makings.folder / "text", changed, gone)
        matrix = makings.folder / "vectors.npy"
        if makings.encode is None:
            connection.execute("TRUNCATE vectors")
            vectors = 0
        elif makings.same_encoder is not None and previous.vectors.exists():
            vectors = embed_changed(connection, matrix, makings.encode, previous, changed, gone)
        else:
            vectors = embed(connection, matrix, makings.encode, None)
        _check_keys(connection)
        return _closed(connection, index, vectors), replaced
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _check_keys(connection: duckdb.DuckDBPyConnection) -> None:
    problems = key_problems(connection)
    if problems:
        raise IntegrandError(f"not published, the current snapshot stays: {'; '.join(problems[:5])}")


def _closed(connection: duckdb.DuckDBPyConnection, index: IndexCounts, vectors: int) -> dict[str, int]:
    documents = connection.execute("SELECT count(*) FROM documents").fetchone() or (0,)
    connection.execute("CHECKPOINT")
    return {"works": index.works, "documents": int(documents[0]), "passages": index.passages, "vectors": vectors}


def _load_documents(makings: Makings, planned: Plan, loader: Loader, found: increment.Increment | None) -> None:
    """Streams documents, then taggings: all, or those ``found`` lacking; only documents that a person decided on are held, for their
    quotes."""
    meant = planned.decided_on
    decided: dict[str, list[Decision]] = {}
    for decision in planned.decisions:
        if decision.facet:
            for id in meant.get(decision.id, ()):
                if found is None or id in found.judged:
                    decided.setdefault(id, []).append(planned.on(decision, id))
    base, held, loaded = makings.base, dict[str, Document](), set[str]()
    documents = base.documents(makings.extractor_version)
    if found is None:
        wanted = read_segments(documents, Document)
    else:
        ids = found.arriving | decided.keys()
        wanted = read_some(documents, Document, "id", ids, None, planned.outlines.document_paths(ids))
    for document in wanted:
        if document.id in planned.items and document.id not in loaded:
            loaded.add(document.id)
            if found is None or document.id in found.arriving:
                loader.add(document_rows.document_rows(document, planned.work_of.get(document.id)))
            if document.id in decided:
                held[document.id] = document
    _load_taggings(makings, planned, loader, found, held, decided)
    anchored = dict(found.anchored) if found is not None else {}
    anchored |= {
        one.id: any(one.quote in held[id].text for id in meant[one.id] if id in held)
        for one in planned.decisions if one.quote and not held.keys().isdisjoint(meant.get(one.id, ()))
    }
    applied = {id: some[0] for id, some in meant.items() if some[0] in planned.items}
    loader.add({"decisions": decision_rows(planned.decisions, anchored, applied)})


def _load_taggings(
    makings: Makings,
    planned: Plan,
    loader: Loader,
    found: increment.Increment | None,
    held: Mapping[str, Document],
    decided: Mapping[str, Sequence[Decision]],
) -> None:
    wanted: Collection[str] = planned.items.keys() if found is None else found.judged
    tags, seen = makings.base.tags(makings.classifier_version), set[str]()
    paths = planned.outlines.tagging_paths(wanted)
    for tagging in read_segments(tags, Tagging) if found is None else read_some(tags, Tagging, "document", wanted, None, paths):
        if tagging.extractor_version != makings.extractor_version or tagging.document not in wanted or tagging.document in seen:
            continue
        seen.add(tagging.document)
        rows = document_rows.tagging_rows(tagging)
        if (document := held.get(tagging.document)) is not None:
            judge(document, rows, decided[document.id], makings.taxonomy, makings.regrade)
        loader.add(rows)
    for id, document in held.items():
        if id not in seen:
            loader.add({"tags": document_rows.judged_tags(document, [], decided[id])})


def _load_what_follows(makings: Makings, planned: Plan, loader: Loader) -> None:
    """What follows from all documents and captures together."""
    _load_history(planned, makings.base.run_reports(), loader)
    _load_works(planned, loader)


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
        chosen = chosen_values(work, planned)
        loader.add({"works": [work_row(work, planned, chosen)], "copies": copy_rows(work, planned)})
        loader.add({"work_values": value_rows(work.id, members, planned.values, chosen)})
        loader.add(
            {"aliases": [{"alias": id, "work": work.id, "reason": "a copy of this work"} for id in sorted(members) if id != work.id]}
        )
    loader.add({"judged_documents": judged_rows(planned)})
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


def _fill_works(connection: duckdb.DuckDBPyConnection) -> None:
    """Writes into ``works`` the counts and labels that are loaded by now."""
    connection.execute("""
        UPDATE works SET page_count = d.page_count, word_count = d.word_count FROM documents d WHERE d.id = works.shown_document""")
    connection.execute("""
        UPDATE works SET page_count = p.page_count, word_count = p.word_count
        FROM (SELECT c.work, bool_or(c.shown) AS shown, sum(d.page_count) AS page_count, sum(d.word_count) AS word_count
              FROM copies c JOIN documents d ON d.id = c.document WHERE c.part IS NOT NULL GROUP BY ALL) p
        WHERE p.work = works.id AND p.shown""")
    connection.execute("""
        UPDATE works SET relevance = t.relevance, study_design = t.study_design, evidence_strength = t.evidence_strength, unsure = t.unsure
        FROM (SELECT document, any_value(label) FILTER (facet = 'relevance') AS relevance,
                     any_value(label) FILTER (facet = 'study_design') AS study_design,
                     any_value(label) FILTER (facet = 'evidence_strength') AS evidence_strength, bool_or(unsure) AS unsure
              FROM tags WHERE stands AND facet IN ('relevance', 'study_design', 'evidence_strength') GROUP BY ALL) t
        WHERE t.document = works.judged_document""")
