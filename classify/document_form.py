"""The form of a document: traits that tell a transcript from a strategy and a protocol from a trial before any subject is read.

Each trait is a rate or a logarithmic count with a reason that a reader would give; which design it speaks for is learnt.
"""

from __future__ import annotations

import re
from math import log1p

from classify.prose import Prose, Sentence
from classify.wording import Wording

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("first_person", r"\b(?:I|I'm|I've|I'd|my|me|myself)\b"),
    ("we_will", r"\b(?:we|it|they|trust|council|board|nhs|partners|commissioners|programme) (?:will|aim to|intend to|are committed to|"
        r"plan to)\b"),
    ("should", r"\b(?:should|must|are expected to|is required to|ensure that|need to ensure|do not|offer|consider)\b"),
    ("will_be", r"\b(?:will be (?:\w+ly )?(?:\w+ed|given|made|taken|undertaken|sent|held|drawn|chosen|done)|participants will|"
        r"we will (?:use|test|compare|"
                r"recruit|conduct|assess|examine|measure|collect|analy[sz]e|include|search|evaluate|investigate|explore)|will receive|"
                r"will (?:undergo|complete|include|assess|compare)|aims? to (?:recruit|test|evaluate|assess|determine|compare|"
                r"investigate|examine))\b"),
    ("statistics", r"\bp ?[<=>] ?0?[.·]\d|\b95 ?% ?(?:CI|confidence)|\b(?:CI|OR|HR|RR|aOR|IRR|SD|ICC|IQR)\b ?[:=(]?|\bodds ratio|"
        r"\bregression\b|"
                   r"\bconfidence interval|\bstatistically significant"),
    ("sample", r"\bn ?= ?\d|\b\d[\d,]* (?:\w+ ){0,2}(?:participants|patients|respondents|people|adults|children|women|men|students|"
        r"interviews|"
               r"households|records|admissions|practices|workers|employees|staff)\b"),
    ("speech", r"\b(?:um|uh|er|erm|you know|thank you(?: very much)?|good (?:morning|afternoon|evening)|chair(?:man)?,|next slide|"
        r"welcome to)\b"),
    ("minutes", r"\b(?:agenda item|minutes of|the (?:board|committee|cabinet|panel) (?:noted|agreed|received|approved|resolved|"
        r"was asked)|apologies|"
                r"matters arising|for (?:approval|assurance|information|noting)|action log|declarations of interest)\b"),
    ("accounts", r"\b(?:annual report|annual accounts|remuneration report|accountability report|performance report|"
        r"statement of financial position|"
                 r"auditor's report|accounting officer|going concern|annual governance statement)\b"),
    ("participants", r"\b(?:participants?|interviewees?|respondents?|informants?) (?:\w+ )?(?:said|felt|described|reported|noted|"
        r"explained|told|"
                     r"expressed|mentioned|highlighted|suggested|commented|perceived|saw|spoke|valued)\b|\bfocus groups?\b|"
                     r"\bsemi-structured\b|"
                     r"\bthematic analysis\b|\bthemes? (?:emerged|were identified)\b"),
    ("search", r"\b(?:we searched|were searched|search strategy|search terms|medline|pubmed|embase|cinahl|psycinfo|scopus|"
        r"web of science|prisma|"
               r"inclusion criteria|eligible studies|included studies|studies (?:were|met)|meta-analysis|records identified|"
               r"articles were)\b"),
    ("economics", r"\b(?:cost-effective\w*|incremental cost|icer|qalys?|quality-adjusted life|willingness to pay|cost-utility|"
        r"net monetary benefit)\b"),
    ("simulation", r"\b(?:simulat\w+|scenarios?|discrete event|agent-based|system dynamics|markov|what-if|forecast\w*|projections?|"
        r"calibrat\w+|"
                   r"model (?:parameters|was run|predicts))\b"),
    ("random", r"\b(?:randomi[sz]ed (?:to|controlled)|randomly (?:assigned|allocated)|control group|intervention group|"
        r"intention.to.treat|allocation|"
               r"trial registration|isrctn|clinicaltrials\.gov|arm)\b"),
    ("project", r"\b(?:the project|the programme|this project|pilot|project team|workstream|work package|milestones?|deliverables?|"
        r"lessons learn\w+|"
                r"case study|was funded)\b"),
    ("questions", r"\?"),
    ("numbers", r"\b\d+(?:\.\d+)?%?"),
    ("requirement", r"\b(?:requirements?|specification|use cases?|interface|architecture|server|user stor(?:y|ies)|appendix|"
        r"functionality)\b"),
    ("policy_words", r"\b(?:strategy|policy|government|priorities|vision|ambition|white paper|minister\w*|secretary of state|reform|"
        r"commitments?)\b"),
    ("debate", r"\b(?:of course|frankly|surely|perhaps|in my view|i think|i believe|let's|isn't|don't|doesn't|it's|can't|won't|that's|"
        r"you|your)\b"),
)
_COMPILED = tuple((name, Wording(pattern, 0 if name in ("first_person", "statistics") else re.IGNORECASE)) for name, pattern in _PATTERNS)
_STAMP = Wording(r"\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\b")
_INLINE_RESULTS = re.compile(r"\b(?:Results?|Findings|RESULTS|FINDINGS)\b ?[:.]? ?[A-Z(0-9]")
_INLINE_METHODS = re.compile(r"\b(?:Methods?|METHODS|Methodology|Design|Methods and [Aa]nalysis|Methods/[Dd]esign)\b ?[:.]? ?[A-Z(0-9]")
SAMPLE_CHARS = 60_000
"""Characters of a long document from which traits are taken: its opening says what it is, the rest says more of the same."""

