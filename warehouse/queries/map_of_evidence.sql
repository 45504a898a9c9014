-- question: How many works are there on each type of integration, by the strength of their evidence?
-- grain: a row an integration type and evidence strength that some relevant work has
SELECT t.label AS integration_type, w.evidence_strength, count(DISTINCT w.id) AS works
FROM v_work_tags t JOIN works w ON w.id = t.work
WHERE t.facet = 'integration_type' AND w.relevance = 'relevant'
GROUP BY ALL
ORDER BY integration_type, works DESC, evidence_strength
