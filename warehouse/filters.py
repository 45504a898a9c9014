"""The filters of search, export and the map: which works they let through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import duckdb

from evidence.errors import UsageError
from evidence.records import STRENGTHS
from evidence.taxonomy.vocabulary import unknown
from warehouse.known_values import checked_value
from warehouse.loading import literal


@dataclass(frozen=True)
class Filters:
    """Labels of one kind are alternatives, kinds add up. ``strength`` may end in + (at least). ``since`` is YYYY[-MM[-DD]].

    ``labels`` takes any facet by its id. ``place`` is a name as printed or an ISO 3166 code, which finds all inside it (GB and GB-ENG find GB-TOB).
    """

    type: tuple[str, ...] = ()
    strength: tuple[str, ...] = ()
    design: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    since: str | None = None
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def by_facet(self) -> dict[str, tuple[str, ...]]:
        own = {"integration_type": self.type, "evidence_strength": self.strength, "study_design": self.design, "theme": self.theme}
        facets = {facet: some for facet, some in own.items() if some}
        for facet, some in self.labels.items():
            if some:
                facets[facet] = (*facets.get(facet, ()), *some)
        return facets

    def __bool__(self) -> bool:
        return bool(self.by_facet or self.place or self.source or self.since)


def known_labels(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The taxonomy that the snapshot was tagged with: labels by facet, in the taxonomy's order."""
    found: dict[str, list[str]] = {}
    for facet, label in connection.execute("SELECT facet, label FROM labels ORDER BY facet, place_in_facet").fetchall():
        found.setdefault(facet, []).append(label)
    return found


def checked_labels(filters: Filters, known: dict[str, list[str]]) -> dict[str, list[str]]:
    """The labels that are asked for, by facet. Raises ``UsageError`` with a suggestion for an unknown facet or label."""
    meant: dict[str, list[str]] = {}
    for facet, asked in filters.by_facet.items():
        if facet not in known:
            raise unknown("facet", facet, known)
        for one in asked:
            label = one.strip().lower().replace("-", "_").replace(" ", "_")
            above = label.endswith("+") and facet == "evidence_strength"
            label = label.removesuffix("+") if above else label
            if label not in known[facet]:
                raise unknown(f"label of {facet}", one, known[facet])
            meant.setdefault(facet, []).extend(STRENGTHS[STRENGTHS.index(label) :] if above else [label])
    return meant


def allowed_works(filters: Filters, connection: duckdb.DuckDBPyConnection) -> set[str] | None:
    """The ids of the works that the filters let through; None for all. Raises ``UsageError`` for what nobody knows."""
    meant = checked_labels(filters, known_labels(connection))
    conditions: list[str] = []
    values: list[object] = []
    for facet, labels in sorted(meant.items()):
        some = f"string_split({literal(labels)}, ',')"
        conditions.append(f"EXISTS (FROM v_work_tags t WHERE t.work = w.id AND t.facet = {literal([facet])} AND t.label IN (SELECT unnest({some})))")
    if filters.place:
        conditions.append(
            'EXISTS (FROM places p JOIN judged_documents j ON j.document = p.document WHERE j.work = w.id AND (lower(p."name") IN (SELECT unnest(?)) '
            "OR lower(p.code) IN (SELECT unnest(?)) OR list_has_any(list_transform(p.lies_in, lambda one: lower(one)), ?)))"
        )
        places = [checked_value(connection, "place", one) for one in filters.place]
        values += [places, places, places]
    if filters.source:
        conditions.append(
            "EXISTS (FROM captures c JOIN documents d ON d.id = c.document WHERE d.work = w.id AND c.source IN (SELECT unnest(?)))"
        )
        values.append([checked_value(connection, "source", one) for one in filters.source])
    if filters.since:
        conditions.append("rpad(w.published, 10, CASE length(w.published) WHEN 4 THEN '-12-31' ELSE '-31' END) >= ?")
        values.append(checked_day(filters.since))
    if not conditions:
        return None
    sql = f"SELECT w.id FROM works w WHERE {' AND '.join(conditions)}"
    return {row[0] for row in (connection.execute(sql, values) if values else connection.execute(sql)).fetchall()}


def checked_day(day: str) -> str:
    """A date as its first day, YYYY-MM-DD. Raises ``UsageError`` for what is no date."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", day.strip())
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat()
    except ValueError:
        pass
    raise UsageError(f"{day!r} is no date; expected YYYY, YYYY-MM or YYYY-MM-DD")
