"""The same statement with other actors: what is found, what is left alone, what is put in."""

import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.actors.marking import mark, swap
from demarche.actors.people import find_cast, find_people
from demarche.actors.places import find_places
from demarche.corpus.swaps import VARIANTS, make_swaps
from demarche.gazetteer import countries, names

CODES = {country.code: country for country in countries()}


@pytest.fixture(scope="module")
def swaps(corpus):
    return make_swaps(tuple(corpus.sentences))


def marked(text: str) -> str:
    return mark([text]).texts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Names, with the article that is theirs and without.
        ("Russia warned France.", "{S} warned {T}."),
        ("The United States warned the UK.", "{S} warned {T}."),
        ("The Netherlands' note was curt.", "{S}'s note was curt."),
        ("It breached the DPRK’s sovereignty.", "It breached {S}’s sovereignty."),
        ("It warned the Republic of Korea in a note.", "It warned {S} in a note."),
        ("He blamed the U.S. He left.", "He blamed {S}. He left."),
        # Short names before nouns are adjectives, and so are those joined to one.
        ("The US envoy left.", "The {S_adj} envoy left."),
        ("US and Polish troops met.", "{S_adj} and {T_adj} troops met."),
        ("the US and Polish troops", "the {S_adj} and {T_adj} troops"),
        ("A US-Polish drill began.", "A {S_adj}-{T_adj} drill began."),
        ("The Russia-China treaty holds.", "The {S}-{T} treaty holds."),
        ("The US-led force left.", "The {S}-led force left."),
        ("The United States military left.", "The {S_adj} military left."),
        # Adjectives and peoples.
        ("An American vassal spoke.", "An {S_adj} vassal spoke."),
        ("An American who left spoke.", "An {S_adj} national who left spoke."),
        ("The Americans armed anti-Polish groups.", "The {S_people} armed anti-{T_adj} groups."),
        ("He met the Danes and Dutch.", "He met the {S_people} and {T_people}."),
        ("The Chinese said no.", "The {S_people} said no."),
        ("The Chinese and Polish envoys met.", "The {S_adj} and {T_adj} envoys met."),
        # Capitals and seats of government.
        ("Moscow’s tone is the Kremlin’s.", "{S_cap}’s tone is {S_cap}’s."),
        ("The White House and Paris agree.", "{S_cap} and {T_cap} agree."),
        ("It arms the Kiev regime.", "It arms the {S_cap} regime."),
        # The two Koreas.
        ("North and South Korea talk.", "{S} and {T} talk."),
        ("Both sides fear inter-Korean strife.", "Both sides fear {S_adj}-{T_adj} strife."),
        ("Peace on the Korean Peninsula", "Peace on the peninsula"),
        ("The two Koreas met.", "The two countries met."),
        ("North Korea and its Korean envoys", "{S} and its {S_adj} envoys"),
        ("The Korea Institute spoke.", "The {S_adj} Institute spoke."),
        ("Congo-Brazzaville sent Congolese aid.", "{S} sent {S_adj} aid."),
        # What only holds a country's name.
        ("He sailed the South China Sea.", "He sailed the South China Sea."),
        ("He recalled the Vietnam War.", "He recalled the Vietnam War."),
        ("He told The Moscow Times.", "He told The Moscow Times."),
        ("Latin American states met.", "Latin American states met."),
        ("The frigate London left.", "The frigate London left."),
        ("Male voters in turkey farms", "Male voters in turkey farms"),
        ("Tell us that us matters.", "Tell us that us matters."),
        # Persons.
        ("President Vladimir Putin left. Putin slept.", "President {P1} left. {P1_last} slept."),
        ("Mr. Harris met Ms Duval’s aide.", "Mr. {P1_last} met Ms {P2_last}’s aide."),
        ("Minister Cho Tae-yul spoke. Cho left.", "Minister {P1} spoke. {P1_last} left."),
        ("The Foreign Minister spoke.", "The Foreign Minister spoke."),
    ],
)
def test_actors_become_slots(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.code)
def test_no_name_of_a_country_survives(country):
    text = (
        f"{country.name}’s envoy and a {country.adjective} general met in {country.capital}; "
        f"{country.official} had asked {country.people or 'them'} to."
    )
    (filled,), _ = swap(mark([text]), Random(country.code))
    for name in {country.name, country.adjective, country.capital, country.official}:
        assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", filled), filled


def test_a_country_is_the_same_one_everywhere():
    texts = ["Moscow called Polish claims baseless.", "“Russia and Poland will talk,” it said."]
    for seed in range(30):
        (context, text), filled = swap(mark(texts), Random(seed))
        assert context.startswith(filled["S_cap"])
        assert filled["T_adj"] in context
        assert filled["S"] in text
        assert filled["T"] in text


