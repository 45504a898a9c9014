-- question: How do the works spread over the terms of a published typology of integration?
-- grain: a row a term; labels that the typology has no place for are under "outside this typology"
-- parameter typology (typology): the typology's id, as in the table crosswalk
SELECT x.term, x.term_name, list_sort(list(DISTINCT x.label)) AS our_labels, count(DISTINCT w.id) AS works
FROM crosswalk x
LEFT JOIN v_work_tags t ON t.facet = x.facet AND t.label = x.label
LEFT JOIN works w ON w.id = t.work AND w.relevance = 'relevant'
WHERE x.typology = $typology AND x.condition IS NULL
GROUP BY x.term, x.term_name
ORDER BY works DESC, x.term_name
