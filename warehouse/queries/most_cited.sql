-- question: Which publications do several works cite?
-- grain: a row a cited publication, by DOI, or by title where there is none
-- parameter at_least (integer, default 2): cited by at least so many works
SELECT coalesce(lower(r.doi), lower(r.title)) AS cited, arg_max(r.raw, length(r.raw)) AS reference, count(DISTINCT w.id) AS works
FROM refs r JOIN (SELECT DISTINCT work, document FROM copies WHERE role IN ('main', 'part')) k ON k.document = r.document JOIN works w ON w.id = k.work
WHERE coalesce(r.doi, r.title) IS NOT NULL
GROUP BY ALL
HAVING count(DISTINCT w.id) >= $at_least
ORDER BY works DESC, cited
