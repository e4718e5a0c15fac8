"""The nouns that describe persons: offices, ranks and trades, and what they say of a speaker."""

from collections.abc import Iterable

from demarche.articles.actors.words import vocabulary

HEADS = vocabulary(
    """
    president vice-president minister premier chancellor king queen prince princess emir sultan
    sheikh ambassador envoy secretary spokesman spokeswoman spokesperson spokespeople spokesmen
    spokespersons spokeswomen general admiral colonel captain major marshal lieutenant commander
    commodore brigadier sergeant senator congressman congresswoman representative rep sen lawmaker
    lawmakers legislator legislators parliamentarian parliamentarians mp mps deputy deputies
    chairman chairwoman chairperson chair head director director-general chief commissioner governor
    mayor judge justice prosecutor professor prof dr mr mrs ms miss sir dame lord lady pope cardinal
    bishop archbishop patriarch ayatollah imam rabbi leader leaders adviser advisor aide aides
    advisers advisors counsellor counselor consul consul-general attaché attache analyst analysts
    expert experts researcher researchers scholar scholars fellow economist economists historian
    historians lawyer lawyers journalist reporter editor columnist commentator correspondent
    activist author founder owner manager engineer coordinator rapporteur speaker whip treasurer
    officer officers official officials diplomat diplomats negotiator negotiators delegate delegates
    delegation delegations specialist specialists strategist academic academics scientist scientists
    inspector observer observers monitor undersecretary under-secretary secretary-general politician
    politicians opposition candidate dictator ruler monarch strongman vice-chairman vice-chancellor
    vice-minister executive ceo secretary-designate intendant prefect registrar superintendent
    ministers presidents ambassadors envoys commanders generals admirals senators governors mayors
    chairmen directors secretaries controller comptroller dean rector curator archivist attorney
    facilitator convenor partner creditor geographer source sources insider insiders pundit pundits
    physicist geologist hydrologist biologist epidemiologist demographer sociologist pollster
    consultant technician pilot trader traders broker brokers dealer dealers rebel rebels guerrilla
    guerrillas militant militants separatist chargé plenipotentiary interlocutor counterpart
    colleague predecessor successor comrade doctor nurse physician teacher farmer fisherman
    shopkeeper student resident witness survivor villager worker driver baker retiree pensioner
    refugee soldier veteran campaigner member members premier-designate mediator arbitrator
    moderator organiser organizer host guest warden provost ombudsman auditor administrator lecturer
    vicar nuncio taoiseach tánaiste czar tsar czarina
    """
)
"""Head nouns of what persons are called."""

MODIFIERS = vocabulary(
    """
    prime foreign deputy vice first second third assistant under senior chief acting interim former
    ex- ex defence defense interior finance home external affairs public health state national
    security press top military naval army navy air force police permanent special general high
    supreme federal regional resident government governmental opposition ruling cabinet presidential
    parliamentary ministerial ministry department trade economy economic energy transport
    agriculture fisheries justice education culture environment commerce industry information labour
    labor tourism sports sport planning budget oil water resources political legal lead nuclear
    communist party coalition embassy republican democratic democrat conservative labour's liberal
    socialist nationalist independent veteran managing executive treasury central bank lt maj gen
    brig col capt adm rear cmdr sgt hon right honourable rt crown grand outgoing incoming newly
    long-time longtime influential main leading principal great dear paramount respected late young
    elder parliament house senate congressional joint human rights disarmament arms control
    military-political union intelligence counterterrorism unification science technology
    communications development cooperation co-operation immigration internal integration
    infrastructure railways customs space minority majority floor vice-foreign under-foreign plenary
    honorary visiting distinguished associate adjunct emeritus international relations consular
    commercial cultural tax trade-policy protocol climate housing social welfare women's family
    emergency emergencies foreign-policy policy election electoral tribal religious spiritual
    transitional
    """
)
"""Words that stand before those nouns."""

CONNECTORS = vocabulary("of for to the and & on in de at a an")

ANALYSTS = vocabulary(
    """
    analyst analysts expert experts researcher researchers scholar scholars fellow economist
    economists historian historians academic academics scientist scientists specialist specialists
    strategist pundit pundits commentator columnist consultant professor prof lecturer physicist
    geologist hydrologist biologist epidemiologist demographer sociologist pollster lawyer lawyers
    author activist campaigner trader traders broker brokers dealer dealers resident witness
    survivor villager farmer fisherman shopkeeper student teacher worker driver baker retiree
    pensioner refugee physician nurse archivist curator geographer observer observers attorneys
    """
)
"""Those who speak for no party."""

