"""Bodies as phrases name them, made one canonical name: "the Italian defence ministry"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.actors.givennames import is_given_name
from demarche.articles.actors.kinds import KINDS
from demarche.articles.actors.titles import is_title
from demarche.articles.actors.words import Place, Word, joined, vocabulary
from demarche.gazetteer import Country

NOUNS = vocabulary(
    """
    ministry ministries department departments embassy embassies consulate mission delegation
    government governments authorities administration cabinet military army navy forces parliament
    senate congress assembly court bank agency agencies service services bureau office commission
    committee council board authority institute institution university academy college school centre
    center foundation association federation confederation union league alliance bloc party movement
    front coalition organisation organization group company corporation firm fund secretariat
    tribunal staff command fleet guard guards police intelligence presidency kremlin duma chamber
    newspaper daily television broadcaster radio gazette herald times post tribune journal
    observatory watch network society club conference community initiative regime airline airlines
    operator customs inspectorate directorate corps brigade brigades battalion regiment militia
    companies industries laboratory church synod charity think-tank tank forum syndicate exchange
    media leadership opposition faction junta legislature regulator registry archive archives panel
    taskforce pact treaty-organisation summit analytics partners consultants hospital clinic museum
    library
    """
)
"""Head nouns of what bodies are called."""

SCHOLARLY = vocabulary(
    """
    institute university academy college school centre center foundation observatory think-tank tank
    laboratory network watch society charity ngo analytics consultants syndicate newspaper magazine
    journal initiative hospital partners
    """
)
"""Those whose people speak as analysts, unless they are a country's or international."""

_TEACHING = frozenset({"university", "academy", "college", "school"})
_NATIONAL = vocabulary(
    """
    party bloc coalition assembly parliament senate congress duma police army navy
    court administration service customs inspectorate directorate fleet command guard guards
    ministry department cabinet bureau regulator opposition faction junta legislature staff
    """
)
"""Bodies that belong to a country even where their name does not say so."""

_OF_A_STATE = frozenset(
    {
        "national",
        "state",
        "federal",
        "central",
        "royal",
        "parliamentary",
        "election",
        "electoral",
        "civil",
        "prosecutor",
    }
)
_HERE = "¤"  # stands for a country in a phrase
_LONGEST_PHRASE = 40  # words; what follows is no part of a body's name
_NOISE = vocabulary(
    """
    the a an its their this that these those his her our both some one two three four several many
    unnamed same another other new own main neighbouring neighboring also meanwhile however but and
    senior top leading respective unidentified anonymous all each any such no few certain
    """
)
_PRESS = r"(?:newspapers?|daily|dailies|papers?|gazette|magazine|organ)"
_STATE = (
    r"(?:state|official|government|governing|ruling|army|military|party|pro-government|public"
    r"|national)"
)
_MEDIA = re.compile(
    rf"\b{_STATE}(?:[- ](?:run|owned|controlled|backed|funded|party|affiliated))?[ -]"
    r"(?:[¤\w]+ ){0,2}?"
    r"(?P<what>news agency|agency|television|tv|radio|broadcaster|broadcasting \w+|media|channel"
    rf"|website|outlets?|{_PRESS})\b"
)
_OWN_AGENCY = re.compile(r"¤ (?:\w+ )?(?:news|press|telegraph) agency\b")
_NO_COUNTRY = vocabulary(
    """
    international joint european regional world global african asian arab islamic transnational
    pacific atlantic nordic baltic eurasian caribbean inter-american united multinational
    """
)
_MINISTRY = re.compile(r"^(?:(.*?) )?(ministry|ministries)\b(?: (?:of|for) (.+))?")
_DEPARTMENT = re.compile(r"^(?:(.*?) )?(departments?)\b(?: (?:of|for) (.+))?")
_MINISTER = re.compile(
    r"^(?:(.*?) )?(ministers?|ministerial|officials?|secretary)\b(?: (?:of|for) (.+))?"
)
_TAIL = re.compile(r" (?:in|at|on|from|to|under|near|after|with|by|who|which|that|¤)(?: .*)?$|,.*")
# "the Iran-backed group" is a group; "state-run television" is a state's.
_ALIGNED = re.compile(
    r"^(?!state|government|party|army)\w+-(?:backed|led|based|linked|aligned|controlled|ruled)$"
)
_PREPOSITION = re.compile(r"\b(?:of|at|from|in|for|to|with|by)\b")
_SUBJECTS = {
    "foreign": "Foreign Affairs",
    "external affairs": "Foreign Affairs",
    "external relations": "Foreign Affairs",
    "foreign relations": "Foreign Affairs",
    "home": "Home Affairs",
    "commercial": "Commerce",
    "economic": "Economy",
    "agricultural": "Agriculture",
    "defense": "Defense",
}
# Officials who are named for their ministry's subject alone.
_PORTFOLIOS = vocabulary(
    """
    defence defense finance health trade energy agriculture transport justice education interior
    environment labour labor tourism commerce industry fisheries home foreign culture economy
    unification water oil information sports sport security
    """
)

