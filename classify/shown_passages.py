"""Facets of passages (codebook, section 16): a label is given where a sentence of the document does the thing, not where it touches on it.

Nobody has labelled these facets, so no model weighs their cues. A sentence counts where it has a strong cue of the label (or a weak one
beside a word for what it did), says what the label's ``demands``, ``followed``, ``preceded`` and ``refuses`` in the taxonomy ask for, is whole
prose of the document's own, and stands where joining up care is the matter. The taxonomy's lists were written against sentences that a reader
had turned down; ``docs/measures.md`` says how many stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from classify.label_evidence import LabelEvidence, Mention
from classify.prose import Prose, Sentence
from classify.relevance import core_terms
from classify.sectors import names_care
from evidence.taxonomy import Label

NEAR = 2
"""Sentences before and after in which the subject may be named: most of a paragraph."""
FEWEST_WORDS, MOST_WORDS = 8, 75
"""A shorter sentence is a caption or a bullet that leaves out who does what; a longer one a torn table or a list."""
REACH = 4
"""Words between a cue and what must stand beside it."""
FAR = 14
"""Words between a strong cue and what says what came of it: subjects of reports are long ("X across the five sites was seen by all as …")."""
MOST_TORN, FEWEST_TORN = 0.02, 3
"""Share and number of sentences beyond which columns have been read across: of 180 documents read, the share is above 0.03 in six, all of
them such, and below 0.02 in all others."""
_TORN = re.compile(
    r"[a-z]{2,} (?:The|This|These|Those|There|In|On|At|As|We|Our|It|Its|For|With|By|To|From|Their|They|However|When|While|If|An|Of|And|Is|Are|"
    r"Was|Has|Have|Such|Other|Some|Many|Each|Through|Across) [a-z]{2,}"
)
_CLAUSE = re.compile(r"[;:]| - |\.\s")
KINDS = frozenset(("body", "list", "abstract", "quote"))


def shown(prose: Prose, one: LabelEvidence, label: Label) -> list[Mention]:
    """The mentions that show the label, best first: those with company, then early ones."""
    against = {mention.sentence.number for mention in one.mentions if mention.kind == "against"}
    kinds = ("strong", "weak") if label.followed or label.preceded else ("strong",)
    spoken = [mention for mention in one.mentions if mention.kind in kinds and mention.sentence.number not in against]
    kept = [mention for mention in spoken if is_told(mention.sentence) and meets(mention, label) and is_near_subject(prose, mention.sentence)]
    counts = {number: sum(mention.sentence.number == number for mention in kept) for number in {mention.sentence.number for mention in kept}}
    return sorted(kept, key=lambda mention: (-min(2, counts[mention.sentence.number]), mention.sentence.number, mention.start))


def is_interleaved(prose: Prose) -> bool:
    """Whether the lines of two columns have run together, as converted reports have it: their sentences cannot be quoted for what they say."""
    told = [sentence for sentence in prose.sentences if sentence.kind in KINDS and sentence.is_prose]
    torn = sum(bool(_TORN.search(sentence.plain)) for sentence in told)
    return torn >= FEWEST_TORN and torn > MOST_TORN * len(told)


def is_told(sentence: Sentence) -> bool:
    """Whether the sentence is a whole statement in prose: one that begins small is the rest of a torn one, and neither a question
    nor what opens a list says anything by itself."""
    words = sentence.plain.count(" ") + 1
    if sentence.plain[:1].islower() or sentence.kind not in KINDS or not FEWEST_WORDS <= words <= MOST_WORDS:
        return False
    end = sentence.plain.rstrip("\"') ")[-1:]
    return end == "." or (sentence.is_prose and end not in "?:")


def meets(mention: Mention, label: Label) -> bool:
    """Whether the sentence has a cue of each list that the label demands, one of each beside the mention, and none that it refuses."""
    plain = mention.sentence.plain
    if any(cue.compiled().search(plain) for cue in label.refuses):
        return False
    if not all(any(cue.compiled().search(plain) for cue in cues) for cues in label.demands):
        return False
    if (label.followed or label.preceded) and not does(mention, label):
        return False
    return all(any(stands_by(mention, found.span()) for cue in cues for found in cue.compiled().finditer(plain)) for cues in label.beside)


def does(mention: Mention, label: Label) -> bool:
    """Whether the sentence says what the thing named did ("shared records helped …") or of what it is one ("held back by a lack of …").

    Order tells a cause from an effect: "good relations enabled joint training" names one help, not two.
    """
    plain, reach = mention.sentence.plain, REACH if mention.kind == "weak" else FAR
    after = [found.span() for cue in label.followed for found in cue.compiled().finditer(plain)]
    before = [found.span() for cue in label.preceded for found in cue.compiled().finditer(plain)]
    told = [span for span in after if span[0] >= mention.end or span[1] == mention.end]
    told += [span for span in before if span[1] <= mention.start or span[0] == mention.start]
    return any(stands_by(mention, span, reach) for span in told)


def stands_by(mention: Mention, other: tuple[int, int], reach: int = REACH) -> bool:
    """Whether ``plain[start:end]`` of the mention's sentence overlaps the mention or stands within ``reach`` words of it, in its clause."""
    between = mention.sentence.plain[min(mention.end, other[1]) : max(mention.start, other[0])]
    return between.count(" ") <= reach + 1 and not _CLAUSE.search(between)


def is_near_subject(prose: Prose, sentence: Sentence) -> bool:
    """Whether the sentence or a neighbour names joining up, personalising or commissioning, and one of them health or care."""
    around: Sequence[Sentence] = prose.sentences[max(0, sentence.number - NEAR) : sentence.number + NEAR + 1]
    text = " ".join(one.plain for one in around)
    return names_care(text) and any(pattern.search(text) for pattern in core_terms().values())
