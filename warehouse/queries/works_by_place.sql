-- question: Where does integration happen, and how many works say so?
-- grain: a row a place; places without an ISO 3166 code are told apart by name
SELECT p.code, arg_max(p."name", p.n) AS place, any_value(p.country) AS country, count(DISTINCT p.work) AS works
FROM (SELECT w.id AS work, q.code, q."name", q.country, count(*) OVER (PARTITION BY q.code, q."name") AS n
      FROM places q JOIN judged_documents j ON j.document = q.document JOIN works w ON w.id = j.work WHERE w.relevance = 'relevant') p
GROUP BY p.code, CASE WHEN p.code IS NULL THEN p."name" END
ORDER BY works DESC, place
