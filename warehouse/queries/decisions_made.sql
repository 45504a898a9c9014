-- question: What did people decide, and did the machine agree?
-- grain: a row a facet and action
SELECT d.facet, d."action", count(*) AS decisions, count(DISTINCT d.document) AS documents, count(*) FILTER (NOT d.anchored) AS unanchored
FROM decisions d
GROUP BY ALL
ORDER BY d.facet NULLS LAST, decisions DESC, d."action"
