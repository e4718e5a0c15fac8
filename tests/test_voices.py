"""Who is found to speak, read from whole articles: names, descriptions, pronouns, bodies."""

from pathlib import Path

import pytest

from demarche.articles.actors.speakers import default_speakers, load_speakers
from demarche.articles.reader import read_text
from demarche.errors import DataError
from demarche.gazetteer import countries
from demarche.records import ROLES, Statement

HEADER = "name,aliases,side,role,kind\n"


def statements(*paragraphs: str, speakers: Path | None = None) -> list[Statement]:
    table = load_speakers(speakers) if speakers else None
    reading = read_text("Talks held\n\n" + "\n\n".join(paragraphs), "a", table)
    return [sentence for sentence in reading.sentences if sentence.is_statement]


def test_a_surname_a_pronoun_and_a_description_are_the_person_introduced() -> None:
    found = statements(
        "Norwegian Foreign Minister Ingrid Solberg said on Monday that the border would be closed "
        "to all traffic from Sweden.",
        "“We were given no choice,” Solberg said after the meeting in the capital.",
        "She added that the ambassador had been told on Sunday evening.",
        "The minister warned that further steps would follow next week.",
    )
    assert [(s.speaker, s.side, s.role) for s in found] == [
        ("Ingrid Solberg", "Norway", "official")
    ] * 4


def test_two_spellings_are_one_person() -> None:
    found = statements(
        "Russian Foreign Ministry spokeswoman Maria Sokolova said the note was being studied.",
        "“We shall answer in due course,” Mariya Sokolova said at the briefing on Tuesday.",
    )
    assert len({s.speaker for s in found}) == 1


def test_a_capital_and_a_bare_country_are_the_government() -> None:
    found = statements(
        "Oslo said on Monday that it had not been consulted about the deployment.",
        "Sweden accused Norway of breaking the agreement on the river.",
    )
    assert [s.speaker for s in found] == ["Government of Norway", "Government of Sweden"]
    assert [s.side for s in found] == ["Norway", "Sweden"]


def test_an_unnamed_official_is_the_body_that_he_belongs_to() -> None:
    found = statements(
        "The Finnish Ministry of Defence said on Friday that two aircraft had crossed the border.",
        "An official of the ministry said the pilots had not answered calls.",
    )
    assert [s.side for s in found] == ["Finland", "Finland"]
    assert found[0].speaker == found[1].speaker


def test_an_analyst_speaks_for_nobody() -> None:
    found = statements(
        "“The pact changes little on the ground,” said Karin Holm, a senior research fellow at the "
        "Institute of Northern Studies in Bergen.",
    )
    assert [(s.speaker, s.side, s.role) for s in found] == [("Karin Holm", "none", "analyst")]


def test_a_relaying_agency_is_passed_over() -> None:
    found = statements(
        "“The fleet is ready,” Swedish Admiral Nils Ek said, according to the news agency TT.",
    )
    assert [(s.speaker, s.side) for s in found] == [("Nils Ek", "Sweden")]


def test_a_quotation_attributed_at_its_end_has_one_speaker_throughout() -> None:
    found = statements(
        "“We have waited for a year. Nothing has come of it. We shall not wait another,” Danish "
        "Prime Minister Jens Kofoed told reporters.",
    )
    assert [s.speaker for s in found] == ["Jens Kofoed"] * 3


def test_narration_is_the_authors() -> None:
    reading = read_text("Talks held\n\nThe two ships left the port at noon on Tuesday.", "a")
    body = [s for s in reading.sentences if s.kind == "body"]
    assert [(s.mode, s.speaker, s.side, s.role) for s in body] == [
        ("narration", "author", "none", "author")
    ]


