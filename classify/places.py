"""Where the document says that care is joined up (codebook, section 14).

Names are looked up in a gazetteer (``place_names``). An address, a person, a university, a research office, a citation is no place; a name that
is also a word counts only in a place's company. A small logistic regression weighs how often, where and beside what a name stands.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log1p

from classify.label_evidence import Key, LabelEvidence, quote
from classify.linear_models import Pooled
from classify.place_names import HOME, WORD, Entry, gazetteer, given_names, place_key
from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.records import Place

LABEL = "place"

_POSTCODE = Wording(r"\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:University|Universities|School|Institute|College|Bishop|Lord|Lady|Baroness|Duke|Sir|Earl|Mr|Mrs|Ms|Miss|Dr|Prof|Professor|"
    r"Press|Diocese)(?: of| at)?\.?|@|#|www\.|\.)\s*$"
)
_NOT_AFTER = re.compile(
    r"^(?:'s? (?:disease|syndrome)|[\s,]*(?:University|Universities|Metropolitan University|Street|Road|Lane|Avenue|Square|House|"
    r"Building|Drive|Court|Close|Crescent|Terrace|Review|Scale|Index|Tariff|[Oo]utcome [Ss]cale|[Cc]oma|[Rr]isk [Ss]core|criteria|"
    r"Business School|Medical School|School of|Press\b|Airport|Declaration|Beckett|Innovation Park|Clinical Trials Unit|CTU\b|"
    r"Research Ethics|Institute|agenda programme|et al|\(?(?:19|20)\d\d))"
)
_STREET = re.compile(r"\b(?:Street|Road|Lane|Avenue|Square|House|Building|Drive|Close|Crescent|Terrace|Park|Campus),\s*$")
_TITLE = re.compile(r"\b(?:Sir|Lord|Lady|Dame|Baroness|Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Cllr|Councillor|Sister|Nurse|Rev|Reverend|Judge)\.?\s+$")
_WORD_BEFORE = re.compile(r"\b([A-Z][a-z]+)\s+$")
_INITIAL = re.compile(r"(?:^|[^\w.])[A-Z]\.\s?(?:[A-Z]\.\s?)*$")
_COMPANY_BEFORE = re.compile(
    r"\b(?:[Ii]n|[Aa]cross|[Aa]t|of|for|[Ff]rom|[Aa]round|[Nn]ear|[Ww]ithin|serving|[Tt]hroughout|to|covering|[Bb]etween|[Oo]utside|and|both)"
    r"\s+(?:the\s+)?$|,\s*$|\($"
)
_COMPANY_AFTER = re.compile(
    r"^(?:'s|[\s,/&-]*(?:and [A-Z]|Council|Borough|City|County|CCG|NHS|ICB|ICS|PCT|Hospital|Infirmary|District|Partnership|Health|Trust|"
    r"Care|area|region|locality|localities|community|communities|residents|people|patients|hospitals|GPs|practices|system|place))"
)
_NAMED_BEFORE = r"(?:[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)?(?:,|,? and| &)\s+(?:in\s+)?)*"
"""Other names of a list, of which the gazetteer need not know any."""
_PLACED = re.compile(
    r"\b(?:[Ii]n|[Aa]cross|[Tt]hroughout|[Ww]ithin|[Aa]round|[Ss]erving|[Cc]overing)\s+(?:(?:each|both|all|parts|areas|most|some)\s+(?:of\s+)?)?(?:the\s+)?"
    r"(?:(?:city|town|county|municipality|borough|district|region|province|state|counties|cities|districts|boroughs)\s+(?:of\s+)?"
    r"|(?:rural|urban|suburban|metropolitan|inner|central|greater|coastal|mainland|(?:north|south|mid)-?(?:east|west)?(?:ern)?|(?:east|west)(?:ern)?)\s+)*"
    + _NAMED_BEFORE + "$",
)
_SITE_AFTER = re.compile(
    r"^ (?:(?:Royal|General|District|Teaching|University|Community|City|Children's) ){0,2}(?:Hospital|Infirmary)\b"
    r"(?!s| NHS| Foundation| Trust)"
)
_PEOPLE_OF = re.compile(
    r"(?:\b(?:people|residents|citizens|populations?|patients|communit(?:y|ies)|practices|hospitals|clinics|surgeries|schools|libraries|colleges|"
    r"neighbourhoods?|services|participants|households|families) (?:of|in|from|across) (?:the )?|"
    r"\b(?:[Cc]ity|cities|[Tt]own|[Cc]ounty|counties|municipality|[Bb]orough|districts?|[Ii]sland|province|state|area|"
    r"suburbs?|localit(?:y|ies)) of (?:the )?|"
    r"\b(?:recruited|drawn|sampled|selected|enrolled) from (?:the )?|"
    r"\b(?:hubs?|hospital|clinic|centre|surgery|unit|team|practice|sites?|ward|school) (?:at|of) (?:the )?|"
    r"\b(?:[Cc]ase [Ss]tudy|[Ss]ite|[Ee]xample|[Pp]ilot)(?: \w+)?(?::| -) |"
    r"\b(?:sites|areas|districts|cities|towns|localities|boroughs|counties|pilots|case studies|places|municipalities|regions|communities|city|town|"
    r"village)(?:,| \(| -|:|,? such as|,? including|,? namely)\s?(?:in )?(?:the )?)" + _NAMED_BEFORE + r"$|"
    r"\b(?:On|In|Across|Throughout|Within) (?:the )?$"
)
_AREA = re.compile(
    r"^(?: \([A-Z]{2,6}\))?(?:'s| (?:area|region|pilot|site|model|community|communities|residents|people|patients|project|programme|system|hospital|"
    r"practice|CCG|borough|council|locality|localitie|surgerie|neighbourhood|team|network|scheme|experience|initiative)s?\b)"
)
_PERSON = re.compile(r"\b[A-Z][a-z]+\s+$")
_SURNAME = re.compile(r"^ [A-Z][a-z]+\b(?! (?:Council|Hospital|NHS|Trust))")
_TELLER = re.compile(
    r"^,? (?:argues?|said|says|writes?|wrote|answers?|claims?|thinks?|believes?|notes?|noted|told|replied|explained|suggests?|is the better|"
    r"has the better|and (?:colleagues|others))\b|^ and [A-Z]\w+,? who\b"
)
_DIRECTION = re.compile(r"\b(?:(?:North|South|East|West|Central|Inner|Outer|Greater|Western|Eastern|Northern|Southern|Mid)[ -])+$")
_BODY = re.compile(
    r"^(?:[\s&-]++(?:and |of |for |the )?[A-Z][\w'-]*+){0,5}?(?:[\s&-]++(?:and |of |for |the )?[A-Z][\w'-]*)?[\s&-]+"
    r"(?:Trust|Partnership|Partners|University|Hospitals?|Infirmary|CCG|Council|Lab|Institute|Ambulance|Services?|Authority|Forum|Unit|Centre|Alliance|Collaborative|Board|ICB|Committee|Wing|Team|Conference|Forward|"
    r"Innovation|Programme|Group)\b"
)
_THING = re.compile(
    r"^(?:[ -][A-Z][\w'-]*+){0,3} (?:Study|Trial|Cohort|Survey|Regist(?:er|ry)|Scale|Framework|Report|Score|Test|Assessment|Questionnaire|Method|"
    r"Charter|Profile|Inventory|Checklist|Index|Agreement|Protocol|Classification|Principles|Consensus|Guidelines?|Award|Prize|Journal|Lectures?)\b"
)
"""What is called after a place and may be used anywhere."""
_BODY_BEFORE = re.compile(
    r"\b(?:Health Innovation|Audit|CLAHRC|Healthwatch|Network (?:for|of)|Care|Royal|NHS|Connected|Universit\w+ \(\w+ and) (?:the )?$|"
    r"(?:Academic Health Science Network|Collaboration \w+ \w+ \w+ \w+ \w+ \w+ \w+) (?:for )?(?:the )?$"
)
_OFFICE = re.compile(
    r"\b(?:published by|printed (?:by|in)|(?<!shared )(?<!joint )(?<!one )offices? (?:in|at|is)|based (?:in|at)|headquarter\w*|"
    r"registered|telephone|correspondence|ethic\w*|"
    r"meeting (?:was |is )?(?:held )?in|conference|trained as|born in|previous(?:ly)?|roles? |"
    r"(?<!who )lives in|\bI (?:later |then |once |also )?(?:worked|lived|grew up)\b|"
    r"lecture(?:r|ship)|research fellow|professor (?:at|of)|studied (?:at|in)|graduated|chief executive (?:of|at)|"
    r"Inc\b|Corporation|GmbH|[Ss]oftware|Stationery Office|Press\b|copyright|funded by|grant|declaration of)", re.IGNORECASE,
)
_SEAT = re.compile(
    r"\b(?:Department|Office|School|Faculty|Division|Chair|College|Institute|Centre|Center|Academy|University)"
    r"(?:\s+(?:of|for)(?:,?\s+(?:[A-Z][\w'-]+|and|&|of|the|in))+,?)?\s+(?:in|at) $"
)
"""Before the town in which an institution of learning sits. Here and wherever words repeat, each takes the space before it or is kept whole:
words that may be split anywhere are tried in exponentially many ways."""
_ABROAD_AFTER = re.compile(r"^[\s,(]+(?:[A-Z][\w.-]+[\s,]+){0,2}(?:\(?[A-Z][a-z]{3,}\)?|USA|UK|U\.S\.A\.)\b")
_SCHEME = re.compile(
    r"^(?:[ -](?:[A-Z][\w'-]*+|and|of|for|&)){0,4}? (?:Pilots?|Project|Initiative|Vanguard|Pioneers?|Scheme|Model|Demonstrator|Test ?bed)s?\b"
)
_LIST_ON = re.compile(r",? and |, | & |/")
_ITEM = re.compile(r"^(?:\s*-\s|:\s+(?:[Tt]he |[Aa]n? )?[a-z]|\s*$)")
"""After a place that opens an item of a list; the towns of publishers ("London: Care Press; 2015") are followed by another name."""
_SITE_LINE = re.compile(r"^(?: -|:) (?:[Tt]he |[Aa]n? )?[a-z]")
"""After a place with which a line begins ("Keighley: nurses and carers share"), be it an item of a list or a paragraph."""
_SITE_NAME = re.compile(r"^(?:[A-Z][\w']+(?: [A-Z][\w']+){0,2}, )?$")
_JOINED_ON = re.compile(r"^(?:,| and| &) [A-Z]")
"""After the first of several towns with one article ("in the Bremen, Graz and Lodz schemes"); alone, a town has none ("the Enterprise edition")."""
_COMPARED = re.compile(r"\b(?:[Cc]omparison|[Cc]ontrol|[Cc]omparator) (?:group|area|site|practice|population|hospital)s?\b[^.;:,]{0,40}$|"
                       r"\b(?:[Uu]nlike|than|as|compared (?:with|to)|similar to|contrast to|not) (?:those |that |it is )?in (?:the )?$")
_SETTING = re.compile(
    r"\b(?:settings?|conducted|took place|take place|recruited|implemented|located|launched|set up|established|introduced|opened|pilot\w*|sites?|"
    r"programmes?|projects?|services?|teams?|hubs?|model|partnership|pathways?|initiative|practices|municipality|neighbourhoods?|centre|"
    r"integrat\w+|joined|joint|coordinat\w+|shared|federation|organisations)\b", re.IGNORECASE,
)

_WITHIN = re.compile(r"^(?:,| \() ?(?:the )?$")
"""Between a place and the wider area that it lies in ("Ghent, Belgium"): only the first is where something happens."""
_BESIDE = re.compile(r"^(?:,| and| &|, and)\s(?:the )?$")
"""Between two names of one sort: "the Universities of Leeds and York", "University of Leeds, Leeds", "Bolton and York, who"."""
_INSTITUTION = re.compile(
    r"\b(?:(?:Department|School|Faculty|Division|Section|College|Institute|Centre|Center|Academy) (?:of|for)|Universit(?:y|ies)|Hochschule)\b"
)
_SMALL_WORD = re.compile(r"^(?:of|for|and|the|in|at|on|de|der|la|&)$")
_JOINED = re.compile(
    r"^(?: \([A-Z][^()]{1,20})?\)?(?:,| and| &|,? or|, and|/| in| \()\s?(?:the )?"
    r"(?:[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)?(?: \([A-Z][^()]{1,20}\))?(?:,| and| &|, and)\s){0,3}$"
)
"""Between two names of one list, unknown names and countries in brackets among them."""

_SPEAKER = re.compile(
    r"\b(?:GPs?|[Dd]octor|[Nn]urse|[Mm]anager|[Ww]orker|[Dd]irector|[Ll]ead|[Cc]onsultant|[Cc]arer|[Pp]atient|[Rr]esident|[Pp]articipant|[Rr]espondent|"
    r"[Ii]nterviewee|[Tt]herapist|[Pp]hysician|[Cc]ommissioner|[Pp]artner|[Oo]fficer),?(?: (?:working|based|living))? ?(?:in|from|at)? ?(?:the )?$"
)
"""Before the place of somebody who is quoted ("A practice nurse in Norwich"), where that is all that the line says."""
_OCCASION = re.compile(
    r"\b(?:unrelated \w+|[Ss]ociety of(?: \w+){1,3}|[Cc]onference|[Cc]ongress|[Ee]vent|[Ss]ummit|[Mm]eet(?:s|ing)?|[Tt]alk|[Ww]orkshop|[Gg]overnment|"
    r"[Mm]inisters?)(?: (?:was|is|will|be|held|hosted|took|take|place|together|every|each|once|last|next|this|the|an?|week|month|year|on|\w+day))*"
    r" in (?:the )?$"
)
"""Before the place of a meeting, or of what is said to have nothing to do with the document."""
_RULERS = re.compile(r"^,? (?:the )?(?:ministers|government|politicians|parliament|MPs)\b", re.IGNORECASE)
"""After the town in which those sit who decide for a country."""
_STUDIED = re.compile(
    r"\b(?:living|resid\w+|recruited|admitted|registered|enrolled|conduct(?:ed|ing)|carr(?:ied|ying) out|took place|participants|adults|"
    r"patients with|older people|set in|case stud(?:y|ies)|study sites?|we (?:interviewed|visited|studied|worked))\b", re.IGNORECASE,
)

FEATURES = (
    "told", "told_lead", "told_most", "settled", "heading", "abroad", "wide", "country", "part_of", "body", "per_word", "only", "holds_others",
    "title_other", "studied",
)
"""Few, as a hundred documents bear: without seven that told little more (mentions, shares of them, being a system, being in the title) and with the
last two, the F1 of relevant documents is 0.77 in place of 0.71 (mean of four cross-validations, each with other folds)."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a sentence. ``placed``: something is said to be in it; ``body``: it is part of an organisation's name; ``told``: the
    document tells of the place itself, not of an office, a body or other people's work there."""

    entry: Entry
    printed: str
    sentence: Sentence
    start: int
    end: int
    placed: bool
    body: bool
    told: bool


