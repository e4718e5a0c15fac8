"""Towards whom statements are directed, with speakers and sides known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.articles.actors.speakers import Speaker, Speakers
from demarche.articles.parts import Attribution, Quotation, Unit, Voice
from demarche.articles.target.target import find_targets
from demarche.corpus.pages import Page, real_pages
from demarche.evaluation.reading import same_party

NOBODY = Voice("author", "none", "author")


def speaker(side: str, name: str = "") -> Voice:
    return Voice(name or f"Government of {side}", side, "official")


def targets(*sentences: tuple[Voice, str]) -> list[str]:
    """Give the targets of sentences that make one article; those in marks are direct."""
    text = ""
    units: list[Unit] = []
    quotations: list[tuple[Quotation, ...]] = []
    attributions: list[Attribution] = []
    for voice, sentence in sentences:
        start = len(text)
        text += sentence + "\n"
        units.append(Unit(start, start + len(sentence), sentence, len(units) + 1))
        opening, closing = sentence.find("“"), sentence.rfind("”")
        quoted = opening >= 0
        quotations.append(
            (Quotation(start + opening, start + closing + 1, True, True),) if quoted else ()
        )
        mode = "narration" if voice == NOBODY else "direct" if quoted else "indirect"
        attributions.append(Attribution(mode))
    return find_targets(text, units, quotations, attributions, [voice for voice, _ in sentences])


@pytest.mark.parametrize(
    ("side", "sentence", "target"),
    [
        ("Norway", "Norway accused Sweden of arming the rebels in Finland.", "Sweden"),
        ("South Korea", "The ministry urged Moscow to stop supplying Pyongyang.", "Russia"),
        ("Iran", "The minister thanked the people of Turkey for their help.", "Turkey"),
        (
            "Iran",
            "He blamed the failure of the talks in Geneva on the United States.",
            "United States",
        ),
        ("China", "Such patrols in the South China Sea by Japan had to end, he said.", "Japan"),
        ("Ukraine", "Kyiv said the strikes on Poland were ordered by Belarus.", "Belarus"),
        ("Greece", "Relations with Turkey could only gain by it, he said.", "Turkey"),
        ("Serbia", "Any step against Serbia would be answered, NATO was told.", "NATO"),
        ("Russia", "The West would have to bear the consequences, he warned.", "West"),
        ("Iran", "He condemned the US and its allies in Jordan.", "United States"),
        ("France", "Cooperation between Chad and Libya was illegal, he said.", "Chad"),
        ("France", "As for Chad, Libya had not been asked, he said.", "Chad"),
        ("Peru", "As Chile went on drilling, Bolivia must open its archives, he said.", "Bolivia"),
        ("Peru", "He accused the government of Chile of lying.", "Chile"),
        ("Peru", "A member of the UN Security Council like Chile must know better.", "Chile"),
        ("Peru", "Peru and Chile were sabotaged by Bolivia, he said.", "Bolivia"),
        (
            "Iran",
            "The hostility of the US harms the trade of Turkey and Iran, he said.",
            "United States",
        ),
    ],
)
def test_what_a_sentence_does_with_a_party_decides(side: str, sentence: str, target: str) -> None:
    assert targets((speaker(side), sentence)) == [target]


def test_the_quoted_words_decide_and_not_the_attribution() -> None:
    words = "“Chile must leave the strip,” the Peruvian ambassador to Brazil said."
    assert targets((speaker("Peru"), words)) == ["Chile"]


def test_the_one_addressed_beside_the_quoted_words_counts() -> None:
    words = "In a sharp attack on Bolivia, he blamed Chile: “Ecuador, too, was robbed.”"
    assert targets((speaker("Peru"), words)) == ["Chile"]


def test_a_leader_stands_for_the_country() -> None:
    found = targets(
        (NOBODY, "Chilean President Marta Rojas opened the road on Monday."),
        (speaker("Peru"), "The minister said that Rojas was lying."),
    )
    assert found == ["none", "Chile"]


def test_a_speaker_of_the_other_side_stands_for_it() -> None:
    found = targets(
        (speaker("Chile", "Marta Rojas"), "Rojas said that Bolivia had been warned."),
        (speaker("Peru"), "The words of Rojas were an insult, the ministry said."),
    )
    assert found == ["Bolivia", "Chile"]


def test_a_sentence_that_names_nobody_keeps_to_the_same_party() -> None:
    found = targets(
        (speaker("Peru"), "“Chile has crossed the line,” the minister said."),
        (NOBODY, "Envoys of Bolivia looked on."),
        (speaker("Peru"), "“We will not wait for ever.”"),
    )
    assert found == ["Chile", "none", "Chile"]


def test_an_answer_goes_to_the_one_who_spoke_against_it() -> None:
    found = targets(
        (speaker("Chile"), "Chile accused Peru of moving the border stones."),
        (speaker("Peru"), "“This is a lie from beginning to end.”"),
    )
    assert found == ["Peru", "Chile"]


def test_help_for_an_ally_is_aimed_at_the_rival_of_the_ally() -> None:
    found = targets(
        (speaker("Peru"), "Peru warned Chile against a landing."),
        (speaker("Chile"), "Chile accused Peru of bad faith."),
        (speaker("Peru"), "Peru condemned Chile once more."),
        (speaker("Chile"), "Chile blamed Peru for the shots."),
        (speaker("Brazil"), "Brazil would send weapons to Peru, its ministry said."),
    )
    assert found[-1] == "Chile"


def test_a_call_on_both_sides_goes_to_the_first_named() -> None:
    found = targets(
        (speaker("Chile"), "Chile accused Peru of moving the border stones."),
        (speaker("Peru"), "Peru accused Chile of shooting at its boats."),
        (speaker("Peru"), "Peru said that Chile had lied."),
        (speaker("Chile"), "Chile said that Peru had lied."),
        (speaker("Ghana"), "Accra called on both sides to show restraint."),
    )
    assert found[-1] == "Chile"


def test_the_opposition_turns_against_its_own_government() -> None:
    found = targets(
        (speaker("Peru"), "Peru accused Chile of moving the border stones."),
        (speaker("Peru", "Ana Ruiz"), "Opposition lawmaker Ana Ruiz said the minister had slept."),
        (speaker("Peru", "Ana Ruiz"), "“We have asked three times.”"),
        (speaker("Peru"), "Peru faulted the government of Chile for the delay."),
    )
    assert found == ["Chile", "Peru", "Peru", "Chile"]


@pytest.mark.parametrize(
    ("named", "target"),
    [
        ("Putin", "Russia"),
        ("the Pentagon", "United States"),
        ("Korean People’s Army", "North Korea"),
        ("the Rapid Support Forces", "Rapid Support Forces"),
        ("the European Commission", "European Union"),
    ],
)
def test_well_known_persons_and_bodies_stand_for_their_party(named: str, target: str) -> None:
    assert targets((speaker("Peru"), f"The minister accused {named} of lying.")) == [target]


def test_the_users_own_speakers_stand_for_their_party_too() -> None:
    said = "The minister accused Marcus Vint of lying."
    table = Speakers([Speaker("Marcus Vint", (), "Chile", "official", "person")])
    unit, how = Unit(0, len(said), said, 1), Attribution("indirect")
    assert find_targets(said, [unit], [()], [how], [speaker("Peru")], table) == ["Chile"]
    assert find_targets(said, [unit], [()], [how], [speaker("Peru")]) == ["none"]


def test_a_quotation_that_runs_on_keeps_its_target() -> None:
    found = targets(
        *[(speaker("Peru"), "Peru accused Chile of moving the border stones.")] * 4,
        *[(speaker("Chile"), "Chile accused Peru of lying.")] * 4,
        (speaker("Peru"), "“Bolivia has crossed every line too,” the minister said."),
        (speaker("Peru"), "“It shall pay for that.”"),
    )
    assert found[-1] == "Bolivia"


def test_a_capital_where_people_only_meet_is_no_party() -> None:
    met = (speaker("Peru"), "They had lied to everybody in Manama, he said.")
    accused = (speaker("Peru"), "The minister accused Manama of lying.")
    assert targets(met) == ["none"]
    assert targets(accused) == ["Bahrain"]
    assert targets((NOBODY, "Bahraini divers looked on."), met)[-1] == "Bahrain"


def test_brussels_is_the_union_where_the_union_is_present() -> None:
    union = (speaker("European Union"), "The European Union said that it regretted the vote.")
    belgium = (NOBODY, "Belgian diplomats looked on.")
    accused = (speaker("Peru"), "The minister accused Brussels of lying.")
    assert targets(union, accused)[-1] == "European Union"
    assert targets(union, belgium, accused)[-1] == "Belgium"
    assert targets(accused) == ["Belgium"]


def test_what_is_said_of_the_source_in_passing_counts_little() -> None:
    said = "Peru, of which Bolivia is an ally, called on Chile to withdraw."
    unit = Unit(0, len(said), said, 1)
    how = Attribution("indirect", "called", (0, 4))
    assert find_targets(said, [unit], [()], [how], [speaker("Peru")]) == ["Chile"]


def test_support_without_arms_goes_to_the_friend() -> None:
    found = targets(
        (speaker("Peru"), "Peru accused Chile of moving the border stones."),
        (speaker("Ghana"), "It supported Bolivia in its grief, the ministry said."),
    )
    assert found[-1] == "Bolivia"


def test_an_organisation_is_a_target_by_its_noun_too() -> None:
    found = targets(
        (NOBODY, "The International Atomic Energy Agency sent its report on Monday."),
        (speaker("Peru"), "The minister accused the agency of a forgery."),
    )
    assert found == ["none", "IAEA"]


def test_an_invented_organisation_that_speaks_can_be_a_target() -> None:
    found = targets(
        (speaker("Northern Front"), "The Northern Front said that Peru had broken the truce."),
        (speaker("Peru"), "Peru accused the Northern Front of kidnapping two nurses."),
    )
    assert found == ["Peru", "Northern Front"]


def test_nobody_named_and_narration_have_no_target() -> None:
    assert targets((speaker("Peru"), "Peru will wait and see.")) == ["none"]
    assert targets((NOBODY, "Chile attacked Peru.")) == ["none"]


def handed_in(page: Page) -> list[str]:
    """Find the targets of a labelled page whose modes, speakers and sides are known."""
    units, quotations = [], []
    for label in page.sentences:
        sentence = page.text[label.start : label.end]
        units.append(Unit(label.start, label.end, sentence, 1))
        opening, closing = sentence.find("“"), sentence.rfind("”")
        start = label.start + max(opening, 0)
        end = label.start + closing + 1 if closing > opening else label.end
        quotations.append((Quotation(start, end, True, True),))
    return find_targets(
        page.text,
        units,
        quotations,
        [Attribution(label.mode) for label in page.sentences],
        [Voice(label.speaker, label.side, label.role) for label in page.sentences],
    )


def test_of_the_real_articles_four_in_five_are_right_where_the_speakers_are_known() -> None:
    hits = [
        same_party(label.target, found)
        for page in real_pages()
        for label, found in zip(page.sentences, handed_in(page), strict=True)
        if label.mode != "narration" and label.stance != "neutral"
    ]
    assert sum(hits) / len(hits) >= 0.8


PIECES = st.sampled_from(
    "Russia|the US| and |-|’s|accused|of|the|agency|NATO|“|”|,| |Kim|President|both sides|against"
    "|opposition|government|\n|한국|".split("|")
)
SIDES = st.sampled_from(["Russia", "none", "NATO", "Northern Front", "EU", "-"])


@settings(deadline=None)
@given(st.lists(st.tuples(SIDES, st.lists(PIECES, max_size=12)), max_size=6))
def test_any_sentences_get_one_target_each_and_the_same_twice(
    rows: list[tuple[str, list[str]]],
) -> None:
    sentences = [(speaker(side), "".join(pieces)) for side, pieces in rows]
    found = targets(*sentences)
    assert len(found) == len(sentences)
    assert all(found)
    assert targets(*sentences) == found
