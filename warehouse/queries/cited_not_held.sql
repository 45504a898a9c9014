-- question: Which publications do the works cite most that are not in the base?
-- grain: a row a cited publication, by DOI, or by title where there is none
-- parameter at_least (integer, default 2): cited by at least so many works
WITH cited AS (
    SELECT coalesce(lower(r.doi), lower(trim(r.title, ' .'))) AS cited, arg_max(r.raw, (length(r.raw), r.raw)) AS reference,
           max(r."year") AS "year", max(lower(r.doi)) AS doi, max(lower(trim(r.title, ' .'))) AS title, count(DISTINCT w.id) AS works
    FROM refs r JOIN (SELECT DISTINCT work, document FROM copies WHERE role IN ('main', 'part')) k ON k.document = r.document JOIN works w ON w.id = k.work
    WHERE coalesce(r.doi, r.title) IS NOT NULL AND w.relevance = 'relevant'
    GROUP BY 1
)
SELECT c.cited, c.reference, c."year", c.doi, c.works
FROM cited c
WHERE c.works >= $at_least
  AND NOT EXISTS (FROM works w WHERE lower(w.doi) = c.doi OR lower(w.title) = c.title OR lower(concat_ws(': ', w.title, w.subtitle)) = c.title)
ORDER BY c.works DESC, c.cited
