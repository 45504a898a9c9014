-- question: What is said of the experience of the people cared for, by type of integration?
-- grain: a row a type (of our own, or of a published typology)
-- parameter typology (typology, default ): the typology's id, as in the table crosswalk; our own types where empty
WITH typed AS (
    SELECT DISTINCT t.work, t.document, CASE WHEN $typology = '' THEN t.label ELSE coalesce(x.term_name, 'outside this typology') END AS type
    FROM v_work_tags t
    LEFT JOIN crosswalk x ON x.typology = $typology AND x.facet = t.facet AND x.label = t.label AND x.condition IS NULL
    JOIN works w ON w.id = t.work
    WHERE t.facet = 'integration_type' AND w.relevance = 'relevant'
)
SELECT y.type, count(DISTINCT y.work) AS works,
       count(DISTINCT y.work) FILTER (p.label IS NOT NULL) AS from_their_view,
       count(DISTINCT y.work) FILTER (f.direction = 'improved') AS improved,
       count(DISTINCT y.work) FILTER (f.direction = 'worsened') AS worsened,
       count(DISTINCT y.work) FILTER (f.direction IN ('no_change', 'mixed', 'unclear')) AS neither
FROM typed y
LEFT JOIN tags p ON p.document = y.document AND p.stands AND p.facet = 'perspective' AND p.label = 'service_user_carer'
LEFT JOIN findings f ON f.document = y.document AND f.own AND NOT f.hedged AND f.outcome = 'patient_experience'
GROUP BY y.type
ORDER BY works DESC, y.type
