"""Documents made for the tests, in the form the extractor gives: paragraphs with exact offsets."""

from __future__ import annotations

import hashlib

from evidence.records import Document, Page, Passage, Section


def made(title: str, *paragraphs: str, language: str | None = "en", kinds: dict[int, str] | None = None) -> Document:
    """One page of ``paragraphs`` under a title; a paragraph that begins with "# " is a heading; ``kinds`` overrides passage kinds."""
    parts = [title, *paragraphs]
    text, passages, sections, at = "", [], [], 0
    for number, part in enumerate(parts):
        heading = number == 0 or part.startswith("# ")
        body = part.removeprefix("# ")
        if heading:
            sections.append((body, 1 if number == 0 else 2, at))
        kind = (kinds or {}).get(number, "heading" if heading else "body")
        passages.append(Passage(1, at, at + len(body), kind, len(sections) - 1))
        text += ("\n\n" if text else "") + body
        at = len(text) + 2
    ends = [start for _, _, start in sections[1:]] + [len(text)]
    return Document(
        id=hashlib.sha256(text.encode()).hexdigest(), extractor_version="made", media_type="text/plain", size_bytes=len(text), status="ok",
        title=title, language=language, pages=(Page(1, text),), passages=tuple(passages),
        sections=tuple(Section(name, level, 1, start, end) for (name, level, start), end in zip(sections, ends, strict=True)),
    )


HUB = made(
    "Joining up care in Torbay: what our hub has done",
    "# Summary",
    "In Torbay the hospital, general practices and the council have joined their community teams into one integrated care hub. "
    "Nurses and social workers share one assessment and one record, and a care coordinator is named for every older person with frailty.",
    "# What happened",
    "Multidisciplinary teams meet each week to plan discharge from hospital with reablement staff from adult social care. "
    "Since the hub opened, emergency admissions have fallen by 14%, and people told us that they no longer repeat their story.",
    "The budget for intermediate care is pooled under section 75, and the partnership board oversees joint commissioning of services.",
    "# Lessons learnt",
    "This case study describes one project. Relationships between general practice and hospital mattered more than structures.",
)

TRIAL = made(
    "Randomised controlled trial of a new inhaler for asthma",
    "# Abstract",
    "Methods: 1,204 patients were randomly assigned to the new inhaler or to placebo. Analysis was by intention to treat. "
    "Results: exacerbations were reduced in the intervention group (odds ratio 0.71, 95% CI 0.60 to 0.84, p < 0.001).",
    "# Methods",
    "Patients were randomly allocated by computer to the intervention group or the control group after informed consent. "
    "The primary outcome was the number of exacerbations at twelve months. Outcome assessors were blinded.",
    "# Results",
    "We randomised 1,204 patients. Exacerbations were lower in the intervention group than in the control group (p < 0.001).",
)

BLOG = made(
    "Why I worry about our care system",
    "I went to see my aunt last week. I think we all know somebody who waited too long, don't we?",
    "A randomised controlled trial elsewhere found that joint teams reduced admissions by 30% (Smith and others, 2014). Of course I like that. "
    "But I don't believe that a trial settles what my aunt needs, and it's not the point I want to make in this post.",
    "Let's be honest: integrated care is a phrase that you and I have heard for years. Perhaps it's time to ask people what they want?",
)
