-- question: What do works say about an outcome, in their own words?
-- grain: a row a finding
-- parameter outcome (outcome): the outcome domain, for example emergency_admissions
SELECT w.id AS work, w.title, w.evidence_strength, f.intervention, f.change, f.direction, f.own, f.hedged, f.population, f.place, f.effect_size,
       f.quote, f.page
FROM findings f JOIN judged_documents j ON j.document = f.document JOIN works w ON w.id = j.work
WHERE f.outcome = $outcome
ORDER BY f.own DESC, f.hedged, list_position(['strong', 'moderate', 'limited', 'anecdotal', 'none'], w.evidence_strength), w.id, f.number
