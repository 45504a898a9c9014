-- question: What is known about a theme, a type, an outcome or a group of people, and what of it in a place?
-- grain: a row a quoted sentence: a label given to a work, or a finding on an outcome; strongest evidence first
-- parameter about (label): a label of any facet, for example hospital_discharge
-- parameter place (place, default ): a name as printed or an ISO 3166 code, which finds what lies in it; all where empty
WITH placed AS (
    SELECT DISTINCT w.id FROM works w JOIN judged_documents j ON j.work = w.id JOIN places p ON p.document = j.document
    WHERE lower(p."name") = $place OR lower(p.code) = $place OR list_contains(list_transform(p.lies_in, lambda one: lower(one)), $place)
), said AS (
    SELECT t.work, 'labelled' AS said, t.unsure AS guess, t.quote, t.page FROM v_work_tags t WHERE t.label = $about
  UNION ALL
    SELECT w.id, CASE WHEN f.own THEN 'found' ELSE 'cites' END || ': ' || f.direction, f.unsure, f.quote, f.page
    FROM findings f JOIN judged_documents j ON j.document = f.document JOIN works w ON w.id = j.work WHERE f.outcome = $about
)
SELECT w.id, w.title, w.published, w.evidence_strength, w.study_design, s.said, s.guess, s.quote, s.page
FROM said s JOIN works w ON w.id = s.work
WHERE w.relevance = 'relevant' AND ($place = '' OR w.id IN (FROM placed))
ORDER BY s.guess, list_position(['strong', 'moderate', 'limited', 'anecdotal', 'none'], w.evidence_strength), w.published DESC NULLS LAST, w.id, s.page,
         s.quote