_GOVERNMENT = re.compile(
    r"\b(?:governments?|authorities|regime|leadership|cabinet|administration|sides?|delegations?"
    r"|delegates?|capitals?|states?|country|countries|nations?|officials?|negotiators?|leaders?"
    r"|spokes\w+|sources?|ministers?|aides?|advis[eo]rs?|envoys?|representatives?|rulers?)\b"
)


# Nouns of which a country has but one.
_SELF_EXPLAINING = vocabulary(
    "military army navy police parliament senate embassy consulate government chancellery"
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as a phrase names it.

    Attributes
    ----------
    name : str
        Without its country: "Ministry of Foreign Affairs".
    head : str
        Its head noun in lower case: "ministry".
    national : bool
        Whether it belongs to a country.
    role : str
    """

    name: str
    head: str
    national: bool = True
    role: str = "official"

    @property
    def bare(self) -> bool:
        """Whether nothing but the noun is known: "the ministry"."""
        return self.name.lower() == self.head and self.head not in _SELF_EXPLAINING

    def of(self, country: Country | None, host: Country | None = None) -> str:
        """Give the canonical name: "Embassy of Russia in Seoul"."""
        if country is None:
            return self.name
        the = "the " if country.article else ""
        name, _, tail = self.name.partition(" to the ")
        whole = f"{name} of {the}{country.name}" + (f" to the {tail}" if tail else "")
        return f"{whole} in {host.capital}" if host and self.head == "embassy" else whole


def name_body(words: Sequence[Word], places: Sequence[Place]) -> Body | None:
    """Name the body that a noun phrase is about, or that its official belongs to.

    Parameters
    ----------
    words : sequence of Word
        The phrase: "a senior Croatian military officer", "the Italian defence ministry".
    places : sequence of Place
        The countries that it names.

    Returns
    -------
    Body or None
        None where no word of it is a body's or an official's.
    """
    words = words[:_LONGEST_PHRASE]
    phrase = _frame(words, places).replace("foreign office", "foreign ministry")
    if _OWN_AGENCY.search(phrase):
        return Body("State News Agency", "agency", True, "state_media")
    media = _MEDIA.search(phrase)
    if media:
        return Body(_media_name(media["what"]), media["what"].split()[-1], True, "state_media")
    return (
        _of_subject(_MINISTRY, "Ministry", phrase)
        or _of_subject(_DEPARTMENT, "Department", phrase)
        or _proper_name(words, places)
        or _kind(phrase)
        or _of_portfolio(phrase)
        or _plain_name(phrase)
        or (Body("Government", "government") if _GOVERNMENT.search(phrase) else None)
    )


def names_office(words: Sequence[Word]) -> bool:
    """Say whether a title is one that has an office by its name: "Prime Minister"."""
    body = name_body(words, ())
    return body is not None and body.name.startswith("Office of the ")


def _frame(words: Sequence[Word], places: Sequence[Place]) -> str:
    """Give the phrase in lower case, its countries replaced and its determiners dropped."""
    skipped = {at: place.first for place in places for at in range(place.first, place.last)}
    out: list[str] = []
    for at, word in enumerate(words):
        if at in skipped:
            if skipped[at] == at:
                out.append(_HERE)
        elif not (word.lower in _NOISE or _ALIGNED.search(word.lower)) or (
            out[-1:] and word.lower == "and"
        ):
            out.append(f"{word.lower}'s" if word.possessive else word.lower)
    return " ".join(out)


def _of_subject(pattern: re.Pattern[str], what: str, phrase: str) -> Body | None:
    found = pattern.search(phrase)
    if not found:
        return None
    before = _PREPOSITION.split((found[1] or "").split(_HERE)[-1])[-1].strip()
    after = _TAIL.sub("", f" {found[3] or ''}").strip()
    after = "" if after.startswith(_HERE) else after.removesuffix(" of").removeprefix("the ")
    subject = after or before
    if not subject:
        return Body(what, what.lower())
    return Body(f"{what} of {_subject(subject)}", what.lower())


def _of_portfolio(phrase: str) -> Body | None:
    """Name the ministry of "the home minister", "defence officials"."""
    found = _MINISTER.search(phrase)
    if not found:
        return None
    after = _TAIL.sub("", f" {found[3] or ''}").strip().removesuffix(" of")
    before = (found[1] or "").split(_HERE)[-1].split()
    if found[2].startswith("minister") and after and not after.startswith(_HERE):
        return Body(f"Ministry of {_subject(after)}", "ministry")
    if found[2].startswith("minister") and " ".join(before[-2:]) in _SUBJECTS:
        return Body(f"Ministry of {_subject(' '.join(before[-2:]))}", "ministry")
    if before and before[-1] in _PORTFOLIOS:
        return Body(f"Ministry of {_subject(before[-1])}", "ministry")
    return None


def _subject(words: str) -> str:
    return _SUBJECTS.get(words, _title(words))


def _kind(phrase: str) -> Body | None:
    for kind, name in KINDS:
        if kind.search(phrase):
            head = name.split(" of ")[0].split(" to ")[0].split()
            return Body(name, head[-1].lower() if name != "Consulate General" else "consulate")
    return None


def _proper_name(words: Sequence[Word], places: Sequence[Place]) -> Body | None:
    """Give a name in capitals as it stands: "Joint Verification Commission"."""
    named = {at for place in places for at in range(place.first, place.last)}
    for head, word in enumerate(words):
        if not (word.capital and word.lower in NOUNS and head not in named):
            continue
        first = head
        while first and words[first - 1].capital and first - 1 not in named:
            first -= 1
        while words[first].lower in _NOISE and first < head:
            first += 1
        last = head + 1
        while last < len(words) and (
            _continues(words, head, last, named)
            or (words[last].lower in _INNER and _goes_on(words, last, named))
        ):
            last += 1
        if last - first > 1:
            # "Nationalist Movement Party" is a party.
            noun = "party" if words[last - 1].lower == "party" else word.lower
            return _named(joined(words[first:last]), noun, bool(named))
    return None


def _continues(words: Sequence[Word], head: int, at: int, named: set[int]) -> bool:
    """Say whether a capital goes on a name: "Hospital Association", "Council for Peace Studies"."""
    word, before = words[at], words[at - 1]
    if not word.capital or at in named or is_title(word.lower):
        return False
    behind_of = at - 2 > head and words[at - 2].lower in _INNER and not is_given_name(word.text)
    return before.lower in _INNER or (
        word.start - before.end == 1 and (behind_of or word.lower in NOUNS)
    )


def _goes_on(words: Sequence[Word], at: int, named: set[int]) -> bool:
    """Say whether a name goes on after a small word: "Center for Strategic Studies"."""
    for after in range(at + 1, min(at + 3, len(words))):
        if words[after].capital:
            return after not in named and after + 1 <= len(words)
    return False


def _plain_name(phrase: str) -> Body | None:
    """Give a body named in lower case: "fire and disaster management agency"."""
    before = re.split(r" (?:in|at|on|from|to|of|for|with|by|who|which|that)\b|,", phrase)[0]
    inside = [word for word in before.replace(_HERE, " ").split() if word]
    heads = [at for at, word in enumerate(inside) if word in NOUNS]
    if not heads or inside[heads[-1]] in _GOVERNING:
        return None
    name = " ".join(inside[: heads[-1] + 1]).removeprefix("and ")
    head = inside[heads[-1]]
    if _CIVIC.search(before):
        return Body(_title(name), head, False, "analyst")
    # What has no name of its own is one of the country's.
    return Body(
        _title(name),
        head,
        head not in SCHOLARLY or _HERE in phrase,
        "analyst" if head in SCHOLARLY else "official",
    )


_CIVIC = re.compile(
    r"\b(?:monitoring|rights|advocacy|research|campaign|aid|civic|environmental|polling|risk"
    r"|consult\w+|investment|analysis|relief)"
    r" (?:group|organi[sz]ation|cent(?:re|er)|company|firm)\b"
)
_INNER = frozenset({"of", "for", "and", "on", "the"})
_GOVERNING = vocabulary(
    "government governments authorities administration cabinet leadership delegation regime"
)


def _named(name: str, head: str, owned: bool) -> Body:
    words = set(name.lower().split())
    domestic = head in _NATIONAL or not words.isdisjoint(_OF_A_STATE)
    national = owned or (domestic and words.isdisjoint(_NO_COUNTRY))
    scholarly = head in SCHOLARLY or name.startswith("Council on")
    # "the Kenyan National Cyber Centre" is the state's, a university is not.
    states_own = owned and head not in _TEACHING and "national" in name.lower().split(head)[0]
    scholarly = scholarly and words.isdisjoint(_NO_COUNTRY) and not states_own
    return Body(name, head, national and not scholarly, "analyst" if scholarly else "official")


def _media_name(what: str) -> str:
    if re.fullmatch(_PRESS, what):
        return "State Newspaper"
    what = "news agency" if what == "agency" else "television" if what == "tv" else what
    return f"State {_title(what)}"


def _title(phrase: str) -> str:
    small = {"of", "and", "for", "the", "to", "on", "in"}
    return " ".join(w if w in small else w[:1].upper() + w[1:] for w in phrase.split())
