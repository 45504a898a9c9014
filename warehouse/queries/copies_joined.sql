-- question: Which documents were taken for one publication, and why?
-- grain: a row a copy of a work that has several
-- parameter work (text, default ): a work's id or its beginning; all where empty
SELECT c.work, w.title, c.document, c.role, c.reason, c.url, c.shown
FROM copies c JOIN works w ON w.id = c.work
WHERE starts_with(c.work, lower($work)) AND (SELECT count(DISTINCT k.document) FROM copies k WHERE k.work = c.work) > 1
ORDER BY c.work, c.shown DESC, c.role, c.document, c.url
