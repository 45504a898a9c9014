-- question: Which works have the strongest evidence, and by which sentence is their design known?
-- grain: a row a relevant work, strongest first
-- parameter type (text, default ): only works of this integration type; all where empty
SELECT w.id, w.title, w.published, w.publisher, w.evidence_strength, w.study_design, e.quote AS design_quote, e.page AS design_page, e.url
FROM works w LEFT JOIN v_evidence e ON e.work = w.id AND e.facet = 'study_design'
WHERE w.relevance = 'relevant'
  AND ($type = '' OR EXISTS (FROM v_work_tags t WHERE t.work = w.id AND t.facet = 'integration_type' AND t.label = $type))
ORDER BY list_position(['strong', 'moderate', 'limited', 'anecdotal', 'none'], w.evidence_strength), w.published DESC NULLS LAST, w.id
