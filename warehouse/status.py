"""What the base holds, counted: the numbers of ``integrand status``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from evidence.base import RESUME_WITHIN, Base
from evidence.records import Capture
from evidence.segments import read_segments
from warehouse.history import plain_time
from warehouse.snapshot import current_snapshot


@dataclass(frozen=True)
class SourceStatus:
    source: str
    works: int
    documents: int
    last_capture: datetime | None
    """UTC, from the captures themselves: newer than the snapshot where a run has not been published."""


@dataclass(frozen=True)
class Status:
    """``works_by`` counts works by relevance, study_design, evidence_strength, integration_type and availability; "" is not judged.

    ``unsure`` counts works by the facets in which a machine tag is a guess. ``refused`` counts documents that could not be read
    (the named query unread_documents lists them). ``open_run`` is the newest run that is unfinished; ``open_run_stale`` where it is too old
    to be gone on with.
    """

    snapshot: str | None
    run: str | None
    works: int = 0
    documents: int = 0
    passages: int = 0
    vectors: int = 0
    refused: int = 0
    works_by: dict[str, dict[str, int]] = field(default_factory=dict)
    unsure: dict[str, int] = field(default_factory=dict)
    sources: tuple[SourceStatus, ...] = ()
    open_run: str | None = None
    open_command: str | None = None
    open_run_stale: bool = False
    versions: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "snapshot": self.snapshot,
            "run": self.run,
            "works": self.works,
            "documents": self.documents,
            "passages": self.passages,
            "vectors": self.vectors,
            "refused": self.refused,
            "works_by": self.works_by,
            "unsure": self.unsure,
            "open_run": self.open_run,
            "open_command": self.open_command,
            "open_run_stale": self.open_run_stale,
            "versions": self.versions,
            "sources": [
                {
                    "source": one.source,
                    "works": one.works,
                    "documents": one.documents,
                    "last_capture": one.last_capture.isoformat() + "Z" if one.last_capture else None,
                }
                for one in self.sources
            ],
        }


_WORKS_BY = """
SELECT 'relevance' AS facet, coalesce(relevance, '') AS label, count(*) FROM works GROUP BY ALL
UNION ALL SELECT 'study_design', coalesce(study_design, ''), count(*) FROM works GROUP BY ALL
UNION ALL SELECT 'evidence_strength', coalesce(evidence_strength, ''), count(*) FROM works GROUP BY ALL
UNION ALL SELECT 'availability', availability, count(*) FROM works GROUP BY ALL
UNION ALL SELECT 'integration_type', label, count(DISTINCT work) FROM v_work_tags WHERE facet = 'integration_type' GROUP BY ALL
ORDER BY ALL"""


def status(base: Base) -> Status:
    """Counts of the published snapshot, and what is newer than it. Raises ``UsageError`` where there is no base."""
    base.require()
    last: dict[str, datetime] = {}
    for capture in read_segments(base.captures, Capture, ("source", "url", "run", "fetched_at", "outcome")):
        moment = plain_time(capture.fetched_at)
        last[capture.source] = max(last.get(capture.source, moment), moment)
    unfinished = max((report for report in base.run_reports() if report.finished_at is None), key=lambda one: one.started_at, default=None)
    stale = unfinished is not None and datetime.now(UTC) - unfinished.started_at >= RESUME_WITHIN
    running, command = (unfinished.run, unfinished.command) if unfinished else (None, None)
    snapshot = current_snapshot(base)
    if snapshot is None:
        return Status(
            None,
            None,
            sources=tuple(SourceStatus(source, 0, 0, last[source]) for source in sorted(last)),
            open_run=running,
            open_command=command,
            open_run_stale=stale,
        )
    counts, manifest = snapshot.manifest["counts"], snapshot.manifest
    with snapshot.connect() as connection:
        works_by: dict[str, dict[str, int]] = {}
        for facet, label, count in connection.execute(_WORKS_BY).fetchall():
            works_by.setdefault(facet, {})[label] = count
        refused = connection.execute("SELECT count(*) FROM documents WHERE status = 'refused'").fetchone() or (0,)
        unsure = dict(
            connection.execute(
                "SELECT facet, count(DISTINCT work) FROM v_work_tags WHERE unsure AND said_by = 'machine' GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        )
        found = {
            source: (works, documents)
            for source, works, documents in connection.execute("""
            SELECT s.source, count(w.id), any_value(s.documents)
            FROM sources s LEFT JOIN works w ON w.source = s.source GROUP BY ALL""").fetchall()
        }
    sources = tuple(SourceStatus(source, *found.get(source, (0, 0)), last.get(source)) for source in sorted({*found, *last}))
    return Status(
        snapshot.name,
        manifest["run"],
        counts["works"],
        counts["documents"],
        counts["passages"],
        counts["vectors"],
        int(refused[0]),
        works_by,
        unsure,
        sources,
        versions={key: manifest[key] for key in ("extractor_version", "classifier_version", "taxonomy_version", "encoder")},
        open_run=running,
        open_command=command,
        open_run_stale=stale,
    )
