"""How a party stands to what a sentence says: as the one addressed, the doer, the one helped."""

import re
from collections.abc import Sequence

from demarche.articles.parts import Attribution, Unit
from demarche.articles.target.parties import Mention


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ADDRESSED = re.compile(
    r"(?:accus|accept|admonish|applaud|appreciat|ask|assur|berat|blam|blast|brand|castigat|caution"
    r"|challeng|charg|chastis|chid|commend|condemn|confront|congratulat|counsel|critici[sz]|defi"
    r"|defy|demand|denounc|deplor|deter|encourag|excoriat|fault|forgiv|hold|held|implor|invit|isolat"
    r"|label|lambast|lectur|mock|prais|press|pressur|prod|protest|punish|rap|reassur|rebuk|remind"
    r"|reprimand|reproach|salut|sanction|scold|slam|summon|thank|threaten|trust|upbraid"
    r"|urg|warn|welcom)"
    r"(?:e|es|ed|d|s|ing|ies|m?ed)?"
)
_HELPED = re.compile(
    r"(?:aid|ally|allies|annex|appeas|arm|assist|attack|back|bomb|contain|defend|destroy|divid|encircl|equip"
    r"|harm|help|invad|occup|overthrow|protect|restrain|shell|shield|strik|struck|suppl|support"
    r"|target|train|visit|weaken)"
    r"(?:e|es|ed|d|s|ing|y|ies|ied|ying)?"
)
_AGAINST = frozenset({"against", "towards", "toward", "versus", "vis-a-vis"})
# What a preposition follows where its object is the party blamed, threatened or reached out to.
_TO_ADDRESSED = {
    "on": """call calls called calling pressure sanction sanctions blame blamed blames blaming
        impose imposed imposing prevail responsibility embargo embargoes restrictions tariffs""",
    "upon": "call calls called calling prevail",
    "with": """agreement compromise contacts cooperate cooperation co-operation deal dialogue fault
        friendship lay lie lies negotiate negotiations partnership patience peace relations rest
        rested rests solidarity sympathise talk talks ties trade treaty war work""",
    "to": """addressed answer apologised apologized apologies apology appeal appealed appeals
        assurances attributed close committed condolences delivered due extend extended extends
        friends grateful gratitude hand handed indebted message note object objected offer offered
        offers open owed proposal proposed protest protested protests reply replied respond
        responded response sent signal sympathies sympathy thank thankful thanks threat threats
        tribute warning""",
    "from": """apology ask asked assurances come comes demand demanded demands emanating expect
        expected expecting expects explanation interference pressure provocation seek sought
        threat threats""",
    "of": """accused actions aggression ambitions arrogance attempt attempts attitude behalf
        behavior behaviour complain complained condemnation conduct crimes critical criticism
        disapproval door failure fault guilty hands hostility hypocrisy part plans policies policy
        provocations refusal responsibility suspected suspicious tired""",
    "at": """aimed anger angered angry directed door fury hit hits hitting lashed lashing
        levelled leveled struck""",
    "for": "admiration friendship gratitude message praise respect warning",
    "in": "confidence disappointed trust",
    "over": """alarm anger complained complaint concern concerned concerns criticism
        dissatisfaction outrage protest protested protests regret sanctions worry""",
    "about": "alarm complained concern concerned concerns worry",
    "as": "far",
}
# The same where its object is somebody whom a third party helps or harms.
_TO_HELPED = {
    "on": """aggression airstrike airstrikes assault attack attacks behalf bombing invasion raid
        raids shelling strike strikes war""",
    "against": "aggression assault attack attacks crime crimes genocide war",
    "to": """access aid ammunition arms assistance commitments damage deliveries delivery equipment
        flew harm loyal missiles sale sales supplies supply trip visit weapons""",
    "for": "ally backing support sympathy",
    "of": """ally allies annexation capital defence defense favor favour independence integrity
        invasion occupation rights security side soil sovereignty support territory""",
    "with": """ally alliance allied along alongside defence defense drills exercise exercises mutual
        pact stand stands stood together""",
}
_ADDRESSING = {word: _words(near) for word, near in _TO_ADDRESSED.items()}
_HELPING = {word: _words(near) for word, near in _TO_HELPED.items()}
_OFFICES = _words(
    "ambassador attache attaché consul consulate counsellor embassy envoy representative"
)
_POSTS = {
    "to": _OFFICES,
    "in": _OFFICES,
    "of": _words("charter meeting member members norms resolution resolutions rules session"),
}
_NEAR = 5  # words before a preposition in which what governs it is looked for
_WINDOW = 90  # characters
_LONGEST_OPENING = 110  # characters
_WORD = re.compile(r"[\w'’-]+")
_FILLERS = _words(
    """a all alone ambassador an any authorities both brotherly citizens current delegation even
    foreign former fraternal friendly government governments her his its leader leaders leadership
    minister ministry mr nation neighboring neighbouring new of old only our people peoples
    president prime regime representative representatives same side sister so-called some such that
    the their these this those"""
)
_AUXILIARIES = _words(
    """again are can cannot could did do does had has have is keeps knew knows may might must need
    needs never ought shall should wants was were will would"""
)
_VERB = re.compile(r"[a-z]{2,}(?:ed|es|[a-rt-z]s)")
_ENDANGERED = _words(
    "airspace borders independence integrity interests rights security sovereignty territory"
)
_PLACES = _words("across around at in inside into near outside over throughout within")
_THAT = re.compile(r"[^“\"]{0,120}?\bthat\s")
_SUBORDINATE = re.compile(
    r"[\s“”\"'‘’«»(]{0,5}(?:although|amid|as(?! (?:for|regards|to)\b)|despite|during|following"
    r"|given|in the course|since|though|under the|unlike|whereas|while)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",\s[^,“”\"]{1,120},")
_TOPIC = re.compile(r"\bas (?:for|to|regards)\s(?:the\s)?$", re.IGNORECASE)
_JOIN = re.compile(r"[-–]|(?:,|,? and|,? or| as well as)\s(?:the\s)?")
_LONGEST_JOIN = 20  # characters


def relations(text: str, unit: Unit, mentions: Sequence[Mention], side: str) -> list[str]:
    """Say of each mention how its party stands to what the sentence says.

    Parameters
    ----------
    text : str
    unit : Unit
    mentions : sequence of Mention
        Those of the sentence, in order.
    side : str
        The party for which the sentence speaks.

    Returns
    -------
    list of str
        ``"addressed"``, ``"topic"``, ``"doer"``, ``"agent"`` ("by Russia"), ``"owner"`` of what
        is spoken of, ``"helped"`` (or harmed) by others, ``"place"``, ``"post"`` ("ambassador to
        Russia"), ``"between"``, ``"with"`` (beside one named before), ``"partner"`` (beside the
        speaker's own party), or ``"named"``.
    """
    found = []
    for mention, before, after in zip(
        mentions, (None, *mentions), (*mentions[1:], None), strict=False
    ):
        company = before and _joined(text, before, mention)
        if before and company and before.party != mention.party:
            found.append("partner" if before.party == side else "with")
        elif after and after.party == side and _compound(text, mention, after):
            found.append("partner")
        else:
            found.append(_relation(text, unit, mention))
    return found


def _joined(text: str, one: Mention, other: Mention) -> bool:
    """Say whether two parties are named in one breath: "Russia and the DPRK", "US-Korean"."""
    between = text[one.end : other.start]
    return len(between) < _LONGEST_JOIN and bool(_JOIN.fullmatch(between))


def _compound(text: str, one: Mention, other: Mention) -> bool:
    return text[one.end : other.start] in {"-", "–"}


def _relation(text: str, unit: Unit, mention: Mention) -> str:
    head = text[max(unit.start, mention.start - _WINDOW) : mention.start]
    if _TOPIC.search(head):
        return "topic"
    before = [word.lower() for word in _WORD.findall(head)]
    if before and before[-1] == "the":
        before.pop()
    if before and _POSTS.get(before[-1], frozenset()) & set(before[-4:-1]):
        return "post"
    while before and before[-1] in _FILLERS and not (before[-1] == "of" and _governed(before)):
        before.pop()
    after = text[mention.end : min(unit.end, mention.end + _WINDOW)]
    return _governed(before) or _by_last_word(before, mention) or _by_what_follows(after, mention)


def _by_last_word(before: Sequence[str], mention: Mention) -> str | None:
    """Read the verb or preposition before a party: "accused [Russia]", "by [Russia]"."""
    last = before[-1] if before else ""
    if _HELPED.fullmatch(last):
        return "helped"
    if _ADDRESSED.fullmatch(last):
        # "accused of threatening X": the threatened one is another's victim.
        gerund = last.endswith("ing") and before[-2:-1] in (["of"], ["for"], ["at"], ["from"])
        return "helped" if gerund else "addressed"
    if last in _PLACES or (last == "from" and mention.form == "capital"):
        return "place"
    return {"by": "agent", "of": "owner", "between": "between"}.get(last)


def _governed(before: Sequence[str]) -> str | None:
    """Read a preposition by what governs it: "sanctions on", "weapons to"."""
    last = before[-1] if before else ""
    near = set(before[-_NEAR - 1 : -1])
    if near & _HELPING.get(last, frozenset()):
        return "helped"
    if last in _AGAINST or near & _ADDRESSING.get(last, frozenset()):
        return "addressed"
    return None


def _by_what_follows(after: str, mention: Mention) -> str:
    following = _WORD.findall(after)[:4]
    if after[:1] in {"'", "’"}:
        return "helped" if _ENDANGERED & set(following[:3]) else "owner"
    if mention.form == "adjective":
        return "doer" if _AUXILIARIES & set(following[1:3]) else "owner"
    if following and (following[0] in _AUXILIARIES or _VERB.fullmatch(following[0])):
        return "doer"
    return "named"


def find_beside(text: str, start: int, end: int, how: Attribution) -> list[tuple[int, int]]:
    """Give the spans of what only stands beside the main clause.

    They are an opening that sets the scene, "As Russia pressed on, ...", at the start or after the
    attribution's "that", and what is said of the source in passing: "Libya, which borders Chad,".
    """
    spans = []
    for at in (start, _after_that(text, start, end)):
        opening = _SUBORDINATE.match(text, at, end)
        if opening and (comma := text.find(",", at, min(end, at + _LONGEST_OPENING))) > 0:
            spans.append((opening.start(), comma))
    if how.source and (aside := _ASIDE.match(text, how.source[1], end)):
        spans.append(aside.span())
    return spans


def _after_that(text: str, start: int, end: int) -> int:
    found = _THAT.match(text, start, end)
    return found.end() if found else start