def mentions(sentence: Sentence) -> Iterator[Mention]:
    """The places that a sentence names, addresses and people left out."""
    if _POSTCODE.found(sentence.plain):
        return
    if is_affiliation(sentence.plain):
        return
    plain, index, taken = sentence.plain, gazetteer(), 0
    last: Mention | None = None
    other: int | None = None
    for match in WORD.finditer(plain):
        if match.start() < taken:
            continue
        for word in dict.fromkeys((match[0], match[0].rstrip(".,'"), match[0].split("'")[0], match[0].split("-")[0])):
            found = next((e for e in index.get(word, ()) if _stands(plain, match.start(), e.name)), None)
            if found:
                break
        else:
            continue
        end = match.start() + len(found.name)
        taken = end
        beside = other is not None and _BESIDE.search(plain[other : match.start()])
        if found.kind != "nation" and (beside or _is_somebody(plain, match.start(), end)):
            other = end
            continue
        holds = last is not None and found.wide and not last.entry.wide and bool(_WITHIN.search(plain[last.end : match.start()]))
        mention = _in_context(sentence, found, match.start(), end, last, holds)
        if mention is not None:
            yield mention
            # What follows a wider area in a list ("Ghent (Belgium), Graz (Austria)") stands as the place before it does.
            last = replace(mention, placed=last.placed, told=last.told) if holds and last is not None else mention


