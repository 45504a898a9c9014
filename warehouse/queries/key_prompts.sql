-- question: Which works answer the questions that somebody planning integration should ask, and in which words?
-- grain: a row a question and a work that answers it; a question that no work answers has one row without a work
-- parameter type (label of integration_type, default ): only works of this integration type; all where empty
WITH answers AS (
    SELECT t.work, t.label, t.unsure, t.quote, t.page
    FROM v_work_tags t JOIN works w ON w.id = t.work AND w.relevance = 'relevant'
    WHERE t.facet = 'key_prompt'
      AND ($type = '' OR EXISTS (FROM v_work_tags i WHERE i.work = t.work AND i.facet = 'integration_type' AND i.label = $type))
)
SELECT l.label AS prompt, l."name" AS question, a.work, w.title, a.unsure AS guess, a.quote, a.page
FROM labels l LEFT JOIN answers a ON a.label = l.label LEFT JOIN works w ON w.id = a.work
WHERE l.facet = 'key_prompt'
ORDER BY l.place_in_facet, a.unsure NULLS LAST, a.work, a.page
