-- The tables of a snapshot. Every comment here is in the database too (duckdb_tables(), duckdb_columns()).
-- Keys are declared in keys.toml and checked before a snapshot is published: declared here they would cost an index each.
-- "span_start" and "span_end" count code points in the document's text (pages joined by form feeds); pages count from 1.

CREATE TABLE works (
    id VARCHAR NOT NULL, shown_document VARCHAR NOT NULL, judged_document VARCHAR, title VARCHAR, subtitle VARCHAR, authors VARCHAR[],
    published VARCHAR, "year" SMALLINT, publisher VARCHAR, doi VARCHAR, isbn VARCHAR, issn VARCHAR, report_number VARCHAR, "language" VARCHAR,
    summary VARCHAR, media_type VARCHAR, url VARCHAR, landing_url VARCHAR, source VARCHAR, availability VARCHAR NOT NULL,
    relevance VARCHAR, study_design VARCHAR, evidence_strength VARCHAR, unsure BOOLEAN NOT NULL, page_count INTEGER, word_count INTEGER,
    parts INTEGER NOT NULL
);
COMMENT ON TABLE works IS 'A row a work, which is one publication with all its versions, mirrors and landing pages.';
COMMENT ON COLUMN works.id IS 'The id of the work''s first document; links to it last, merged ids are in aliases.';
COMMENT ON COLUMN works.shown_document IS 'The copy that is shown: the newest version, the full report over its landing page.';
COMMENT ON COLUMN works.judged_document IS 'The copy whose relevance, study design, strength and appraisal stand for the work; null where none could be judged. judged_documents has all whose tags, findings and places do.';
COMMENT ON COLUMN works.title IS 'Chosen from what all copies say; work_values holds where it came from and what else was said.';
COMMENT ON COLUMN works.published IS 'YYYY, YYYY-MM or YYYY-MM-DD.';
COMMENT ON COLUMN works."year" IS 'The year of published.';
COMMENT ON COLUMN works.url IS 'Where the shown document was fetched.';
COMMENT ON COLUMN works.landing_url IS 'The page that offers the document, where there is one.';
COMMENT ON COLUMN works.source IS 'The source that the shown document came from.';
COMMENT ON COLUMN works.availability IS 'present; missing: every address gave 404 when last asked; withdrawn: every address gave 410, or 404 in two runs in a row; unknown: never fetched.';
COMMENT ON COLUMN works.relevance IS 'relevant or off_topic; null where not judged.';
COMMENT ON COLUMN works.unsure IS 'True where any of relevance, study design and evidence strength is a guess for a person to look at.';
COMMENT ON COLUMN works.word_count IS 'Words of the shown document without boilerplate; of all its parts where it is one of several.';
COMMENT ON COLUMN works.parts IS 'In how many pieces (pages of the web, files) the publication came that copies numbers; 0 for one piece.';

CREATE TABLE judged_documents (work VARCHAR NOT NULL, document VARCHAR NOT NULL, main BOOLEAN NOT NULL, part INTEGER);
COMMENT ON TABLE judged_documents IS 'A row a document whose tags, findings and places stand for a work: one, or every judged part of a work in several parts.';
COMMENT ON COLUMN judged_documents.main IS 'True for works.judged_document.';

CREATE TABLE aliases (alias VARCHAR NOT NULL, work VARCHAR NOT NULL, reason VARCHAR NOT NULL);
COMMENT ON TABLE aliases IS 'A row a document id that is not a work''s id but leads to one, so that a link to a work lasts when works are merged.';

CREATE TABLE work_values (
    work VARCHAR NOT NULL, field VARCHAR NOT NULL, "value" VARCHAR NOT NULL, value_source VARCHAR NOT NULL, document VARCHAR NOT NULL,
    chosen BOOLEAN NOT NULL
);
COMMENT ON TABLE work_values IS 'A row a value that some copy of a work gives for a metadata field, with where in the copy it stood.';
COMMENT ON COLUMN work_values.value_source IS 'Where it was read: json_ld, meta_tag, first_page, docinfo, ...';
COMMENT ON COLUMN work_values.chosen IS 'True for the value that the work carries.';

