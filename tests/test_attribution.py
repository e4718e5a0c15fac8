"""Attribution: mode, cue and source of each sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from demarche.articles.page.page import read_page
from demarche.articles.parts import Attribution, Block, Unit
from demarche.articles.speech.attribution import attribute
from demarche.articles.speech.quotations import find_quotations
from demarche.articles.speech.sentences import split_sentences
from demarche.corpus.pages import real_pages
from demarche.records import MODES


def read(text: str) -> tuple[list[Unit], list[Attribution]]:
    """Read a text whose paragraphs are parted by blank lines and are all body."""
    blocks, start = [], 0
    for number, paragraph in enumerate(text.split("\n\n"), start=1):
        blocks.append(Block(start, start + len(paragraph), "body", number))
        start += len(paragraph) + 2
    units = split_sentences(text, blocks)
    return units, attribute(text, units, find_quotations(text, units))


def read_one(sentence: str) -> tuple[str, str | None, str | None]:
    """Give the mode, the cue and the source as written of one sentence."""
    units, (how,) = read(sentence)
    assert len(units) == 1
    return how.mode, how.cue, sentence[slice(*how.source)] if how.source else None


@pytest.mark.parametrize(
    ("sentence", "cue", "source"),
    [
        ("The ministry said the talks had failed.", "said", "The ministry"),
        ("The talks had failed, the ministry said on Monday.", "said", "the ministry"),
        ("The talks, she said, had failed.", "said", "she"),
        ("The talks had failed, said Anna Berg, head of the mission.", "said",
         "Anna Berg, head of the mission"),
        ("Foreign Minister Anna Berg told reporters that talks went on.", "told",
         "Foreign Minister Anna Berg"),
        ("Anna Berg, the foreign minister of Norway, warned that talks could fail.", "warned",
         "Anna Berg, the foreign minister of Norway"),
        ("Norway, which hosts the talks, urged both sides to return.", "urged", "Norway"),
        ("On Monday the Norwegian Ministry of Defence denied the report.", "denied",
         "the Norwegian Ministry of Defence"),
        ("In Oslo, officials said the road was open.", "said", "officials"),
        ("After the talks he said that it was late.", "said", "he"),
        ("According to Anna Berg, a senior researcher in Oslo, the talks will fail.",
         "According to", "Anna Berg, a senior researcher in Oslo"),
        ("The talks will fail, according to the ministry.", "according to", "the ministry"),
        ("In his view the talks will fail.", "In his view", "his"),
        ("In the opinion of Berg, the talks will fail.", "In the opinion of", "Berg"),
        ("As Berg put it, the talks were dead.", "put", "Berg"),
        ("Berg met the envoy and accused Sweden of lying.", "accused", "Berg"),
        ("Berg broke off the visit, saying that Sweden had lied.", "saying", "Berg"),
        ("The raid was condemned by Norway.", "condemned", "Norway"),
        ("Seoul condemned the treaty.", "condemned", "Seoul"),
        ("The ministry expressed regret over the launch.", "expressed", "The ministry"),
        ("Moscow called on Seoul to explain.", "called", "Moscow"),
        ("Moscow called the launch a provocation.", "called", "Moscow"),
        ("Berg made it clear that there would be no deal.", "made", "Berg"),
        ("Berg is confident that the talks will go on.", "confident", "Berg"),
        ("He would say only that the road was open.", "say", "He"),
        ("A statement by the army said the road was open.", "said", "A statement by the army"),
        ("For Moscow, the red line is the supply of arms.", "For", "Moscow"),
        ("Berg met the Swedish envoy to issue a reprimand.", "issue", "Berg"),
        ("Norway delivered a stern warning on Monday.", "delivered", "Norway"),
        ("The crews were told by the ministry that the port was closed.", "told", "the ministry"),
        ("Berg instructed the crews to stay in port.", "instructed", "Berg"),
    ],
)  # fmt: skip
def test_paraphrase_is_attributed(sentence: str, cue: str, source: str) -> None:
    assert read_one(sentence) == ("indirect", cue, source)


@pytest.mark.parametrize(
    "sentence",
    [
        "Berg arrived in Oslo on Monday.",
        "The two ministers signed a treaty and met the press.",
        "The ministry commented on the treaty.",
        "The ministry declined to comment.",
        "The ministry did not respond to a request for comment.",
        "Norway called in the ambassador of Sweden.",
        "The minister called a meeting for Friday.",
        "Norway recalled its ambassador on Monday.",
        "After Norway announced a pause, prices fell.",
        "The missile, which experts believe to be new, fell into the sea.",
        "Norway declared two diplomats persona non grata.",
        "The figures show a rise of 3 percent.",
        "I believe that the talks will fail.",
        "In the view of the present author, the talks will fail.",
        "The member states will meet on Friday.",
        "They were held on fraud charges.",
        "Norway issued bonds to raise money.",
    ],
)
def test_acts_and_the_authors_own_voice_are_narration(sentence: str) -> None:
    assert read_one(sentence) == ("narration", None, None)


@pytest.mark.parametrize(
    ("sentence", "mode"),
    [
        ("“We will not go back,” Berg said.", "direct"),
        ("Berg said: “We will not go back.”", "direct"),
        ("Berg told reporters, “We will not go back.”", "direct"),
        ("“We will not go back,” Berg said, adding, “We never did.”", "direct"),
        ("“We will not go back.”", "direct"),
        ("“We will not go back,” sighed the admiral.", "direct"),
        ("Berg pointed out that “the two sides have not met since the war ended.”", "direct"),
        ("“We will not go back,” Berg said in reply, referring to the border.", "direct"),
        ("“We will not go back,” Berg said, adding that the road was “open”.", "mixed"),
        ("Berg said Norway would “not go back”.", "mixed"),
        ("Berg urged “Sweden to leave the road open at once.”", "mixed"),
        ("The road, Berg said, was “open to all who want to come”.", "mixed"),
        ("Berg called the launch “a provocation”.", "mixed"),
        ("Norway “firmly opposes” the plan, Berg said.", "mixed"),
        ("Berg said the exercise “Steady Anvil” had begun.", "indirect"),
        ("Berg denied that the word “never” stood in the note.", "indirect"),
        ("The exercise, named “Steady Anvil”, began at dawn.", "narration"),
        ("The so-called “gray zone” was quiet.", "narration"),
        ("It uses the term “particular market situation of the exporter” twice.", "narration"),
    ],
)
def test_mode_tells_quotation_from_paraphrase_and_terms(sentence: str, mode: str) -> None:
    assert read_one(sentence)[0] == mode


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("AP quoted him as saying that the road was open.", "him"),
        ("Yonhap reported that the minister had said the road was open.", "the minister"),
        ("Berg said on Monday the road was open, TASS reported.", "Berg"),
        ("According to KCNA, Kim called the drills an act of war.", "Kim"),
        ("Berg was quoted by state media as saying the road was open.", "Berg"),
        ("KCNA said the road was open.", "KCNA"),
    ],
)
def test_an_outlet_that_only_relays_is_passed_over(sentence: str, source: str) -> None:
    assert read_one(sentence)[2] == source


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Berg told the envoy that the road was open, according to the ministry.", "Berg"),
        (
            "Anna Berg relayed its “stern view,” urging Rome to stop, the ministry said.",
            "Anna Berg",
        ),
        ("Rome condemned the raid, the ministry said.", "the ministry"),
        ("Berg told the envoy that the road was open, the minister said.", "the minister"),
    ],
)
def test_a_body_that_only_relays_a_persons_words_is_passed_over(sentence: str, source: str) -> None:
    assert read_one(sentence)[2] == source


def test_whom_words_are_addressed_to_does_not_speak() -> None:
    told = "The envoy’s attention was drawn “to the unacceptable noise of the drills.”"
    assert carried(f"Berg said no. {told}") == ["Berg", 0]


def carried(text: str) -> list[int | str | None]:
    """Give each sentence's source as written, or the place of the sentence that it is kept from."""
    return [text[slice(*how.source)] if how.source else how.carried for how in read(text)[1]]


