-- question: On which combinations of two facets is there little or nothing?
-- grain: a row a pair of labels, the emptiest first
-- parameter rows (facet, default integration_type): the first facet
-- parameter columns (facet, default population): the second facet
-- parameter at_most (integer, default 0): combinations with at most so many relevant works
WITH tagged AS (
    SELECT DISTINCT t.work, t.facet, t.label FROM v_work_tags t JOIN works w ON w.id = t.work WHERE w.relevance = 'relevant'
)
SELECT r.label AS row_label, c.label AS column_label, count(DISTINCT b.work) AS works
FROM labels r CROSS JOIN labels c
LEFT JOIN tagged a ON a.facet = r.facet AND a.label = r.label
LEFT JOIN tagged b ON b.facet = c.facet AND b.label = c.label AND b.work = a.work
WHERE r.facet = $rows AND c.facet = $columns
GROUP BY r.label, c.label, r.place_in_facet, c.place_in_facet
HAVING count(DISTINCT b.work) <= $at_most
ORDER BY works, r.place_in_facet, c.place_in_facet
