-- question: On which outcomes of which types of integration is there no evidence of at least moderate strength?
-- grain: a row a pair of integration type and outcome, those with nothing at all first
WITH held AS (
    SELECT DISTINCT w.id, unnest(f.integration_types) AS type, f.outcome, w.evidence_strength,
           EXISTS (FROM v_work_tags t WHERE t.work = w.id AND t.facet = 'evidence_strength' AND t.unsure) AS guess
    FROM findings f JOIN judged_documents j ON j.document = f.document JOIN works w ON w.id = j.work WHERE f.own AND w.relevance = 'relevant'
)
SELECT i.label AS integration_type, o.label AS outcome, count(DISTINCT h.id) AS works,
       arg_max(h.evidence_strength, list_position(['none', 'anecdotal', 'limited', 'moderate', 'strong'], h.evidence_strength)) AS strongest
FROM labels i CROSS JOIN labels o LEFT JOIN held h ON h.type = i.label AND h.outcome = o.label
WHERE i.facet = 'integration_type' AND o.facet = 'outcome_domain'
GROUP BY i.label, o.label, i.place_in_facet, o.place_in_facet
HAVING count(DISTINCT h.id) FILTER (h.evidence_strength IN ('moderate', 'strong') AND NOT h.guess) = 0
ORDER BY works, i.place_in_facet, o.place_in_facet
