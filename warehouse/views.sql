-- What most questions start from.

CREATE VIEW v_work_tags AS
SELECT j.work, t.* FROM judged_documents j JOIN tags t ON t.document = j.document
WHERE t.stands AND (j.main OR t.facet NOT IN ('relevance', 'study_design', 'evidence_strength', 'intensity', 'reality'));
COMMENT ON VIEW v_work_tags IS 'A row a tag that stands for a work: those of its judged document, of a work in several parts those of each, without what people rejected. Of a facet with one label a work only the main part''s.';

CREATE VIEW v_works AS
SELECT w.*, c.first_seen, c.last_seen, c.first_run, k.copies, a.steps AS strength_steps,
       CASE WHEN w.study_design NOT IN ('protocol', 'guidance', 'policy', 'statistics', 'record', 'opinion') THEN a.sample_size END AS sample_size,
       coalesce(g.integration_types, []) AS integration_types, coalesce(g.themes, []) AS themes, coalesce(g.populations, []) AS populations,
       coalesce(p.places, []) AS places, coalesce(f.findings, 0) AS findings
FROM works w
LEFT JOIN (SELECT d.work, min(c.first_seen) AS first_seen, max(c.last_seen) AS last_seen,
                  arg_min(c.first_run, (c.first_seen, c.first_run)) AS first_run
           FROM captures c JOIN documents d ON d.id = c.document GROUP BY ALL) c ON c.work = w.id
LEFT JOIN (SELECT work, count(*) AS copies FROM copies GROUP BY ALL) k ON k.work = w.id
LEFT JOIN appraisals a ON a.document = w.judged_document
LEFT JOIN (SELECT work,
                  list_sort(list(DISTINCT label) FILTER (facet = 'integration_type')) AS integration_types,
                  list_sort(list(DISTINCT label) FILTER (facet = 'theme')) AS themes,
                  list_sort(list(DISTINCT label) FILTER (facet = 'population')) AS populations
           FROM v_work_tags GROUP BY ALL) g ON g.work = w.id
LEFT JOIN (SELECT j.work, list_sort(list(DISTINCT q."name")) AS places FROM places q JOIN judged_documents j ON j.document = q.document GROUP BY ALL) p
       ON p.work = w.id
LEFT JOIN (SELECT j.work, count(*) AS findings FROM findings q JOIN judged_documents j ON j.document = q.document GROUP BY ALL) f ON f.work = w.id;
COMMENT ON VIEW v_works IS 'A row a work with its labels, places, counts and when it was first and last seen.';

CREATE VIEW v_evidence AS
SELECT t.work, w.title, w.published, w.publisher, t.facet, t.label, t.score, t.unsure, t.said_by, t."method", t.version,
       t.document, t.page, t.span_start, t.span_end, t.quote,
       w.study_design, w.evidence_strength,
       CASE WHEN u.media_type = 'application/pdf' AND t.page IS NOT NULL THEN u.url || '#page=' || t.page ELSE u.url END AS url
FROM v_work_tags t
JOIN works w ON w.id = t.work
LEFT JOIN (SELECT c.document, arg_min(c.url, (NOT c.shown, c.url)) AS url, any_value(d.media_type) AS media_type
           FROM copies c JOIN documents d ON d.id = c.document WHERE c.url <> '' GROUP BY ALL) u ON u.document = t.document;
COMMENT ON VIEW v_evidence IS 'A row a tag of a work with its quote and the address at which to read it.';

CREATE VIEW v_changes AS
SELECT h.run, h.changed_at, d.work, w.title, h.change, h.url, h.document, h.previous_document,
       h.change = 'new' AND h.document = w.id AND h.run = min(h.run) OVER (PARTITION BY d.work) AS new_work
FROM changes h JOIN documents d ON d.id = h.document JOIN works w ON w.id = d.work;
COMMENT ON VIEW v_changes IS 'A row a change at an address of a work; new_work marks the one by which the work came into the base.';

CREATE VIEW v_findings AS
SELECT j.work, w.title, w.published, w.publisher, f.intervention, f.integration_types, f.outcome, f.change, f.direction, f.own, f.hedged,
       f.population, f.place, f.effect_size, f.score, f.unsure, f.version, f.document, f.page, f.span_start, f.span_end, f.quote,
       w.study_design, w.evidence_strength,
       CASE WHEN u.media_type = 'application/pdf' THEN u.url || '#page=' || f.page ELSE u.url END AS url
FROM judged_documents j JOIN findings f ON f.document = j.document
JOIN works w ON w.id = j.work
LEFT JOIN (SELECT c.document, arg_min(c.url, (NOT c.shown, c.url)) AS url, any_value(d.media_type) AS media_type
           FROM copies c JOIN documents d ON d.id = c.document WHERE c.url <> '' GROUP BY ALL) u ON u.document = f.document;
COMMENT ON VIEW v_findings IS 'A row a claim of effect that stands for a work, with its sentence and the address at which to read it.';

COMMENT ON COLUMN v_work_tags.work IS 'works.id.';
COMMENT ON COLUMN v_works.first_seen IS 'When one of its documents was first fetched, UTC.';
COMMENT ON COLUMN v_works.last_seen IS 'When one of its documents was last fetched, UTC.';
COMMENT ON COLUMN v_works.first_run IS 'The run that brought its first document.';
COMMENT ON COLUMN v_works.copies IS 'Places where one of its documents was found.';
COMMENT ON COLUMN v_works.strength_steps IS 'The steps to its evidence strength, in words.';
COMMENT ON COLUMN v_works.sample_size IS 'People or units studied, where the work is a study and its text says how many.';
COMMENT ON COLUMN v_works.integration_types IS 'Its labels of integration_type that stand.';
COMMENT ON COLUMN v_works.themes IS 'Its labels of theme that stand.';
COMMENT ON COLUMN v_works.populations IS 'Its labels of population that stand.';
COMMENT ON COLUMN v_works.places IS 'The places it is about, as printed.';
COMMENT ON COLUMN v_works.findings IS 'How many claims of effect it makes.';
COMMENT ON COLUMN v_evidence.work IS 'works.id.';
COMMENT ON COLUMN v_evidence.url IS 'Where to read the quote; in a PDF with the page.';
COMMENT ON COLUMN v_findings.work IS 'works.id.';
COMMENT ON COLUMN v_findings.url IS 'Where to read the sentence; in a PDF with the page.';
COMMENT ON COLUMN v_changes.work IS 'works.id.';
COMMENT ON COLUMN v_changes.new_work IS 'True for the change by which the work came into the base.';
