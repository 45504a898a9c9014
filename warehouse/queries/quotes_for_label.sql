-- question: By which sentences is a label given, and where can each be read?
-- grain: a row a tag
-- parameter facet (facet): the facet, for example integration_type
-- parameter label (label): the label, for example financial
SELECT work, title, quote, page, url, score, unsure, said_by
FROM v_evidence
WHERE facet = $facet AND label = $label
ORDER BY unsure, score DESC NULLS FIRST, work