def is_affiliation(plain: str) -> bool:
    """Whether a line is an author's affiliation or an institution's address: nothing but names and commas, one of them of an institution."""
    if "," not in plain or not _INSTITUTION.search(plain):
        return False
    return all(not word[0].islower() or "@" in word or len(word) == 1 or _SMALL_WORD.search(word) for word in re.findall(r"[\w@&][\w@.'-]*", plain))


def _is_somebody(plain: str, start: int, end: int) -> bool:
    """Whether the words around the name say that it is a person's, an institution's, a street's or a thing's."""
    before, after = plain[max(0, start - 60) : start], plain[end : end + 90]
    if any(pattern.search(before) for pattern in (_NOT_BEFORE, _STREET)) or _is_person(before):
        return True
    return bool(_NOT_AFTER.search(after)) or (bool(_TELLER.search(after)) and not _PLACED.search(before))


def _is_person(before: str) -> bool:
    """Whether the words before a name are a title, initials or a given name."""
    given = _WORD_BEFORE.search(before)
    return bool(_TITLE.search(before) or _INITIAL.search(before)) or (given is not None and given[1] in given_names())


def _stands(plain: str, start: int, name: str) -> bool:
    end = start + len(name)
    return plain.startswith(name, start) and not plain[end : end + 1].isalnum()


