-- question: What did each source bring, and what of it is gone?
-- grain: a row a source
SELECT s.source, s.addresses, s.documents, count(DISTINCT w.id) AS works, count(DISTINCT w.id) FILTER (w.relevance = 'relevant') AS relevant_works,
       (SELECT count(*) FROM addresses a WHERE a.source = s.source AND a.state IN ('missing', 'withdrawn')) AS addresses_gone, s.last_capture
FROM sources s LEFT JOIN works w ON w.source = s.source
GROUP BY ALL
ORDER BY s.source
