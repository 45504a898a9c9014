-- question: Which documents could not be read, or not wholly, and why?
-- grain: a row a document and the address where it was found
-- parameter status (text, default refused): refused for nothing at all, partial for some pages
SELECT d.id AS document, d.reason, c.url, c.source, d.media_type, d.size_bytes, d.work
FROM documents d LEFT JOIN captures c ON c.document = d.id
WHERE d.status = $status
ORDER BY c.source NULLS LAST, c.url, d.id