def test_a_quotation_keeps_the_speaker_named_at_its_end() -> None:
    assert carried("“We go. We win. We stay,” Berg said.") == [2, 2, "Berg"]


def test_a_quotation_keeps_the_speaker_named_at_its_start() -> None:
    assert carried("Berg said: “We go. We win.”\n\n“We stay.”") == ["Berg", 0, 0]


def test_quotations_before_the_attribution_of_their_paragraph_go_with_it() -> None:
    text = "The minister said no.\n\n“We go.” “We win,” Berg said. “We stay.”"
    assert carried(text) == ["The minister", 2, "Berg", 2]


def test_narration_carries_nobody() -> None:
    _, found = read("“We go,” Berg said.\n\nTroops came at dawn.")
    assert found[1] == Attribution("narration")


def test_turns_of_a_transcript_are_direct_and_go_with_their_labels() -> None:
    text = "MS. BERG:\n\nGood morning. We have a deal.\n\nMR. ROE:\n\nThe road is open."
    pieces = ["Good morning.", "We have a deal.", "The road is open."]
    units = [Unit(at := text.index(p), at + len(p), p, n) for n, p in enumerate(pieces)]
    found = attribute(text, units, [(), (), ()])
    assert [how.mode for how in found] == ["direct"] * 3
    assert [text[slice(*how.source)] if how.source else how.carried for how in found] == [
        "MS. BERG",
        0,
        "MR. ROE",
    ]


