-- question: Which machine tags are guesses that nobody has looked at, the least certain first?
-- grain: a row a tag
-- parameter limit (integer, default 100): at most so many
SELECT t.work, w.title, t.facet, t.label, t.score, t.quote, t.page, [a.label FOR a IN t.alternatives] AS alternatives
FROM v_work_tags t JOIN works w ON w.id = t.work
WHERE t.unsure AND t.said_by = 'machine'
ORDER BY t.score NULLS FIRST, t.work, t.number
LIMIT $limit
