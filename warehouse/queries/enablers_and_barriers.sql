-- question: What helps and what hinders, by type of integration?
-- grain: a row an integration type, enabler or barrier, and what it is
-- parameter type (label of integration_type, default ): only this type; all where empty
SELECT i.label AS integration_type, t.facet AS kind, t.label AS what, count(DISTINCT t.work) AS works,
       count(DISTINCT t.work) FILTER (t.unsure) AS guesses, arg_min(t.quote, (t.unsure, -coalesce(t.score, 1), t.quote)) AS example
FROM v_work_tags t
JOIN v_work_tags i ON i.work = t.work AND i.facet = 'integration_type'
JOIN works w ON w.id = t.work AND w.relevance = 'relevant'
WHERE t.facet IN ('enabler', 'barrier') AND ($type = '' OR i.label = $type)
GROUP BY ALL
ORDER BY i.label, t.facet DESC, works DESC, t.label
