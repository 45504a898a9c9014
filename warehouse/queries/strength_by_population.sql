-- question: For which groups of people is there evidence, and how strong?
-- grain: a row a population and evidence strength, strongest first
SELECT t.label AS population, w.evidence_strength, count(DISTINCT w.id) AS works, count(DISTINCT w.id) FILTER (t.unsure) AS guesses
FROM v_work_tags t JOIN works w ON w.id = t.work
WHERE t.facet = 'population' AND w.relevance = 'relevant'
GROUP BY t.label, w.evidence_strength
ORDER BY population, list_position(['strong', 'moderate', 'limited', 'anecdotal', 'none'], w.evidence_strength)
