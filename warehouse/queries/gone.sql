-- question: Which works are missing or withdrawn where they were published?
-- grain: a row a work
SELECT w.id, w.title, w.published, w.availability, w.source, list_sort(list(DISTINCT c.url)) AS urls, max(a.last_checked) AS last_checked
FROM works w JOIN copies c ON c.work = w.id JOIN addresses a ON a.url = c.url
WHERE w.availability IN ('missing', 'withdrawn')
GROUP BY ALL
ORDER BY w.availability, w.id
