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
COMMENT ON COLUMN works.subtitle IS 'What follows the title on its own line, or behind its colon.';
COMMENT ON COLUMN works.authors IS 'People and bodies as printed, in the order of the title page.';
COMMENT ON COLUMN works.publisher IS 'Who published it, as chosen from all copies.';
COMMENT ON COLUMN works.doi IS 'Without https://doi.org/, as printed.';
COMMENT ON COLUMN works.isbn IS 'As printed.';
COMMENT ON COLUMN works.issn IS 'As printed.';
COMMENT ON COLUMN works.report_number IS 'The publisher''s own number.';
COMMENT ON COLUMN works."language" IS 'ISO 639-1 code of the text''s language.';
COMMENT ON COLUMN works.summary IS 'The abstract, the executive summary''s opening or the page''s description.';
COMMENT ON COLUMN works.media_type IS 'Of the shown document.';
COMMENT ON COLUMN works.study_design IS 'Label of the facet study_design; a person''s decision goes before the machine''s tag. Null where not judged.';
COMMENT ON COLUMN works.evidence_strength IS 'Label of the facet evidence_strength, in the same way.';
COMMENT ON COLUMN works.page_count IS 'Pages of the shown document.';

CREATE TABLE judged_documents (work VARCHAR NOT NULL, document VARCHAR NOT NULL, main BOOLEAN NOT NULL, part INTEGER);
COMMENT ON TABLE judged_documents IS 'A row a document whose tags, findings and places stand for a work: one, or every judged part of a work in several parts.';
COMMENT ON COLUMN judged_documents.main IS 'True for works.judged_document.';
COMMENT ON COLUMN judged_documents.work IS 'works.id.';
COMMENT ON COLUMN judged_documents.document IS 'documents.id.';
COMMENT ON COLUMN judged_documents.part IS 'Its place among the parts, from 1; null for a work in one piece.';

CREATE TABLE aliases (alias VARCHAR NOT NULL, work VARCHAR NOT NULL, reason VARCHAR NOT NULL);
COMMENT ON TABLE aliases IS 'A row a document id that is not a work''s id but leads to one, so that a link to a work lasts when works are merged.';
COMMENT ON COLUMN aliases.alias IS 'The id that leads to the work.';
COMMENT ON COLUMN aliases.work IS 'works.id.';
COMMENT ON COLUMN aliases.reason IS 'Why it leads there, in words.';

CREATE TABLE work_values (
    work VARCHAR NOT NULL, field VARCHAR NOT NULL, "value" VARCHAR NOT NULL, value_source VARCHAR NOT NULL, document VARCHAR NOT NULL,
    chosen BOOLEAN NOT NULL
);
COMMENT ON TABLE work_values IS 'A row a value that some copy of a work gives for a metadata field, with where in the copy it stood.';
COMMENT ON COLUMN work_values.value_source IS 'Where it was read: json_ld, meta_tag, first_page, docinfo, ...';
COMMENT ON COLUMN work_values.chosen IS 'True for the value that the work carries.';
COMMENT ON COLUMN work_values.work IS 'works.id.';
COMMENT ON COLUMN work_values.field IS 'The column of works: title, publisher, published, ...';
COMMENT ON COLUMN work_values."value" IS 'As that copy gives it.';
COMMENT ON COLUMN work_values.document IS 'The copy that gives it.';

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
COMMENT ON COLUMN documents.extractor_version IS 'The version of the extractor that read it.';
COMMENT ON COLUMN documents.media_type IS 'As found from the bytes.';
COMMENT ON COLUMN documents.size_bytes IS 'Length of the payload.';
COMMENT ON COLUMN documents.reason IS 'Why it is partial or refused.';
COMMENT ON COLUMN documents.title IS 'As this document gives it.';
COMMENT ON COLUMN documents.title_source IS 'Where it stood: first_page, docinfo, landing_page, heading, ...';
COMMENT ON COLUMN documents.subtitle IS 'As this document gives it.';
COMMENT ON COLUMN documents.authors IS 'As this document gives them.';
COMMENT ON COLUMN documents.published IS 'YYYY, YYYY-MM or YYYY-MM-DD.';
COMMENT ON COLUMN documents.publisher IS 'As this document gives it.';
COMMENT ON COLUMN documents.doi IS 'As this document gives it.';
COMMENT ON COLUMN documents.isbn IS 'As this document gives it.';
COMMENT ON COLUMN documents.issn IS 'As this document gives it.';
COMMENT ON COLUMN documents.report_number IS 'As this document gives it.';
COMMENT ON COLUMN documents."language" IS 'ISO 639-1 code.';
COMMENT ON COLUMN documents.summary IS 'As this document gives it.';
COMMENT ON COLUMN documents.page_count IS 'Pages; a web page has one.';
COMMENT ON COLUMN documents.word_count IS 'Words without boilerplate.';
COMMENT ON COLUMN documents.ocr_pages IS 'Pages that were read by OCR.';