def _in_context(sentence: Sentence, entry: Entry, start: int, end: int, last: Mention | None, holds: bool) -> Mention | None:
    """The mention, or None where the words around it speak of something else; one joined to ``last`` by a comma or "and" stands as that does,
    unless it only says in which wider area that lies (``holds``)."""
    plain = sentence.plain
    before, after = plain[max(0, start - 60) : start], plain[end : end + 90]
    if entry.kind == "nation":
        return None
    direction = _DIRECTION.search(before) if entry.kind not in ("system", "country") else None
    if direction:
        start -= len(direction[0])
        before = before[: direction.start()]
    joined = last is not None and not holds and bool(_JOINED.search(plain[last.end : start]))
    at_site = before.endswith((" at ", " at the ", " of ")) and bool(_SITE_AFTER.search(after))
    placed = at_site or bool(_PLACED.search(before)) or (joined and last is not None and last.placed)
    item = sentence.kind == "list" and not plain[:start].strip(" -•*") and bool(_ITEM.search(after))
    item = item or bool(_SITE_NAME.search(plain[:start]) and _SITE_LINE.search(after))
    company = placed or item or bool(_COMPANY_BEFORE.search(before) or _COMPANY_AFTER.search(after)) or _is_listed(after)
    abroad = entry.kind in ("world", "region")
    if entry.kind == "world" and before.endswith("the ") and not _AREA.search(after) and not _JOINED_ON.search(after):
        return None
    if (entry.ambiguous or entry.kind == "world") and not company:
        return None
    if abroad and not placed and (entry.ambiguous or _PERSON.search(before) or _SURNAME.search(after)) and not _ABROAD_AFTER.search(after):
        return None
    body = bool(_BODY.search(after) or _BODY_BEFORE.search(before))
    office = bool(_OFFICE.search(plain[max(0, start - 80) : start]) or _SEAT.search(before))
    opens = (start < 8 and sentence.is_prose) or sentence.kind == "heading"
    listed = joined and last is not None and last.told
    speaks = placed or opens or item or listed or any(pattern.search(after) for pattern in (_SCHEME, _AREA)) or bool(_PEOPLE_OF.search(before))
    quoted = not sentence.is_prose and bool(_SPEAKER.search(before))
    aside = _COMPARED.search(before) or _OCCASION.search(before) or _THING.search(after) or _RULERS.search(after)
    elsewhere = office or holds or quoted or bool(aside) or (sentence.cited and not item)
    told = speaks and not elsewhere and (placed or not body)
    return Mention(entry, plain[start:end], sentence, start, end, placed, body, told)


