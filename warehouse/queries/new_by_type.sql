-- question: What came into the base in a month, by type of integration?
-- grain: a row an integration type, the most first; a work counts once in each of its types
-- parameter month (month, default ): the month, YYYY-MM; empty for the one of the newest capture
WITH asked AS (SELECT CASE WHEN $month = '' THEN (SELECT strftime(max(last_seen), '%Y-%m') FROM captures) ELSE $month END AS "month")
SELECT coalesce(t.label, 'no type') AS integration_type, count(DISTINCT v.id) AS works,
       count(DISTINCT v.id) FILTER (v.evidence_strength IN ('moderate', 'strong')) AS at_least_moderate,
       count(DISTINCT v.id) FILTER (t.unsure) AS guesses, list(DISTINCT v.title ORDER BY v.title) AS titles
FROM v_works v LEFT JOIN v_work_tags t ON t.work = v.id AND t.facet = 'integration_type'
WHERE v.relevance = 'relevant' AND strftime(v.first_seen, '%Y-%m') = (SELECT "month" FROM asked)
GROUP BY ALL
ORDER BY works DESC, integration_type