CREATE TABLE taggings (document VARCHAR NOT NULL, version VARCHAR NOT NULL, status VARCHAR NOT NULL, reason VARCHAR);
COMMENT ON TABLE taggings IS 'A row a document that the classifier has seen: tagged, or untagged with the reason.';
COMMENT ON COLUMN taggings.document IS 'documents.id.';
COMMENT ON COLUMN taggings.version IS 'The version of the classifier.';
COMMENT ON COLUMN taggings.status IS 'tagged or untagged.';
COMMENT ON COLUMN taggings.reason IS 'Why it is untagged.';

CREATE TABLE pages (document VARCHAR NOT NULL, number INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, ocr BOOLEAN NOT NULL);
COMMENT ON TABLE pages IS 'A row a page: which stretch of the document''s text it holds, and whether it was read by OCR.';
COMMENT ON COLUMN pages.document IS 'documents.id.';
COMMENT ON COLUMN pages.number IS 'From 1.';
COMMENT ON COLUMN pages.span_start IS 'First character of the page in the document''s text.';
COMMENT ON COLUMN pages.span_end IS 'One after its last character.';
COMMENT ON COLUMN pages.ocr IS 'True where it was read by OCR.';

CREATE TABLE sections (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, heading VARCHAR NOT NULL, "level" INTEGER NOT NULL, page INTEGER NOT NULL,
    span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
COMMENT ON TABLE sections IS 'A row a heading with the text below it, up to the next heading of the same or a higher level (1 is the highest).';
COMMENT ON COLUMN sections.document IS 'documents.id.';
COMMENT ON COLUMN sections.number IS 'From 0, in reading order.';
COMMENT ON COLUMN sections.heading IS 'The heading''s words.';
COMMENT ON COLUMN sections."level" IS '1 is the highest.';
COMMENT ON COLUMN sections.page IS 'The page of the heading.';
COMMENT ON COLUMN sections.span_start IS 'First character of the heading in the document''s text.';
COMMENT ON COLUMN sections.span_end IS 'One after the section''s last character.';

CREATE TABLE passages (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL,
    kind VARCHAR NOT NULL, section INTEGER, "text" VARCHAR NOT NULL
);
COMMENT ON TABLE passages IS 'A row a paragraph-sized stretch of text on one page, in reading order.';
COMMENT ON COLUMN passages.kind IS 'heading, body, list, caption, footnote, reference, table or boilerplate.';
COMMENT ON COLUMN passages.section IS 'sections.number of the section it stands in; null for none.';
COMMENT ON COLUMN passages.document IS 'documents.id.';
COMMENT ON COLUMN passages.number IS 'From 0, in reading order.';
COMMENT ON COLUMN passages.page IS 'The page it stands on.';
COMMENT ON COLUMN passages.span_start IS 'Its first character in the document''s text.';
COMMENT ON COLUMN passages.span_end IS 'One after its last character.';
COMMENT ON COLUMN passages."text" IS 'Its text, word for word.';

CREATE TABLE copies (
    document VARCHAR NOT NULL, url VARCHAR NOT NULL, work VARCHAR NOT NULL, role VARCHAR NOT NULL, reason VARCHAR NOT NULL, shown BOOLEAN NOT NULL,
    part INTEGER
);
COMMENT ON TABLE copies IS 'A row a place where a document of a work was found: all copies are kept, one is shown.';
COMMENT ON COLUMN copies.role IS 'main; landing_page: the page that offers it; copy: the same text elsewhere; version: an older or other version; near_duplicate: nearly the same text; part: one of several pieces of the publication.';
COMMENT ON COLUMN copies.part IS 'Which part of the publication it is, from 1 in their order; null where it is none.';
COMMENT ON COLUMN copies.reason IS 'Why it belongs to the work, in words.';
COMMENT ON COLUMN copies.document IS 'documents.id.';
COMMENT ON COLUMN copies.url IS 'Where it was found; empty for a document that was never fetched.';
COMMENT ON COLUMN copies.work IS 'works.id.';
COMMENT ON COLUMN copies.shown IS 'True for the copy that the work shows.';

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
COMMENT ON COLUMN captures.url IS 'The address, as it was asked for.';
COMMENT ON COLUMN captures.source IS 'The source that asked.';
COMMENT ON COLUMN captures.role IS 'What the address was asked for: page, document, ...';
COMMENT ON COLUMN captures.status IS 'HTTP status; null where none came.';
COMMENT ON COLUMN captures.reason IS 'Why nothing usable came.';
COMMENT ON COLUMN captures.media_type IS 'As the server said.';
COMMENT ON COLUMN captures.size_bytes IS 'Length of the payload.';
COMMENT ON COLUMN captures.etag IS 'The ETag header of the last answer.';
COMMENT ON COLUMN captures.last_modified IS 'The Last-Modified header of the last answer.';
COMMENT ON COLUMN captures.archive_path IS 'The WARC file that holds the payload, below the base.';
COMMENT ON COLUMN captures.archive_offset IS 'Where the record begins in that file, in bytes.';
COMMENT ON COLUMN captures.via IS 'The page whose link led here.';
COMMENT ON COLUMN captures.link_text IS 'The words of that link.';
COMMENT ON COLUMN captures.depth IS 'Links from the source''s start to here.';
COMMENT ON COLUMN captures.first_run IS 'The run that first met this answer.';
COMMENT ON COLUMN captures.last_run IS 'The run that last met it.';

CREATE TABLE addresses (
    url VARCHAR NOT NULL, source VARCHAR NOT NULL, state VARCHAR NOT NULL, role VARCHAR NOT NULL, document VARCHAR,
    last_outcome VARCHAR NOT NULL, last_checked TIMESTAMP NOT NULL, last_run VARCHAR NOT NULL
);
COMMENT ON TABLE addresses IS 'A row an address that was ever asked for, with its state after the last run that asked.';
COMMENT ON COLUMN addresses.state IS 'present; changed: the text differs from that of the fetch before; missing: 404 for the first time; withdrawn: 410, or 404 in two runs in a row; failed, refused, redirected: nothing ever came.';
COMMENT ON COLUMN addresses.document IS 'The newest document that was read there.';
COMMENT ON COLUMN addresses.url IS 'The address.';
COMMENT ON COLUMN addresses.source IS 'The source that asked last.';
COMMENT ON COLUMN addresses.role IS 'What it was asked for.';
COMMENT ON COLUMN addresses.last_outcome IS 'How the last fetch ended, as captures.outcome.';
COMMENT ON COLUMN addresses.last_checked IS 'When it was last asked, UTC.';
COMMENT ON COLUMN addresses.last_run IS 'The run that asked last.';

CREATE TABLE changes (
    run VARCHAR NOT NULL, changed_at TIMESTAMP NOT NULL, url VARCHAR NOT NULL, change VARCHAR NOT NULL, document VARCHAR NOT NULL, previous_document VARCHAR
);
COMMENT ON TABLE changes IS 'A row a change at an address that holds a document: new, changed, missing, withdrawn or returned.';
COMMENT ON COLUMN changes.run IS 'The run that met the change.';
COMMENT ON COLUMN changes.changed_at IS 'When it was met, UTC.';
COMMENT ON COLUMN changes.url IS 'The address.';
COMMENT ON COLUMN changes.change IS 'new, changed, missing, withdrawn or returned.';
COMMENT ON COLUMN changes.document IS 'The document that is meant: the new one, or the one that went.';
COMMENT ON COLUMN changes.previous_document IS 'What was there before.';

CREATE TABLE tags (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, facet VARCHAR NOT NULL, label VARCHAR NOT NULL, score DOUBLE, unsure BOOLEAN NOT NULL,
    "method" VARCHAR NOT NULL, version VARCHAR, page INTEGER, span_start INTEGER, span_end INTEGER, quote VARCHAR,
    alternatives STRUCT(label VARCHAR, score DOUBLE)[], said_by VARCHAR NOT NULL, stands BOOLEAN NOT NULL, decision VARCHAR
);
COMMENT ON TABLE tags IS 'A row a label of a facet given to a document by a machine or a person, with the sentence that shows it.';
COMMENT ON COLUMN tags.said_by IS 'machine or person: never mixed up.';
COMMENT ON COLUMN tags.stands IS 'False where a person rejected or replaced it; decision says which decision.';
COMMENT ON COLUMN tags.score IS 'Calibrated probability; null for a person, and for a grade that follows from a design that a person named.';
COMMENT ON COLUMN tags.version IS 'The version of the classifier, or what the person looked at.';
COMMENT ON COLUMN tags.document IS 'documents.id.';
COMMENT ON COLUMN tags.number IS 'Its place among the document''s tags, from 0.';
COMMENT ON COLUMN tags.facet IS 'labels.facet.';
COMMENT ON COLUMN tags.label IS 'labels.label.';
COMMENT ON COLUMN tags.unsure IS 'True for a guess that a person should look at.';
COMMENT ON COLUMN tags."method" IS 'How the machine came to it (cues, model, rules, ...), or what the person did.';
COMMENT ON COLUMN tags.page IS 'The page of the quote.';
COMMENT ON COLUMN tags.span_start IS 'First character of the quote in the document''s text.';
COMMENT ON COLUMN tags.span_end IS 'One after its last character.';
COMMENT ON COLUMN tags.quote IS 'The words that show it; null where no words can (off_topic, none).';
COMMENT ON COLUMN tags.alternatives IS 'The labels that came next, with their probabilities.';
COMMENT ON COLUMN tags.decision IS 'decisions.id of the decision that made, confirmed or took away this tag.';

CREATE TABLE findings (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, intervention VARCHAR NOT NULL, integration_types VARCHAR[], outcome VARCHAR NOT NULL,
    change VARCHAR NOT NULL, direction VARCHAR NOT NULL, own BOOLEAN NOT NULL, hedged BOOLEAN NOT NULL, population VARCHAR, place VARCHAR,
    effect_size VARCHAR, score DOUBLE NOT NULL, unsure BOOLEAN NOT NULL, version VARCHAR NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL,
    span_end INTEGER NOT NULL, quote VARCHAR NOT NULL
);
COMMENT ON TABLE findings IS 'A row a sentence-level claim of effect.';
COMMENT ON COLUMN findings.own IS 'True for the document''s own data, false for what it cites.';
COMMENT ON COLUMN findings.direction IS 'Whether the change is good: improved, worsened, no_change, mixed or unclear.';
COMMENT ON COLUMN findings.document IS 'documents.id.';
COMMENT ON COLUMN findings.number IS 'Its place among the document''s findings, from 0.';
COMMENT ON COLUMN findings.intervention IS 'What was done, in the document''s words.';
COMMENT ON COLUMN findings.integration_types IS 'Labels of integration_type of what was done.';
COMMENT ON COLUMN findings.outcome IS 'Label of outcome_domain.';
COMMENT ON COLUMN findings.change IS 'increase, decrease, no_change, mixed or unclear: which way the number went.';
COMMENT ON COLUMN findings.hedged IS 'True where the claim is softened (may, might, suggests).';
COMMENT ON COLUMN findings.population IS 'Who was studied, in the document''s words.';
COMMENT ON COLUMN findings.place IS 'Where, in the document''s words.';
COMMENT ON COLUMN findings.effect_size IS 'The size as printed.';
COMMENT ON COLUMN findings.score IS 'Calibrated probability.';
COMMENT ON COLUMN findings.unsure IS 'True for a guess.';
COMMENT ON COLUMN findings.version IS 'The version of the classifier.';
COMMENT ON COLUMN findings.page IS 'The page of the quote.';
COMMENT ON COLUMN findings.span_start IS 'First character of the quote in the document''s text.';
COMMENT ON COLUMN findings.span_end IS 'One after its last character.';
COMMENT ON COLUMN findings.quote IS 'The sentence that makes the claim.';

CREATE TABLE places (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, "name" VARCHAR NOT NULL, code VARCHAR, country VARCHAR, lies_in VARCHAR[],
    score DOUBLE NOT NULL, unsure BOOLEAN NOT NULL, version VARCHAR NOT NULL, page INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, quote VARCHAR NOT NULL
);
COMMENT ON TABLE places IS 'A row a locality in which a document says something happens; name as printed, code ISO 3166.';
COMMENT ON COLUMN places.lies_in IS 'The codes of the subdivision and the country that the place lies in, the nearest first.';
COMMENT ON COLUMN places.document IS 'documents.id.';
COMMENT ON COLUMN places.number IS 'Its place among the document''s places, from 0.';
COMMENT ON COLUMN places."name" IS 'As printed.';
COMMENT ON COLUMN places.code IS 'ISO 3166-2 where there is one, else ISO 3166-1; null where none exists.';
COMMENT ON COLUMN places.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN places.score IS 'Calibrated probability.';
COMMENT ON COLUMN places.unsure IS 'True for a guess.';
COMMENT ON COLUMN places.version IS 'The version of the classifier.';
COMMENT ON COLUMN places.page IS 'The page of the quote.';
COMMENT ON COLUMN places.span_start IS 'First character of the quote in the document''s text.';
COMMENT ON COLUMN places.span_end IS 'One after its last character.';
COMMENT ON COLUMN places.quote IS 'The words that name the place.';

CREATE TABLE appraisals (
    document VARCHAR NOT NULL, strength VARCHAR NOT NULL, steps VARCHAR[], sample_size BIGINT, comparator VARCHAR, version VARCHAR NOT NULL
);
COMMENT ON TABLE appraisals IS 'A row a graded document: how its evidence strength came about, each step in words.';
COMMENT ON COLUMN appraisals.document IS 'documents.id.';
COMMENT ON COLUMN appraisals.strength IS 'The grade that the steps lead to.';
COMMENT ON COLUMN appraisals.steps IS 'Each step to the grade, in words, in order.';
COMMENT ON COLUMN appraisals.sample_size IS 'People or units studied, where the text says how many.';
COMMENT ON COLUMN appraisals.comparator IS 'What it was compared with, where it was.';
COMMENT ON COLUMN appraisals.version IS 'The version of the classifier.';

CREATE TABLE appraisal_answers (
    document VARCHAR NOT NULL, question VARCHAR NOT NULL, answer VARCHAR NOT NULL, page INTEGER, span_start INTEGER, span_end INTEGER, quote VARCHAR
);
COMMENT ON TABLE appraisal_answers IS 'A row a question of the AACODS checklist of grey literature, answered yes, no or unclear.';
COMMENT ON COLUMN appraisal_answers.document IS 'documents.id.';
COMMENT ON COLUMN appraisal_answers.question IS 'authority, accuracy, coverage, objectivity, date or significance (AACODS, Tyndall 2010).';
COMMENT ON COLUMN appraisal_answers.answer IS 'yes, no or unclear.';
COMMENT ON COLUMN appraisal_answers.page IS 'The page of the quote.';
COMMENT ON COLUMN appraisal_answers.span_start IS 'First character of the quote in the document''s text.';
COMMENT ON COLUMN appraisal_answers.span_end IS 'One after its last character.';
COMMENT ON COLUMN appraisal_answers.quote IS 'The words that the answer rests on.';

CREATE TABLE refs (
    document VARCHAR NOT NULL, number INTEGER NOT NULL, raw VARCHAR NOT NULL, authors VARCHAR[], "year" SMALLINT, title VARCHAR, doi VARCHAR, url VARCHAR,
    page INTEGER, span_start INTEGER, span_end INTEGER
);
COMMENT ON TABLE refs IS 'A row an entry of a document''s reference list.';
COMMENT ON COLUMN refs.document IS 'The document that cites.';
COMMENT ON COLUMN refs.number IS 'Its place in the list, from 0.';
COMMENT ON COLUMN refs.raw IS 'The entry, word for word.';
COMMENT ON COLUMN refs.authors IS 'Of the cited publication.';
COMMENT ON COLUMN refs."year" IS 'Of the cited publication.';
COMMENT ON COLUMN refs.title IS 'Of the cited publication.';
COMMENT ON COLUMN refs.doi IS 'Of the cited publication.';
COMMENT ON COLUMN refs.url IS 'Of the cited publication.';
COMMENT ON COLUMN refs.page IS 'The page of the entry.';
COMMENT ON COLUMN refs.span_start IS 'First character of the entry in the document''s text.';
COMMENT ON COLUMN refs.span_end IS 'One after its last character.';

CREATE TABLE decisions (
    id VARCHAR NOT NULL, reviewer VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL, "action" VARCHAR NOT NULL, target VARCHAR NOT NULL, document VARCHAR,
    facet VARCHAR, label VARCHAR, new_label VARCHAR, quote VARCHAR, other VARCHAR, reason VARCHAR, version VARCHAR, anchored BOOLEAN NOT NULL
);
COMMENT ON TABLE decisions IS 'A row a decision of a person: accept, reject, change, add, merge, split or redact.';
COMMENT ON COLUMN decisions.document IS 'The document it applies to; null where the base does not hold it.';
COMMENT ON COLUMN decisions.anchored IS 'False where its quote is not in the document as read now: a person should look again.';
COMMENT ON COLUMN decisions.id IS 'Unique over all reviewers.';
COMMENT ON COLUMN decisions.reviewer IS 'Who decided.';
COMMENT ON COLUMN decisions.decided_at IS 'When, UTC.';
COMMENT ON COLUMN decisions."action" IS 'accept, reject, change, add, merge, split or redact.';
COMMENT ON COLUMN decisions.target IS 'The document or work that the person named.';
COMMENT ON COLUMN decisions.facet IS 'labels.facet, where the decision is about a label.';
COMMENT ON COLUMN decisions.label IS 'The label that was judged.';
COMMENT ON COLUMN decisions.new_label IS 'What it was changed to.';
COMMENT ON COLUMN decisions.quote IS 'The words that the person leant on.';
COMMENT ON COLUMN decisions.other IS 'The other work of a merge or split.';
COMMENT ON COLUMN decisions.reason IS 'Why, in the person''s words.';
COMMENT ON COLUMN decisions.version IS 'The version of the tag that was looked at.';

CREATE TABLE sources (source VARCHAR NOT NULL, addresses INTEGER NOT NULL, documents INTEGER NOT NULL, first_capture TIMESTAMP, last_capture TIMESTAMP);
COMMENT ON TABLE sources IS 'A row a source that was ever fetched from.';
COMMENT ON COLUMN sources.source IS 'The slug of the source''s definition.';
COMMENT ON COLUMN sources.addresses IS 'Addresses that were asked for.';
COMMENT ON COLUMN sources.documents IS 'Documents that came.';
COMMENT ON COLUMN sources.first_capture IS 'UTC.';
COMMENT ON COLUMN sources.last_capture IS 'UTC.';

CREATE TABLE runs (
    run VARCHAR NOT NULL, command VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, new_works INTEGER NOT NULL,
    changed_works INTEGER NOT NULL, missing_works INTEGER NOT NULL, withdrawn_works INTEGER NOT NULL
);
COMMENT ON TABLE runs IS 'A row a run, as known when the snapshot was built; base/runs holds the full reports.';
COMMENT ON COLUMN runs.run IS 'The run''s name: when it began, and letters by chance.';
COMMENT ON COLUMN runs.command IS 'What was run.';
COMMENT ON COLUMN runs.started_at IS 'UTC.';
COMMENT ON COLUMN runs.finished_at IS 'UTC; null for a run that did not end.';
COMMENT ON COLUMN runs.new_works IS 'Works that came.';
COMMENT ON COLUMN runs.changed_works IS 'Works whose text changed.';
COMMENT ON COLUMN runs.missing_works IS 'Works whose last address gave 404.';
COMMENT ON COLUMN runs.withdrawn_works IS 'Works that are gone for good.';

CREATE TABLE run_sources (
    run VARCHAR NOT NULL, source VARCHAR NOT NULL, requested INTEGER NOT NULL, fetched INTEGER NOT NULL, unchanged INTEGER NOT NULL,
    redirected INTEGER NOT NULL, missing INTEGER NOT NULL, withdrawn INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
    new_documents INTEGER NOT NULL, changed_documents INTEGER NOT NULL, size_bytes BIGINT NOT NULL, wall_s DOUBLE NOT NULL, broken VARCHAR[]
);
COMMENT ON TABLE run_sources IS 'A row a source in a run, counted; broken holds the expectations that failed, in words.';
COMMENT ON COLUMN run_sources.run IS 'runs.run.';
COMMENT ON COLUMN run_sources.source IS 'sources.source.';
COMMENT ON COLUMN run_sources.requested IS 'Requests made.';
COMMENT ON COLUMN run_sources.fetched IS 'Answers with a payload.';
COMMENT ON COLUMN run_sources.unchanged IS 'Answers that said nothing has changed.';
COMMENT ON COLUMN run_sources.redirected IS 'Answers that led elsewhere.';
COMMENT ON COLUMN run_sources.missing IS '404s.';
COMMENT ON COLUMN run_sources.withdrawn IS '410s, and 404s for the second time.';
COMMENT ON COLUMN run_sources.refused IS 'Not asked for or not kept: robots, size, kind.';
COMMENT ON COLUMN run_sources.failed IS 'No answer.';
COMMENT ON COLUMN run_sources.new_documents IS 'Documents that were not known before.';
COMMENT ON COLUMN run_sources.changed_documents IS 'Documents whose text changed.';
COMMENT ON COLUMN run_sources.size_bytes IS 'Bytes of all payloads.';
COMMENT ON COLUMN run_sources.wall_s IS 'Seconds that it took.';
COMMENT ON COLUMN run_sources.broken IS 'The expectations that failed, in words.';

CREATE TABLE labels (
    facet VARCHAR NOT NULL, label VARCHAR NOT NULL, "name" VARCHAR NOT NULL, definition VARCHAR NOT NULL, source VARCHAR NOT NULL,
    facet_name VARCHAR NOT NULL, place_in_facet INTEGER NOT NULL
);
COMMENT ON TABLE labels IS 'A row a label of the taxonomy that the snapshot was tagged with.';
COMMENT ON COLUMN labels.facet IS 'The facet''s id.';
COMMENT ON COLUMN labels.label IS 'The label''s id.';
COMMENT ON COLUMN labels."name" IS 'As people read it.';
COMMENT ON COLUMN labels.definition IS 'What it means.';
COMMENT ON COLUMN labels.source IS 'Where the definition was taken from.';
COMMENT ON COLUMN labels.facet_name IS 'The facet as people read it.';
COMMENT ON COLUMN labels.place_in_facet IS 'From 0, in the taxonomy''s order.';

CREATE TABLE crosswalk (
    typology VARCHAR NOT NULL, typology_name VARCHAR NOT NULL, facet VARCHAR NOT NULL, label VARCHAR NOT NULL, term VARCHAR, term_name VARCHAR NOT NULL, condition VARCHAR
);
COMMENT ON TABLE crosswalk IS 'A row a translation of one of our labels into a published typology; term is null where it lies outside this typology.';
COMMENT ON COLUMN crosswalk.condition IS 'In words, where the translation holds only for some; null where it holds for all the rest.';
COMMENT ON COLUMN crosswalk.typology IS 'The typology''s id.';
COMMENT ON COLUMN crosswalk.typology_name IS 'As people read it.';
COMMENT ON COLUMN crosswalk.facet IS 'The facet of our label.';
COMMENT ON COLUMN crosswalk.label IS 'Our label.';
COMMENT ON COLUMN crosswalk.term IS 'The typology''s term for it.';
COMMENT ON COLUMN crosswalk.term_name IS 'As people read it.';

CREATE TABLE vectors (
    number INTEGER NOT NULL, work VARCHAR NOT NULL, document VARCHAR NOT NULL, kind VARCHAR NOT NULL, passage INTEGER, text_digest VARCHAR NOT NULL
);
COMMENT ON TABLE vectors IS 'A row an embedded text; number is its row in vectors.npy. Empty where the snapshot was built without an encoder.';
COMMENT ON COLUMN vectors.kind IS 'title, summary, lead (first passage of a section) or tagged (a passage that shows a tag).';
COMMENT ON COLUMN vectors.number IS 'The row in vectors.npy, from 0.';
COMMENT ON COLUMN vectors.work IS 'works.id.';
COMMENT ON COLUMN vectors.document IS 'documents.id of the document that holds the text.';
COMMENT ON COLUMN vectors.passage IS 'passages.number; null for a title or summary.';
COMMENT ON COLUMN vectors.text_digest IS 'SHA-256 of the text that was embedded.';
