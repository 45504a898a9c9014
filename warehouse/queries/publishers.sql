-- question: Who publishes on integration, how much, and with how strong evidence?
-- grain: a row a publisher, the most works first
-- parameter at_least (integer, default 1): publishers of at least so many relevant works
SELECT coalesce(w.publisher, 'not known') AS publisher, count(*) AS works, min(w."year") AS first_year, max(w."year") AS last_year,
       count(*) FILTER (w.evidence_strength IN ('moderate', 'strong')) AS at_least_moderate, count(*) FILTER (w.unsure) AS with_guesses
FROM works w
WHERE w.relevance = 'relevant'
GROUP BY ALL
HAVING count(*) >= $at_least
ORDER BY works DESC, publisher