def test_articles_and_possessives_suit_what_is_put_in():
    text = "A Russian envoy praised Poland’s note. Poland thanked an Austrian aide of Moscow."
    for seed in range(300):
        (filled,), new = swap(mark([text]), Random(seed))
        vowel = new["S_adj"][0] in "AEIO" or new["S_adj"].startswith("Uz")
        assert filled.startswith(f"{'An' if vowel else 'A'} {new['S_adj']} envoy"), filled
        owner = new["T"] + ("’" if new["T"].endswith("s") else "’s")
        article = "the " if next(c for c in countries() if c.name == new["T"]).article else ""
        assert f"praised {article}{owner} note" in filled
        assert f"note. {article.capitalize()}{new['T']} thanked" in filled


def test_a_person_keeps_gender_and_country():
    text = "Russian spokeswoman Maria Zakharova blamed Poland. Zakharova said she knew."
    (person,) = mark([text], find_cast([text], {"Maria Zakharova": "Russia"})).persons.values()
    assert (person.gender, person.last) == ("f", "Zakharova")
    for seed in range(50):
        (filled,), new = swap(mark([text]), Random(seed))
        country = next(c for c in countries() if c.adjective == new["S_adj"])
        culture = names()[country.culture]
        assert new["P1_last"] in culture.surnames_f
        assert any(given in new["P1"] for given in culture.given_f)
        assert f"spokeswoman {new['P1']} blamed" in filled
        assert f"{new['P1_last']} said" in filled


def test_a_cast_tells_who_a_last_name_is():
    cast = find_cast(["Minister Park Jin spoke."], {"Park Jin": "South Korea", "Quad": "Quad"})
    assert [(person.name, person.last) for person in cast] == [("Park Jin", "Park")]
    assert [n.full for n in find_people("Park thanked Park Jin.", cast)] == [False, True]


def test_bodies_are_no_persons():
    speakers = {
        "Ministry of Foreign Affairs of Japan": "Japan",
        "Korean Central News Agency": "North Korea",
        "Center for Strategic Studies": "none",
        "author": "none",
    }
    assert find_cast(["The General Staff and the National Assembly met."], speakers) == []


def test_gold_statements_hold_the_new_actors_alone(swaps, corpus):
    sentences = {sentence.id: sentence for sentence in corpus.sentences}
    assert {swap.variant for swap in swaps} == set(range(1, VARIANTS + 1))
    assert all(sentences[swap.id].is_statement for swap in swaps)
    for one in swaps:
        removed = {before for before, _ in one.countries}
        inserted = {after for _, after in one.countries}
        assert removed.isdisjoint(inserted)
        assert len(inserted) == len(one.countries)
        found = {place.country.code for place in find_places([one.text])[0]}
        # "Congolese" alone does not say which country was put in.
        assert found <= inserted | ({"CD", "CG"} if inserted & {"CD", "CG"} else set()), one.text
        for before, after in one.persons:
            assert before not in one.text
            assert not set(before.split()) & set(after.split())
        assert "{" not in one.text + one.context
        assert not re.search(
            r"\bthe the\b|\ba [AEIO]\w+n |\ban [B-DF-HJ-NP-TV-Z]\w+n |s’s\b", one.text
        )


def test_only_the_actors_change(swaps, corpus):
    sentences = {sentence.id: sentence for sentence in corpus.sentences}
    for one in swaps[::VARIANTS]:
        lower = set(re.findall(r"(?<![\w’'-])[a-z]{4,}\b", sentences[one.id].text))
        kept = set(re.findall(r"(?<![\w’'-])[a-z]{4,}\b", one.text))
        assert lower - {"inter"} <= kept | {"fellow"}


def test_the_same_variants_at_every_call(swaps, corpus):
    make_swaps.cache_clear()
    assert make_swaps(tuple(corpus.sentences)) == swaps
    assert len({one.text for one in swaps}) > 0.95 * len(swaps)


def test_a_text_may_name_more_actors_than_there_are_to_put_in():
    texts = [
        "ASEAN is Indonesia, Vietnam, Laos, Thailand, Brunei, Malaysia and the Philippines.",
        " ".join(f"{country.name} and" for country in countries()),
        " ".join(f"Mr Kim {letter}yung-min of Seoul," for letter in "BCDFGHJKLMNPQRSTVWXYZ" * 2),
    ]
    for text in texts:
        (filled,), _ = swap(mark([text]), Random(0))
        assert filled != text
        assert "{" not in filled


words = st.sampled_from(
    "Russia|the|US|U.S.|-|,|.|’s|a|Danish|Danes|Seoul|Korea|North|and|President|Putin|Kim|Jong-un"
    "|{A}|}|“|”|said|\n".split("|")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(words, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_can_be_marked_and_filled(text):
    places = find_places([text])[0]
    assert all(text[p.start : p.end].strip() == text[p.start : p.end] != "" for p in places)
    assert all(one.end <= other.start for one, other in pairwise(places))
    found = mark([text])
    (filled,), _ = swap(found, Random(0))
    assert filled.count("{") == text.count("{")
    assert filled.count("}") == text.count("}")
    if not found.countries and not found.persons:
        assert filled == text.replace("Korean Peninsula", "peninsula")
