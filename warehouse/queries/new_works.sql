-- question: Which works came into the base since a day?
-- grain: a row a work, newest first
-- parameter since (date, default 1900-01-01): the first day, by when the work was first fetched
SELECT id, title, published, publisher, relevance, study_design, evidence_strength, url, first_seen::DATE AS first_seen
FROM v_works
WHERE first_seen >= $since::DATE
ORDER BY v_works.first_seen DESC, id