TRAITS = (
    "one", *(name for name, _ in _PATTERNS), "stamps", "words", "methods", "results", "references", "lead_results", "lead_methods", "lead_will",
    "sentence_length", "fragments",
)


def traits(prose: Prose) -> list[float]:
    """What :data:`TRAITS` names: the constant 1, rates per thousand words (logarithmic), and what the structure shows.

    ``references`` are sentences that cite, not entries of a list: copies of one publication come with and without the list.
    """
    sample, words = _sample(prose)
    lead = " ".join(sentence.plain for sentence in prose.lead)
    lead_words = max(60, lead.count(" ") + 1)
    values = [1.0]
    patterns = dict(_COMPILED)
    for _, pattern in _COMPILED:
        values.append(log1p(1000.0 * pattern.count(sample) / words))
    zones = [sentence.zone for sentence in prose.sentences]
    share = max(1, len(zones))
    told = [sentence for sentence in prose.sentences if sentence.kind in ("body", "list")]
    values += [
        log1p(1000.0 * _STAMP.count(sample) / words),
        log1p(prose.words) / 4.0,
        zones.count("methods") / share,
        zones.count("results") / share,
        log1p(1000.0 * sum(sentence.cited for sentence in told) / prose.words),
        float(bool(_INLINE_RESULTS.search(lead))),
        float(bool(_INLINE_METHODS.search(lead))),
        log1p(1000.0 * patterns["will_be"].count(lead) / lead_words),
        log1p(sum(sentence.plain.count(" ") for sentence in told) / max(1, len(told))),
        sum(not sentence.is_prose for sentence in told) / max(1, len(told)),
    ]
    return values


def _sample(prose: Prose) -> tuple[str, int]:
    parts: list[str] = []
    length = 0
    for sentence in prose.sentences:
        parts.append(sentence.plain)
        length += len(sentence.plain) + 1
        if length > SAMPLE_CHARS:
            break
    text = " ".join(parts)
    return text, max(200, text.count(" ") + 1)


def is_plan(sentence: Sentence) -> bool:
    """Whether the sentence speaks of what is still to come."""
    return dict(_COMPILED)["will_be"].found(sentence.plain)
