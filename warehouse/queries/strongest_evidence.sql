-- question: Which works have the strongest evidence, and by which sentence is their design known?
-- grain: a row a relevant work, strongest first; what is sure before what is a guess
-- parameter type (label of integration_type, default ): only works of this integration type; all where empty
-- parameter theme (label of theme, default ): only works on this theme; all where empty
WITH judged AS (
    SELECT t.work, bool_or(t.unsure) AS guess FROM v_work_tags t WHERE t.facet IN ('study_design', 'evidence_strength') GROUP BY ALL
)
SELECT w.id, w.title, w.published, w.publisher, w.evidence_strength, w.study_design, coalesce(j.guess, true) AS guess,
       e.quote AS design_quote, e.page AS design_page, e.url
FROM works w LEFT JOIN judged j ON j.work = w.id LEFT JOIN v_evidence e ON e.work = w.id AND e.facet = 'study_design'
WHERE w.relevance = 'relevant'
  AND ($type = '' OR EXISTS (FROM v_work_tags t WHERE t.work = w.id AND t.facet = 'integration_type' AND t.label = $type))
  AND ($theme = '' OR EXISTS (FROM v_work_tags t WHERE t.work = w.id AND t.facet = 'theme' AND t.label = $theme))
ORDER BY coalesce(j.guess, true), list_position(['strong', 'moderate', 'limited', 'anecdotal', 'none'], w.evidence_strength),
         w.published DESC NULLS LAST, w.id
