"""Cues: the verbs, nouns and phrases by which English news attributes words to a source.

A verb's frame says what must follow it to be a cue. "Seoul condemned the raid" needs nothing
further; "Seoul believed" needs what is believed, and "Seoul called" is a cue only as "called on",
"called for" or "called the raid a crime".
"""

from collections.abc import Mapping

from demarche.articles.speech.grammar import words
from demarche.articles.speech.inflection import inflect

SPEECH = words(
    """
    say tell state declare announce note stress emphasize emphasise explain reply answer remark
    argue assert claim insist maintain contend allege reveal disclose confirm acknowledge admit
    concede caution warn predict reiterate repeat recall reckon believe suggest indicate signal
    hint inform testify underline underscore highlight clarify specify elaborate affirm reaffirm
    observe opine assure reassure pledge vow promise swear complain lament object counter retort
    rebut refute boast joke quip muse mutter whisper shout proclaim profess intimate imply tweet
    analyze analyse assess relate recount deny charge protest interject surmise concur posit
    postulate theorize theorise report write post comment exclaim react remind advise counsel
    inquire enquire evaluate consider think respond respond speculate wonder rule communicate
    notify brief urge demand ask read joke conclude continue add point
    """
)
"""Verbs of saying, which may stand apart from the words said: "..., he said"."""

STANCE = words(
    """
    condemn denounce decry deplore criticize criticise blast lambaste assail rebuke reproach
    reprimand chide scold fault blame accuse reject dismiss rebuff disavow repudiate praise hail
    laud commend applaud welcome congratulate thank salute urge exhort implore beseech appeal
    demand threaten regret apologize apologise propose recommend advise appreciate object protest
    caution vow pledge promise deny refute complain oppose contest slam slate ridicule mock deride
    scoff censure castigate bemoan lament mourn bewail plead advocate reiterate reaffirm assure
    reassure warn insist contend allege characterize characterise describe brand label
    term dub liken portray depict attribute ascribe fear doubt question wish wonder hope invite
    ask request offer undertake stress emphasize emphasise underline underscore admit acknowledge
    concede confirm explain suggest admonish vilify disparage berate voice express convey echo
    state declare announce note say tell reply answer remark argue assert reveal disclose
    predict repeat recall indicate signal hint inform testify highlight clarify specify elaborate
    affirm observe opine swear counter retort rebut boast joke quip proclaim profess intimate imply
    tweet analyze analyse assess recount interject concur posit postulate report write comment
    exclaim remind counsel inquire enquire evaluate notify greet sympathize sympathise commiserate
    favour favor encourage cite post decline refuse communicate charge
    """
)
"""Verbs that convey words or a position with whatever follows them."""

THOUGHT = words(
    """
    believe think consider feel expect know understand assume suppose estimate calculate forecast
    foresee regard view see judge deem want intend hear suspect reckon remember count imagine
    anticipate agree find show conclude continue add learn decide rule argue speculate value
    respond react need desire seek maintain claim require figure bet guess
    """
)
"""Weaker verbs, cues only before a clause, "as" or a quotation."""

CLAUSE_ONLY = words(
    "agree show conclude learn decide rule argue respond react know need "
    "require seek desire find continue value maintain intend count remember add"
)
"""Of these, the ones that need "that" or a quotation."""

