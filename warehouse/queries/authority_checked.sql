-- question: How do the works stand against the AACODS checklist for grey literature?
-- grain: a row a question of the checklist
SELECT a.question, count(*) FILTER (a.answer = 'yes') AS yes, count(*) FILTER (a.answer = 'no') AS "no", count(*) FILTER (a.answer = 'unclear') AS unclear
FROM appraisal_answers a JOIN works w ON w.judged_document = a.document
WHERE w.relevance = 'relevant'
GROUP BY ALL
ORDER BY a.question