def test_a_speech_printed_in_full_is_direct_and_goes_with_its_heading() -> None:
    heading = "Statement by Anna Berg, Minister of Defence\nCheck against delivery\n\n"
    pieces = ["I thank the Council.", "The road is open.", "We will keep it open."]
    text = heading + " ".join(pieces)
    units = [Unit(at := text.index(p), at + len(p), p, 1) for p in pieces]
    found = attribute(text, units, [(), (), ()])
    assert [how.mode for how in found] == ["direct"] * 3
    assert text[slice(*found[0].source)] == "Anna Berg, Minister of Defence"
    assert [how.carried for how in found[1:]] == [0, 0]


def test_real_articles_are_told_into_statements_and_narration() -> None:
    truth, found = [], []
    for page in real_pages():
        units, paragraph, end = [], 0, 0
        for label in page.sentences:
            paragraph += "\n" in page.text[end : label.start]
            end = label.end
            units.append(Unit(label.start, end, page.text[label.start : end], paragraph))
        quotations = find_quotations(page.text, units)
        truth += [label.mode for label in page.sentences]
        found += [how.mode for how in attribute(page.text, units, quotations)]
    statements = f1_score([m != "narration" for m in truth], [m != "narration" for m in found])
    assert statements >= 0.93
    assert f1_score(truth, found, average="macro") >= 0.88


WORDS = (
    "he the minister said , . “ ” and that Berg who which on Monday as according to told TASS "
    'reported : not would quoted in his view was by with saying I - ( ) ‘ ’ " Rome'
).split()


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=80))
def test_sources_and_carried_places_always_index_the_input(words: list[str]) -> None:
    text = " ".join(words)
    units = split_sentences(text, read_page(text).blocks)
    found = attribute(text, units, find_quotations(text, units))
    assert len(found) == len(units)
    for how in found:
        assert how.mode in MODES
        if how.source:
            assert text[slice(*how.source)].strip() == text[slice(*how.source)] != ""
        if how.carried is not None:
            assert found[how.carried].source
        if how.mode == "narration":
            assert how == Attribution("narration")
