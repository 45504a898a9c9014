-- question: How many guesses of each kind wait for a person, and how many has a person settled?
-- grain: a row a facet and label that was ever guessed
SELECT t.facet, t.label, count(*) FILTER (t.stands AND t.unsure) AS waiting, count(d.id) AS settled,
       count(*) FILTER (d."action" = 'accept') AS accepted, avg(t.score) FILTER (t.stands AND t.unsure) AS mean_score
FROM tags t JOIN judged_documents j ON j.document = t.document JOIN works w ON w.id = j.work LEFT JOIN decisions d ON d.id = t.decision AND d.facet = t.facet
WHERE t.said_by = 'machine' AND t.unsure
GROUP BY ALL
ORDER BY waiting DESC, t.facet, t.label