def _is_listed(after: str) -> bool:
    """Whether a list goes on with a place that is nothing else ("Camden, Islington and")."""
    joint = _LIST_ON.match(after)
    word = WORD.match(after, joint.end()) if joint else None
    if word is None:
        return False
    named = gazetteer().get(word[0].rstrip(".,'"), ())
    return any(not one.ambiguous and one.country == HOME and _stands(after, word.start(), one.name) for one in named)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name with all its mentions and what the model weighs."""

    name: str
    entry: Entry
    mentions: tuple[Mention, ...]
    values: tuple[float, ...]


def candidates(prose: Prose, evidence: dict[Key, LabelEvidence]) -> list[Candidate]:
    """Every place that the document names, with the features of :data:`FEATURES`."""
    groups: dict[str, list[Mention]] = defaultdict(list)
    for sentence in prose.sentences:
        for mention in mentions(sentence):
            groups[place_key(mention.printed)].append(mention)
    groups = defaultdict(list, {name: group for name, group in groups.items() if not _is_author(prose, group)})
    integration = {
        mention.sentence.number
        for (facet, _), one in evidence.items()
        if facet == "integration_type"
        for mention in one.mentions
        if mention.kind in ("strong", "weak")
    }
    told = {name: [mention for mention in group if mention.told] for name, group in groups.items()}
    within = Counter(groups[name][0].entry.country for name, one in told.items() if one and not groups[name][0].entry.wide)
    most_told = max((len(one) for one in told.values()), default=0) or 1
    title, like_towns = place_key(prose.title), _like_towns(groups.values())
    titled = {name for name in groups if re.search(rf"\b{re.escape(name)}\b", title)}
    result = []
    for name, group in groups.items():
        printed = Counter(mention.printed for mention in group).most_common(1)[0][0]
        larger = max((len(groups[other]) for other in groups if other != name and f" {name} " in f" {other} "), default=0)
        entry, count, own = group[0].entry, len(group), told[name]
        values = (
            log1p(len(own)), log1p(sum(m.sentence.zone == "lead" for m in own)), len(own) / most_told,
            log1p(sum(_is_setting(m, integration) for m in own)), float(any(m.placed and m.sentence.kind == "heading" for m in group)),
            float(entry.kind in ("world", "region")), float(entry.wide and name not in like_towns), float(entry.kind == "country"),
            float(larger >= count), sum(m.body for m in group) / count, log1p(10000 * count / prose.words), float(bool(own)) / len(groups),
            float(entry.wide and within[entry.country] > 0), float(bool(titled) and name not in titled), log1p(sum(map(_is_studied, own))),
        )
        result.append(Candidate(printed, entry, tuple(group), values))
    return result


def _is_author(prose: Prose, group: Sequence[Mention]) -> bool:
    """Whether the name is somebody's: in one sentence it has a given name, or says or argues something, and in none is anything said to be in it."""
    if any(mention.placed or mention.entry.wide for mention in group):
        return False
    name = group[0].entry.name
    return any(
        _TELLER.search(sentence.plain[at + len(name) :]) or _is_person(sentence.plain[max(0, at - 60) : at])
        for sentence in prose.sentences
        if (at := sentence.plain.find(name)) >= 0
    )


