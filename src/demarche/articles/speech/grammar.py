"""Closed classes of English words, by which noun phrases are told apart without a parser."""


def words(text: str) -> frozenset[str]:
    """Give the words of a list."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[tuple[str, ...]]:
    """Give the phrases of a list, each as its words."""
    return frozenset(tuple(phrase.split()) for phrase in text.split("|"))


DETERMINERS = words(
    "the a an this that these those his her its their our my your one some any "
    "another each both no several two three four many most all other"
)
SUBJECT_PRONOUNS = words("he she they it")
OBJECT_PRONOUNS = words("him her them it")
OWN_VOICE = words("i we you one us me")
BE = words("is was are were be been being 's")
AUXILIARIES = BE | words(
    "has have had having do does did will would shall should can could may might must cannot "
    "isn't wasn't aren't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't can't "
    "couldn't shouldn't"
)
NEGATIONS = words(
    "not never neither nor n't didn't doesn't don't hasn't haven't hadn't won't "
    "wouldn't couldn't can't cannot"
)
PREPOSITIONS = words(
    "in on at by for from of to with within without under over after before during since until "
    "through throughout between among against about into onto upon across behind beyond near "
    "outside inside around despite amid following regarding concerning via per along alongside "
    "toward towards besides unlike like beside below above off out up down because"
)
SUBORDINATORS = words(
    "that because since if unless when whenever while whereas after before until although though "
    "where whether than which who whose whom how why what as so once lest but"
)
RELATIVES = words("who which whose whom where when")
ADVERBS = words(
    "also later then again soon now still yet once already even only just never ever always often "
    "too further however meanwhile instead nevertheless nonetheless moreover furthermore thus "
    "therefore hence similarly likewise separately accordingly rather thereupon thereby "
    "thereafter afterwards afterward elsewhere indeed perhaps maybe first second finally not "
    "additionally besides otherwise earlier today yesterday tomorrow tonight overnight there "
    "here both alike themselves himself herself itself twice together alone both all each"
)
TIMES = words(
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat january "
    "february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sep sept oct nov dec today yesterday tonight week weeks month months year "
    "years day days hour hours minute minutes morning afternoon evening night noon midnight "
    "weekend spring summer autumn winter ago last next same late early earlier later previous "
    "following noon dawn a.m p.m am pm century decade 1st 2nd 3rd"
)
TIME_LINKS = words(
    "on in at of the this that early late by and shortly soon two three a few "
    "several some once hours"
)
LEADING = ADVERBS | words("but and or so nor yet asked speaking")
IRREGULAR_PASTS = words(
    "said told went wrote spoke put gave made took laid paid held drew saw shot swore threw came "
    "became began met left led lost won kept sent brought built bought caught chose fell felt "
    "fought found got grew heard knew let lay lent meant ran rose sat sold shook showed shut "
    "sought spent stood stuck struck swept taught thought understood withdrew broke drove flew hit "
    "set cut spread read rode wore bore sank sang rang beat bent bet bound bred"
)
NOT_ADVERBS = words(
    "italy july assembly family ally rally reply supply monopoly anomaly hungary "
    "daily weekly monthly friendly elderly only assembly early"
)


def is_adverb(lower: str) -> bool:
    """Say whether a word (in lower case) is an adverb."""
    return lower in ADVERBS or (
        lower.endswith("ly") and len(lower) > 4 and lower not in NOT_ADVERBS
    )


def is_time(lower: str) -> bool:
    """Say whether a word belongs to a date or a time of day."""
    return lower in TIMES or lower[0].isdigit()


def ends_time(lower: str) -> bool:
    """Say whether a word can end an expression of time: "Monday", "week", "2019"."""
    return is_time(lower) and lower not in _BEFORE_TIME


_BEFORE_TIME = words("last next same late early earlier later previous following")


def looks_finite(lower: str) -> bool:
    """Say whether a word (of a text in lower case) is likely a finite verb."""
    return (
        lower in AUXILIARIES
        or lower in IRREGULAR_PASTS
        or (lower.endswith("ed") and len(lower) > 4)
    )


DATES = words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december today yesterday tonight"
)
SET_PHRASES = phrases(
    """
    in the past | at the time | in turn | in reply | in response | for his part | for her part
    | for its part | for their part | in private | at first | in addition | in particular
    | on the contrary | all the same | at once | by phone | on the same day | went on to
    | goes on to | going on to | was quick to | were quick to | in his turn | in her turn
    | in their turn | in its turn | so far | at the same time | on the occasion
    | among other things | once more | once again | did not wish to | in the evening
    | in the morning | in the afternoon | not only | no longer | went so far as to
    | was at pains to | were at pains to | in general | of course | in fact | on the air
    | is quoted as | was quoted as | were quoted as | is reported to have | is said to have
    | was said to have | was reported to have | of all | in principle | in a statement
    | in an interview | in the meantime | in essence | in effect | in detail | in conclusion
    """
)
"""What may stand between a subject and its verb."""
SET_PHRASE_ENDS = frozenset(phrase[-1] for phrase in SET_PHRASES)
LONGEST_SET_PHRASE = max(len(phrase) for phrase in SET_PHRASES)
