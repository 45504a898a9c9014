-- question: How often do works report, from their own data, that an outcome improved or worsened?
-- grain: a row an outcome and direction; a work counts once in each, hedged claims are left out
-- parameter type (label of integration_type, default ): only findings on this integration type; all where empty
SELECT f.outcome, f.direction, count(DISTINCT w.id) AS works, count(*) AS findings
FROM findings f JOIN judged_documents j ON j.document = f.document JOIN works w ON w.id = j.work
WHERE f.own AND NOT f.hedged AND ($type = '' OR list_contains(f.integration_types, $type))
GROUP BY ALL
ORDER BY f.outcome, works DESC, f.direction