JOURNALISTS = vocabulary("journalist reporter editor correspondent anchor presenter announcer")

SPOKESPERSONS = vocabulary(
    "spokesman spokeswoman spokesperson spokespeople spokesmen spokespersons spokeswomen"
)
LAWMAKERS = vocabulary(
    "lawmaker lawmakers legislator legislators mp mps senator congressman congresswoman "
    "parliamentarian parliamentarians deputy deputies representative rep sen"
)
SOLDIERS = vocabulary(
    "general admiral colonel captain major marshal lieutenant commander commodore brigadier "
    "sergeant officer soldier chief"
)
DIPLOMATS = vocabulary(
    "ambassador envoy consul consul-general attaché attache counsellor counselor chargé "
    "negotiator plenipotentiary diplomat diplomats nuncio"
)
LEADERS = vocabulary(
    "president premier chancellor chairman king emir sultan ruler prime leader head"
)
CHIEFS = vocabulary(
    "head chief director chairman chairwoman chairperson chair director-general leader"
)
CIVIL = vocabulary(
    "mr mrs ms miss sir dame lord lady dr prof doctor comrade sayyed sayed seyed hajj hon"
)
"""Forms of address, which say nothing of an office."""

FEMALE = vocabulary(
    """
    spokeswoman spokeswomen chairwoman congresswoman mrs ms miss dame lady queen princess
    businesswoman
    """
)
MALE = vocabulary(
    "spokesman chairman congressman mr sir lord king prince emir sultan pope fisherman"
)

_PLURALS = {
    "spokesmen": "spokesperson",
    "spokespeople": "spokesperson",
    "spokespersons": "spokesperson",
    "spokeswomen": "spokesperson",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "chairman": "chair",
    "chairwoman": "chair",
    "chairperson": "chair",
    "premier": "minister",
    "advisor": "adviser",
    "counselor": "counsellor",
    "prof": "professor",
    "gen": "general",
    "adm": "admiral",
    "col": "colonel",
    "capt": "captain",
    "sen": "senator",
    "doctor": "dr",
    "attache": "attaché",
}


def is_title(word: str) -> bool:
    """Say whether a word in lower case is a title: "admiral", "vice-admiral", "editor-in-chief"."""
    first, _, rest = word.partition("-")
    return (
        word in HEADS
        or word in CIVIL
        or (bool(rest) and (first in HEADS or rest in HEADS))
        or word.endswith(("ologist", "ographer", "omist"))
    )


def lemma(head: str) -> str:
    """Give one form for a noun's genders and spellings: "spokeswoman" is "spokesperson"."""
    if "-" in head and head not in HEADS and is_title(head):
        head = next(part for part in head.split("-") if part in HEADS)
    return _PLURALS.get(head, head)


def describes(wanted: str, words: Iterable[str]) -> int:
    """Say how well a head noun fits a person described by `words`: 0 not, 2 by its own noun."""
    held = {lemma(word) for word in words}
    if lemma(wanted) in held:
        return 2
    for group, also in _GROUPS:
        if wanted in group and held & also:
            return 1
    return 0


def _lemmas(*sets: frozenset[str]) -> frozenset[str]:
    return frozenset(lemma(word) for group in sets for word in group)


_GROUPS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        vocabulary("analyst expert researcher scholar academic specialist observer"),
        _lemmas(ANALYSTS),
    ),
    (vocabulary("diplomat envoy"), _lemmas(DIPLOMATS) | {"foreign", "representative", "secretary"}),
    (vocabulary("general admiral officer commander colonel soldier"), _lemmas(SOLDIERS)),
    (vocabulary("lawmaker legislator mp parliamentarian"), _lemmas(LAWMAKERS)),
    (vocabulary("leader ruler dictator strongman"), _lemmas(LEADERS)),
    (
        vocabulary("head chief director chair boss"),
        _lemmas(CHIEFS) | {"secretary-general", "commander"},
    ),
    (vocabulary("politician"), _lemmas(LAWMAKERS) | {"leader", "minister"}),
    (
        vocabulary("official"),
        frozenset(
            {
                "deputy",
                "director",
                "head",
                "chief",
                "adviser",
                "secretary",
                "commissioner",
                "undersecretary",
            }
        ),
    ),
    (vocabulary("monarch"), frozenset({"king", "queen", "emir", "sultan"})),
    (vocabulary("representative"), _lemmas(DIPLOMATS) | {"spokesperson", "minister", "delegate"}),
    (vocabulary("doctor physician"), frozenset({"dr", "physician"})),
)