NEEDS: Mapping[str, frozenset[str]] = {
    "point": words("out to up"),
    "speak": words("of"),
    "talk": words("of"),
    "lash": words("out back"),
    "hit": words("back out"),
    "shoot": words("back"),
    "fire": words("back"),
    "push": words("back"),
    "go": words("on further"),
    "lay": words("blame"),
    "make": words("clear known plain"),
    "give": words("assurance assurances figure figures account notice"),
    "let": words("known understood know"),
    "rule": words("out that"),
    "draw": words("attention"),
    "pay": words("tribute"),
    "take": words("issue exception stance position view"),
    "sum": words("up"),
    "spell": words("out"),
    "set": words("out forth"),
    "stand": words("ready by"),
    "side": words("with"),
    "hold": words("that out responsible answerable accountable hope"),
    "attach": words("importance"),
    "look": words("forward"),
    "raise": words("concern concerns objections"),
    "register": words("protest"),
    "lodge": words("protest"),
    "issue": words("warning warnings threat threats reprimand rebuke denial ultimatum"),
    "deliver": words("warning reprimand rebuke ultimatum protest"),
    "level": words("accusations criticism"),
    "hurl": words("accusations insults"),
    "heap": words("praise scorn blame"),
    "pour": words("scorn praise"),
    "brush": words("aside"),
    "renew": words("appeal call offer threats threat"),
    "place": words("record"),
    "notice": words("that"),
    "respond": words("that with"),
    "react": words("with"),
    "exclude": words("that"),
    "extend": words("thanks condolences congratulations gratitude invitation sympathy"),
    "put": words("at"),
    "credit": words("with"),
    "trust": words("that"),
    "instruct": words("that to"),
    "trace": words("to"),
    "find": words("fault"),
}
"""Words one of which must stand soon after a verb that is no cue by itself."""

LABELS = words("define qualify present designate")
"""Verbs that are cues with quoted words behind "as"."""

VERBS: Mapping[str, tuple[str, str]] = inflect(
    [*sorted(SPEECH | STANCE | THOUGHT), "call", "quote", *LABELS, *NEEDS]
)
"""Every inflected form of a cue verb, with its verb and its kind of form."""

BY_PASSIVE = words(
    """
    condemn denounce criticize criticise describe accuse praise welcome hail dismiss reject brand
    dub label characterize characterise call term blast slam lambaste denounce decry censure
    rebuke applaud commend thank congratulate quote warn urge echo tell inform assure remind
    """
)
"""Verbs whose passive names the source behind "by"."""

NOUN_LIKE = words(
    """
    claims charges terms posts states reports requests disputes demands calls comments notes
    remarks answers offers promises threatens questions labels brands doubts hopes fears wishes
    views sees needs counts estimates forecasts points signals hints rules holds talks sides
    objects claim charge term post state report request dispute demand call comment note remark
    answer offer promise question label brand doubt hope fear wish view need count estimate
    forecast point signal hint rule hold talk side object protest protests appeal appeals pledge
    pledges vow vows regret regrets blame praise welcome thanks thank welcomes blames advocate
    advocates attribute attributes figure figures bet guess read reads value values highlight
    highlights reply replies fire fires hits
    issue issues level levels hit push shoot trust trusts credit credits instructs trace traces
    renews echo echoes voice
    """
)
"""Forms that may as well be nouns."""

MEETINGS = words("meeting session election elections strike conference vote halt poll polls")
"""What is called, and nothing said by it."""

OPINIONS = words(
    """
    view opinion words judgment judgement assessment estimation estimate estimates account
    calculations calculation reckoning eyes telling version words forecast mind belief
    """
)
"""Nouns of "in X's view", "in the words of X"."""

ATTITUDES = words(
    """
    ready prepared willing convinced confident grateful certain sure opposed determined concerned
    worried pleased glad happy thankful disappointed alarmed dismayed sceptical skeptical open
    interested hopeful optimistic
    """
)
"""Adjectives that report a position: "the minister is confident that"."""

SAYINGS = words(
    """
    warning statement claim comment remark assertion allegation accusation charge call demand
    appeal answer reply observation argument contention insistence promise pledge threat assurance
    announcement admission denial
    """
)
"""Nouns of speech acts: "the minister's warning that"."""

PURPOSES = words(
    "convey express voice protest reiterate condemn denounce issue deliver lodge raise demand"
)
"""What one may be said to have met somebody for: "summoned the envoy to convey its concern"."""

SILENT = words(
    "comment respond reply answer disclose specify elaborate mention reveal react call announce "
    "name cite report explain"
)
"""Verbs whose negation says only that nothing was said: "did not comment"."""

NOT_NEAR: Mapping[str, tuple[int, frozenset[str]]] = {
    "comment": (1, words("on upon to")),
    "accuse": (1, words("of by")),
    "declare": (8, words("persona personae")),
    "recall": (5, words("ambassador ambassadors envoy")),
}
"""Within how many words behind a verb which words make it no cue."""
