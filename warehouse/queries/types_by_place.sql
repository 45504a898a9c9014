-- question: Which types of integration are found in which places, and how far do they go, from partnership to full integration?
-- grain: a row a place and integration type; a place is told by its ISO 3166 code, by its name where it has none
-- parameter within (place, default ): only places in this country or part of one, by its name as printed or its code; all where empty
WITH asked AS (SELECT $within AS code UNION SELECT lower(code) FROM places WHERE lower("name") = $within AND code IS NOT NULL)
SELECT coalesce(p.code, p."name") AS place, any_value(p."name" ORDER BY p."name") AS "name", t.label AS integration_type,
       count(DISTINCT w.id) AS works, count(DISTINCT w.id) FILTER (w.evidence_strength IN ('moderate', 'strong')) AS at_least_moderate,
       list(DISTINCT i.label ORDER BY i.label) FILTER (i.label IS NOT NULL) AS intensity
FROM works w JOIN judged_documents j ON j.work = w.id JOIN places p ON p.document = j.document
JOIN v_work_tags t ON t.work = w.id AND t.facet = 'integration_type'
LEFT JOIN v_work_tags i ON i.work = w.id AND i.facet = 'intensity'
WHERE w.relevance = 'relevant'
  AND ($within = '' OR lower(p."name") = $within OR lower(p.code) IN (FROM asked)
       OR list_has_any(list_transform(p.lies_in, lambda one: lower(one)), (SELECT list(code) FROM asked)))
GROUP BY coalesce(p.code, p."name"), t.label
ORDER BY place, works DESC, integration_type