def test_speakers_of_ones_own_are_known_and_win(tmp_path: Path) -> None:
    own = tmp_path / "speakers.csv"
    own.write_text(f"{HEADER}Ragna Dahl,the iron lady of Bergen,Norway,official,person\n")
    text = "Ragna Dahl said the ferry line would be closed on Monday."
    assert statements(text)[0].side != "Norway"
    assert [(s.speaker, s.side) for s in statements(text, speakers=own)] == [
        ("Ragna Dahl", "Norway")
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,side\nA,B\n", ":1: the columns are name, side"),
        (f"{HEADER}Ragna Dahl,,Norway,boss,person\n", ":2: .*role"),
        (f"{HEADER}Ragna Dahl,,Norway,official,cat\n", ":2: .*kind"),
        (f"{HEADER},,Norway,official,person\n", ":2: .*name"),
        (f"{HEADER}Ragna Dahl,,Norway\n", ":2: 3 cells"),
        (f"{HEADER}A Dahl,,Norway,official,person\nA Dahl,,Sweden,official,person\n", ":3: .*name"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    own = tmp_path / "mine.csv"
    own.write_text(content)
    with pytest.raises(DataError, match=f"mine.csv{message}"):
        load_speakers(own)


def test_the_shipped_table_is_legal_and_covers_the_world() -> None:
    rows = {id(row): row for row in default_speakers()._names.values()}.values()
    assert {row.role for row in rows} <= set(ROLES)
    sides = {row.side for row in rows}
    regions = {country.region for country in countries() if country.name in sides}
    assert len(regions) > 15


BRIEFING = """Press Briefing by Press Secretary Ingrid Solberg

Press Room, 7 September 2017

PRESS SECRETARY:

Good morning, and thank you for coming. Two vessels were stopped last night, and we have told the \
Swedish side what we think of it.

Q: Were there any shots?

PRESS SECRETARY:

No shots were fired. Sweden knows our position, and the Swedish navy knows it too. I have nothing \
to add on what Sweden said yesterday. Swedish officers were told, and it is for the Swedish side \
to explain itself. The coast guard of Norway acted within the law.
"""


def test_an_office_that_labels_turns_is_whom_the_heading_names() -> None:
    found = [s for s in read_text(BRIEFING).sentences if s.is_statement]
    assert len(found) > 3
    assert {s.speaker for s in found} == {"Ingrid Solberg"}


def test_a_country_that_a_briefing_speaks_of_is_another() -> None:
    briefing = BRIEFING.replace("PRESS SECRETARY:", "MS. SOLBERG:")
    found = [s for s in read_text(briefing).sentences if s.is_statement]
    assert {s.side for s in found} == {"Norway"}


@pytest.mark.parametrize(
    "paragraphs",
    [
        (
            "OSLO, Norway (AP) — Norway's foreign minister said the border would close.",
            "Ingrid Solberg, speaking to state television, said the step had been announced.",
        ),
        (
            "The border will close on Monday, Norway's foreign minister said.",
            "“We were given no choice,” Ingrid Solberg said in a video message.",
        ),
    ],
)
def test_an_office_is_whose_name_follows(paragraphs: tuple[str, ...]) -> None:
    found = statements(*paragraphs)
    assert [(s.speaker, s.side) for s in found] == [("Ingrid Solberg", "Norway")] * 2


def test_an_office_is_a_well_known_holders_named_before_or_after_it() -> None:
    found = statements(
        "Volodymyr Zelensky said eight drones had been aimed at Poland.",
        "“This was no accident,” Ukraine's president wrote.",
        "The NATO chief said an assessment was under way.",
        "“It is reckless,” Mark Rutte said in Brussels.",
    )
    assert [s.speaker for s in found] == ["Volodymyr Zelensky"] * 2 + ["Mark Rutte"] * 2


def test_an_office_is_not_another_countrys_person_named_next() -> None:
    found = statements(
        "Norway's foreign minister said on Sunday that the border would close.",
        "Vladimir Putin said the step was a mistake.",
    )
    assert [s.side for s in found] == ["Norway", "Russia"]


def test_it_is_the_ministry_not_the_country_that_owns_it() -> None:
    found = statements(
        "Norway's defence ministry said it had not planned to hit any targets.",
        "It said it was ready for consultations with Sweden.",
    )
    assert found[0].speaker == found[1].speaker != "Government of Norway"


def test_a_leaders_office_is_named_by_his_title() -> None:
    found = statements(
        "Norwegian Prime Minister Lars Ek is due in Stockholm next week.",
        "The visit would go ahead as planned, Ek's office said.",
    )
    assert found[-1].speaker == "Office of the Prime Minister of Norway"


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("Norwegian security sources", "Security Services of Norway"),
        ("A Norwegian diplomatic source", "Ministry of Foreign Affairs of Norway"),
        ("Western diplomats", "Western diplomats"),
        ("Defence Ministry sources in Oslo", "Ministry of Defence of Norway"),
    ],
)
def test_unnamed_sources_are_their_body(source: str, speaker: str) -> None:
    found = statements(
        "Swedish Foreign Minister Nils Dahl said on Monday that the talks had failed.",
        f"{source} said a new round was planned for March.",
    )
    assert found[-1].speaker == speaker