def _like_towns(groups: Iterable[list[Mention]]) -> set[str]:
    """The keys of wide areas that stand in one list with towns ("London, Preston and Leeds"), and so are spoken of as one of them."""
    lines: dict[int, list[Mention]] = defaultdict(list)
    for mention in (mention for group in groups for mention in group if mention.told):
        lines[mention.sentence.number].append(mention)
    found = set()
    for line in lines.values():
        line.sort(key=lambda mention: mention.start)
        for one, other in pairwise(line):
            between = one.sentence.plain[one.end : other.start]
            if one.entry.wide != other.entry.wide and _JOINED.search(between) and not (other.entry.wide and _WITHIN.search(between)):
                found.add(place_key((one if one.entry.wide else other).printed))
    return found


def _is_studied(mention: Mention) -> bool:
    """Whether the document says of itself, in its methods or its summary, that people live there or that it was done there."""
    sentence = mention.sentence
    near = sentence.plain[max(0, mention.start - 150) : mention.end + 100]
    return (sentence.own or sentence.zone in ("methods", "lead")) and bool(_STUDIED.search(near))


def _is_setting(mention: Mention, integration: set[int]) -> bool:
    """Whether words of setting or of joining up stand near the name."""
    plain, number = mention.sentence.plain, mention.sentence.number
    near = plain[max(0, mention.start - 120) : mention.end + 120]
    return bool({number - 1, number, number + 1} & integration) or bool(_SETTING.search(near))


def places(prose: Prose, named: Sequence[Candidate], model: Pooled, sorts: Sequence[float], unsure_below: float) -> tuple[Place, ...]:
    """The candidates whose probability reaches the model's threshold, most probable first.

    Only a document that is called relevant has places, and how sure that is does not tell one name from another: with it in the score F1 was
    0.655 in place of 0.668 (mean of twelve cross-validations) and scores were 0.11 too low.
    """
    found = []
    for candidate in named:
        score = model.probability(LABEL, candidate.values, sorts)
        if score < model.thresholds.get(LABEL, 0.5):
            continue
        mention = max(candidate.mentions, key=lambda m: (m.sentence.is_prose, m.placed, not m.sentence.cited, -m.sentence.number))
        span = quote(prose, mention.sentence, mention.start, mention.end)
        entry = candidate.entry
        found.append(Place(candidate.name, entry.code, entry.country, round(score, 4), score < unsure_below, span))
    return tuple(sorted(found, key=lambda place: (-place.score, place.name)))