CREATE TABLE documents (
    id VARCHAR NOT NULL, work VARCHAR, extractor_version VARCHAR NOT NULL, media_type VARCHAR NOT NULL, size_bytes BIGINT NOT NULL,
    status VARCHAR NOT NULL, reason VARCHAR, content_digest VARCHAR, title VARCHAR, title_source VARCHAR, subtitle VARCHAR, authors VARCHAR[],
    published VARCHAR, publisher VARCHAR, doi VARCHAR, isbn VARCHAR, issn VARCHAR, report_number VARCHAR, "language" VARCHAR, summary VARCHAR,
    page_count INTEGER NOT NULL, word_count INTEGER NOT NULL, ocr_pages INTEGER NOT NULL
);
COMMENT ON TABLE documents IS 'A row a document: one payload as read by one version of the extractor. A payload that differs only outside its text (a new menu) adds no row.';
COMMENT ON COLUMN documents.id IS 'SHA-256 of the payload.';
COMMENT ON COLUMN documents.work IS 'Null for a document that could not be read, where no other copy could either and nobody tagged it.';
COMMENT ON COLUMN documents.status IS 'ok; partial: some pages could not be read; refused: nothing could be read. reason says which and why.';
COMMENT ON COLUMN documents.content_digest IS 'SHA-256 of the text''s words, by which change is judged.';

CREATE TABLE taggings (document VARCHAR NOT NULL, version VARCHAR NOT NULL, status VARCHAR NOT NULL, reason VARCHAR);
COMMENT ON TABLE taggings IS 'A row a document that the classifier has seen: tagged, or untagged with the reason.';

CREATE TABLE pages (document VARCHAR NOT NULL, number INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, ocr BOOLEAN NOT NULL);
COMMENT ON TABLE pages IS 'A row a page: which stretch of the document''s text it holds, and whether it was read by OCR.';