def test_a_persons_words_are_not_announced_by_a_briefing() -> None:
    assert not statements(
        "Foreign Ministry spokesman Lars Ek made the remarks at a regular press briefing when "
        "asked to comment on the note."
    )


def test_a_surname_may_be_an_abbreviated_day() -> None:
    found = statements(
        "Chinese Vice Foreign Minister Sun Weidong said the ambassador had been summoned.",
        "“The consequences will follow,” Sun was quoted as saying.",
    )
    assert [s.speaker for s in found] == ["Sun Weidong"] * 2


@pytest.mark.parametrize(
    ("sentence", "speaker", "side", "role"),
    [
        ("CNN's Anna Berg, in Oslo, said crowds had gathered.", "Anna Berg", "none", "analyst"),
        ("Hamas's Osama Hamdan said it would wait.", "Osama Hamdan", "Hamas", "official"),
        ("An editorial in Aftenbladet said it was late.", "Aftenbladet", "none", "analyst"),
    ],
)
def test_a_body_that_owns_a_name_is_the_side(
    sentence: str, speaker: str, side: str, role: str
) -> None:
    found = statements("Norway's prime minister said on Monday that the accord stood.", sentence)
    assert (found[-1].speaker, found[-1].side, found[-1].role) == (speaker, side, role)
    assert found[0].side == "Norway"


def test_a_group_without_side_gives_its_people_none() -> None:
    found = statements(
        "Human Rights Watch said weapons had been found in Norway.",
        "“This is a breach,” said Anna Berg, the group's executive director.",
    )
    assert [(s.side, s.role) for s in found] == [("none", "analyst")] * 2


def test_a_relatives_name_set_off_by_a_comma_does_not_speak() -> None:
    found = statements(
        "Kim Yo Jong, the powerful sister of North Korean leader Kim Jong Un, said Seoul could "
        "not be a partner.",
        "“It is not serious,” Kim was quoted as saying.",
    )
    assert [s.speaker for s in found] == ["Kim Yo-jong"] * 2


def test_a_movement_that_is_a_party_is_its_countrys() -> None:
    found = statements(
        "The Norwegian government said on Monday that talks had begun.",
        "The leader of the National Movement Party, Lars Ek, demanded that they stop.",
    )
    assert (found[-1].speaker, found[-1].side) == ("Lars Ek", "Norway")


def test_the_country_of_the_sentence_before_goes_without_saying() -> None:
    found = statements(
        "Norway and Sweden have quarrelled over the river for years.",
        "The Swedish cabinet met on Monday. Minister of Roads Bo Quorl said the bridge was needed.",
    )
    assert found[-1].side == "Sweden"


def test_an_organisation_with_a_country_in_its_name_is_no_person_and_no_country() -> None:
    found = statements(
        "Bolivia and Chile have quarrelled over the river since the spring.",
        "The Organization of American States urged both governments to withdraw their soldiers.",
    )
    said = [(s.speaker, s.side) for s in found if s.cue == "urged"]
    assert said == [("Organization of American States", "Organization of American States")]


def test_what_happened_is_no_speaker_though_a_name_stands_in_it() -> None:
    found = statements(
        "The conclusion of the Comprehensive Friendship Treaty caused a stir in Oslo and now there"
        " is a risk that Norway will lose its place as “the friendliest of the unfriendly ones.”",
    )
    assert "Treaty" not in (found[0].speaker + found[0].side)