CREATE TABLE sections (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, heading VARCHAR NOT NULL, "level" INTEGER NOT NULL, page INTEGER NOT NULL,
    span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
COMMENT ON TABLE sections IS 'A row a heading with the text below it, up to the next heading of the same or a higher level (1 is the highest).';

CREATE TABLE passages (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL,
    kind VARCHAR NOT NULL, section INTEGER, "text" VARCHAR NOT NULL
);
COMMENT ON TABLE passages IS 'A row a paragraph-sized stretch of text on one page, in reading order.';
COMMENT ON COLUMN passages.kind IS 'heading, body, list, caption, footnote, reference, table or boilerplate.';
COMMENT ON COLUMN passages.section IS 'sections.number of the section it stands in; null for none.';

CREATE TABLE copies (
    document VARCHAR NOT NULL, url VARCHAR NOT NULL, work VARCHAR NOT NULL, role VARCHAR NOT NULL, reason VARCHAR NOT NULL, shown BOOLEAN NOT NULL,
    part INTEGER
);
COMMENT ON TABLE copies IS 'A row a place where a document of a work was found: all copies are kept, one is shown.';
COMMENT ON COLUMN copies.role IS 'main; landing_page: the page that offers it; copy: the same text elsewhere; version: an older or other version; near_duplicate: nearly the same text; part: one of several pieces of the publication.';
COMMENT ON COLUMN copies.part IS 'Which part of the publication it is, from 1 in their order; null where it is none.';
COMMENT ON COLUMN copies.reason IS 'Why it belongs to the work, in words.';

CREATE TABLE captures (
    url VARCHAR NOT NULL, answer VARCHAR NOT NULL, source VARCHAR NOT NULL, outcome VARCHAR NOT NULL, document VARCHAR, role VARCHAR NOT NULL,
    status INTEGER, reason VARCHAR, media_type VARCHAR, size_bytes BIGINT NOT NULL, etag VARCHAR, last_modified VARCHAR, archive_path VARCHAR,
    archive_offset BIGINT, via VARCHAR, link_text VARCHAR, depth INTEGER NOT NULL, first_seen TIMESTAMP NOT NULL, last_seen TIMESTAMP NOT NULL,
    first_run VARCHAR NOT NULL, last_run VARCHAR NOT NULL, checks INTEGER NOT NULL
);
COMMENT ON TABLE captures IS 'A row an address and what it answered: one row for all the fetches that brought the same payload, or the same outcome without one.';
COMMENT ON COLUMN captures.answer IS 'SHA-256 of the payload; the outcome where none came.';
COMMENT ON COLUMN captures.outcome IS 'fetched, missing, withdrawn, refused, failed or redirected; an unchanged answer counts as a check of the fetched one.';
COMMENT ON COLUMN captures.document IS 'The document that the payload was read as; an earlier one where only the payload changed and not the text.';
COMMENT ON COLUMN captures.checks IS 'How many fetches gave this answer.';
COMMENT ON COLUMN captures.first_seen IS 'UTC.';
COMMENT ON COLUMN captures.last_seen IS 'UTC.';

CREATE TABLE addresses (
    url VARCHAR NOT NULL, source VARCHAR NOT NULL, state VARCHAR NOT NULL, role VARCHAR NOT NULL, document VARCHAR,
    last_outcome VARCHAR NOT NULL, last_checked TIMESTAMP NOT NULL, last_run VARCHAR NOT NULL
);
COMMENT ON TABLE addresses IS 'A row an address that was ever asked for, with its state after the last run that asked.';
COMMENT ON COLUMN addresses.state IS 'present; changed: the text differs from that of the fetch before; missing: 404 for the first time; withdrawn: 410, or 404 in two runs in a row; failed, refused, redirected: nothing ever came.';
COMMENT ON COLUMN addresses.document IS 'The newest document that was read there.';

CREATE TABLE changes (
    run VARCHAR NOT NULL, changed_at TIMESTAMP NOT NULL, url VARCHAR NOT NULL, change VARCHAR NOT NULL, document VARCHAR NOT NULL, previous_document VARCHAR
);
COMMENT ON TABLE changes IS 'A row a change at an address that holds a document: new, changed, missing, withdrawn or returned.';

CREATE TABLE tags (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, facet VARCHAR NOT NULL, label VARCHAR NOT NULL, score DOUBLE, unsure BOOLEAN NOT NULL,
    "method" VARCHAR NOT NULL, version VARCHAR, page INTEGER, span_start INTEGER, span_end INTEGER, quote VARCHAR,
    alternatives STRUCT(label VARCHAR, score DOUBLE)[], said_by VARCHAR NOT NULL, stands BOOLEAN NOT NULL, decision VARCHAR
);
COMMENT ON TABLE tags IS 'A row a label of a facet given to a document by a machine or a person, with the sentence that shows it.';
COMMENT ON COLUMN tags.said_by IS 'machine or person: never mixed up.';
COMMENT ON COLUMN tags.stands IS 'False where a person rejected or replaced it; decision says which decision.';
COMMENT ON COLUMN tags.score IS 'Calibrated probability; null for a person.';
COMMENT ON COLUMN tags.version IS 'The version of the classifier, or what the person looked at.';

CREATE TABLE findings (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, intervention VARCHAR NOT NULL, integration_types VARCHAR[], outcome VARCHAR NOT NULL,
    change VARCHAR NOT NULL, direction VARCHAR NOT NULL, own BOOLEAN NOT NULL, hedged BOOLEAN NOT NULL, population VARCHAR, place VARCHAR,
    effect_size VARCHAR, score DOUBLE NOT NULL, unsure BOOLEAN NOT NULL, version VARCHAR NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL, quote VARCHAR NOT NULL
);
COMMENT ON TABLE findings IS 'A row a sentence-level claim of effect.';
COMMENT ON COLUMN findings.own IS 'True for the document''s own data, false for what it cites.';
COMMENT ON COLUMN findings.direction IS 'Whether the change is good: improved, worsened, no_change, mixed or unclear.';

CREATE TABLE places (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, "name" VARCHAR NOT NULL, code VARCHAR, country VARCHAR, lies_in VARCHAR[],
    score DOUBLE NOT NULL, unsure BOOLEAN NOT NULL, version VARCHAR NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, quote VARCHAR NOT NULL
);
COMMENT ON TABLE places IS 'A row a locality in which a document says something happens; name as printed, code ISO 3166.';
COMMENT ON COLUMN places.lies_in IS 'The codes of the subdivision and the country that the place lies in, the nearest first.';

CREATE TABLE appraisals (
    document VARCHAR NOT NULL, strength VARCHAR NOT NULL, steps VARCHAR[], sample_size BIGINT, comparator VARCHAR, version VARCHAR NOT NULL
);
COMMENT ON TABLE appraisals IS 'A row a graded document: how its evidence strength came about, each step in words.';

CREATE TABLE appraisal_answers (
    document VARCHAR NOT NULL, question VARCHAR NOT NULL, answer VARCHAR NOT NULL, page INTEGER, span_start INTEGER, span_end INTEGER, quote VARCHAR
);
COMMENT ON TABLE appraisal_answers IS 'A row a question of the AACODS checklist of grey literature, answered yes, no or unclear.';

CREATE TABLE refs (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, raw VARCHAR NOT NULL, authors VARCHAR[], "year" SMALLINT, title VARCHAR, doi VARCHAR, url VARCHAR,
    page INTEGER, span_start INTEGER, span_end INTEGER
);
COMMENT ON TABLE refs IS 'A row an entry of a document''s reference list.';

CREATE TABLE decisions (
    id VARCHAR NOT NULL, reviewer VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, "action" VARCHAR NOT NULL, target VARCHAR NOT NULL, document VARCHAR,
    facet VARCHAR, label VARCHAR, new_label VARCHAR, quote VARCHAR, other VARCHAR, reason VARCHAR, version VARCHAR, anchored BOOLEAN NOT NULL
);
COMMENT ON TABLE decisions IS 'A row a decision of a person: accept, reject, change, add, merge, split or redact.';
COMMENT ON COLUMN decisions.document IS 'The document it applies to; null where the base does not hold it.';
COMMENT ON COLUMN decisions.anchored IS 'False where its quote is not in the document as read now: a person should look again.';

CREATE TABLE sources (source VARCHAR NOT NULL, addresses INTEGER NOT NULL, documents INTEGER NOT NULL, first_capture TIMESTAMP, last_capture TIMESTAMP);
COMMENT ON TABLE sources IS 'A row a source that was ever fetched from.';

CREATE TABLE runs (
    run VARCHAR NOT NULL, command VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, new_works INTEGER NOT NULL,
    changed_works INTEGER NOT NULL, missing_works INTEGER NOT NULL, withdrawn_works INTEGER NOT NULL
);
COMMENT ON TABLE runs IS 'A row a run, as known when the snapshot was built; base/runs holds the full reports.';

CREATE TABLE run_sources (
    run VARCHAR NOT NULL, source VARCHAR NOT NULL, requested INTEGER NOT NULL, fetched INTEGER NOT NULL, unchanged INTEGER NOT NULL,
    redirected INTEGER NOT NULL, missing INTEGER NOT NULL, withdrawn INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
    new_documents INTEGER NOT NULL, changed_documents INTEGER NOT NULL, size_bytes BIGINT NOT NULL, wall_s DOUBLE NOT NULL, broken VARCHAR[]
);
COMMENT ON TABLE run_sources IS 'A row a source in a run, counted; broken holds the expectations that failed, in words.';

CREATE TABLE labels (
    facet VARCHAR NOT NULL, label VARCHAR NOT NULL, "name" VARCHAR NOT NULL, definition VARCHAR NOT NULL, source VARCHAR NOT NULL,
    facet_name VARCHAR NOT NULL, place_in_facet INTEGER NOT NULL
);
COMMENT ON TABLE labels IS 'A row a label of the taxonomy that the snapshot was tagged with.';

CREATE TABLE crosswalk (
    typology VARCHAR NOT NULL, typology_name VARCHAR NOT NULL, facet VARCHAR NOT NULL, label VARCHAR NOT NULL, term VARCHAR, term_name VARCHAR NOT NULL, condition VARCHAR
);
COMMENT ON TABLE crosswalk IS 'A row a translation of one of our labels into a published typology; term is null where it lies outside this typology.';
COMMENT ON COLUMN crosswalk.condition IS 'In words, where the translation holds only for some; null where it holds for all the rest.';

CREATE TABLE vectors (
    number INTEGER NOT NULL, work VARCHAR NOT NULL, document VARCHAR NOT NULL, kind VARCHAR NOT NULL, passage INTEGER, text_digest VARCHAR NOT NULL
);
COMMENT ON TABLE vectors IS 'A row an embedded text; number is its row in vectors.npy. Empty where the snapshot was built without an encoder.';
COMMENT ON COLUMN vectors.kind IS 'title, summary, lead (first passage of a section) or tagged (a passage that shows a tag).';
