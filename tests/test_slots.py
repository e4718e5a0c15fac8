"""Filled text reads as if it had been written about these countries and people."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.actors.slots import Person, fill, fill_line
from demarche.errors import DataError
from demarche.gazetteer import Country, countries, find, names

A, B = "United States", "Netherlands"


@cache
def rows(name: str) -> list[dict[str, Any]]:
    text = files("demarche.data").joinpath(f"synthetic_{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def article_parts(row: dict[str, Any]) -> tuple[list[str], dict[str, Person]]:
    texts = [line["text"] for line in row["lines"]]
    texts += sorted({line["speaker"] for line in row["lines"] if line["body"]})
    return texts, {k: Person(p["gender"], p["side"]) for k, p in row["persons"].items()}


def filled_corpus() -> Iterator[str]:
    rng = Random(11)
    for row in rows("statements"):
        yield from fill([row["text"]], {}, rng)[0]
    for row in rows("articles"):
        yield from fill(*article_parts(row), rng)[0]


def parties(text: str, rng: Random) -> list[Country]:
    """Fill the text and look up its countries."""
    _, assignment = fill([text], {}, rng)
    found = [find(value) for slot, value in assignment.items() if len(slot) == 1]
    return [country for country in found if country]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{A} spoke.", "The United States spoke."),
        ("They told {A} so.", "They told the United States so."),
        ("“{A} spoke,” he said.", "“The United States spoke,” he said."),
        ('He said: "{A} spoke."', 'He said: "The United States spoke."'),
        ('It ended. "{A} spoke."', 'It ended. "The United States spoke."'),
        ("It called “{A}” a liar.", "It called “the United States” a liar."),
        ("So much for peace: {A} left.", "So much for peace: the United States left."),
        ("Q: {A} left.", "Q: The United States left."),
        ("PARIS, May 3 -- {A} left.", "PARIS, May 3 -- The United States left."),
        ("In 2003 {A} left.", "In 2003 the United States left."),
        ("{A}'s note.", "The United States' note."),
        ("It is {B}’s note.", "It is the Netherlands’ note."),
        ("Note of the {A}-{B} body.", "Note of the United States-Netherlands body."),
        ("A camp in southern {B}.", "A camp in southern Netherlands."),
        ("Smit ({B}) left.", "Smit (Netherlands) left."),
        ("({A} v. {B}) were heard.", "(United States v. Netherlands) were heard."),
        ("{A}, {B} sign", "United States, Netherlands sign"),
        ("{C} blames {A} for fish", "Cyprus blames United States for fish"),
        ("Warships sail for {B}", "Warships sail for the Netherlands"),
        ("Government of {B}", "Government of the Netherlands"),
        ("Governments of {A} and {B}", "Governments of the United States and the Netherlands"),
        ("COUNCIL HITS {C} AND {B_adj} ALLY", "COUNCIL HITS CYPRUS AND DUTCH ALLY"),
        ("MS. {P1_last}:", "MS. Maas:"),
        ("{C}'s note.", "Cyprus' note."),
        ("A {A_adj} ship.", "An American ship."),
        ("It was an {B_adj} ship.", "It was a Dutch ship."),
        ("The {A_adj}-{B_adj} talks.", "The American-Dutch talks."),
    ],
)
def test_grammar(text: str, expected: str) -> None:
    assignment = {"A": A, "A_adj": "American", "B": B, "B_adj": "Dutch", "C": "Cyprus"}
    assignment["P1_last"] = "Maas"
    assert fill_line(text, assignment, frozenset("AB")) == expected


@pytest.mark.parametrize(
    "words",
    [
        "an Indian",
        "an Uzbek",
        "an Austrian",
        "an Emirati",
        "an Omani",
        "a Russian",
        "a Ukrainian",
        "a Uruguayan",
        "a Ugandan",
        "a European",
        "a Yemeni",
        "a Honduran",
        "a UAE",
    ],
)
def test_indefinite_article_goes_by_sound(words: str) -> None:
    adjective = {"A_adj": words.split()[1]}
    for text in ("It was a {A_adj} ship.", "It was an {A_adj} ship."):
        assert fill_line(text, adjective, frozenset()) == f"It was {words} ship."


@given(st.integers(0, len(rows("articles")) - 1), st.integers())
@settings(deadline=None)
def test_one_assignment_fills_an_article(index: int, seed: int) -> None:
    texts, persons = article_parts(rows("articles")[index])
    filled, assignment = fill(texts, persons, Random(seed))
    assert len(filled) == len(texts)
    assert not any("{" in line or "}" in line for line in filled)
    parties = [find(assignment[letter]) for letter in "ABCD" if letter in assignment]
    assert len({party and party.adjective for party in parties}) == len(parties)
    surnames = [assignment[f"{slot}_last"] for slot in persons]
    assert len(set(surnames)) == len(surnames)
    for slot, person in persons.items():
        assert assignment[f"{slot}_last"] in assignment[slot]
        if side := find(assignment.get(person.side, "")):
            kind = names()[side.culture]
            known = kind.surnames_f if person.gender == "f" else kind.surnames_m
            assert assignment[f"{slot}_last"] in known
    assert (filled, assignment) == fill(texts, persons, Random(seed))


def test_the_whole_corpus_reads_right() -> None:
    wrong = re.compile(
        r"[{}]|\bthe the\b|s['’]s\b|\b[Aa] (?:Afghan|Al|Am|Ar|Az|Eg|Es|Et|In|Ir|Is|It|Om|Uz)"
        r"|\b[Aa]n (?:[BCDFGJKLMNPQRSTVWYZ]|Ukrain|Eu)[a-z]"
        r"|\b(?:said|that|by|of|in) "
        r"(?:United (?:States|Kingdom|Arab Emirates)|Netherlands|Philippines)\b(?!-)"
    )
    assert [line for line in filled_corpus() if wrong.search(line)] == []


def test_parties_share_a_border_or_have_a_coast_where_the_text_needs_it() -> None:
    rng = Random(5)
    for _ in range(200):
        one, other = parties("{S} closed its border with {T}.", rng)
        assert other.code in one.neighbours
        crews = parties("Trawlers from {A}, {B}, {C} and {D} met.", rng)
        assert all(country.coastal for country in crews)
        one, other = parties("The frontier of {S} with {T} ends at the coast.", rng)
        assert other.code in one.neighbours
        assert all(country.coastal for country in (one, other))


def test_parties_are_told_apart_and_not_named_in_the_text_already() -> None:
    rng = Random(6)
    for _ in range(300):
        codes = {country.code for country in parties("{A}, {B}, {C} and {D} met in Vienna.", rng)}
        assert len(codes) == 4
        assert "AT" not in codes
        assert not codes >= {"KP", "KR"}
        assert not codes >= {"CD", "CG"}


def test_a_regional_body_speaks_of_its_own_region() -> None:
    rng = Random(6)
    for _ in range(50):
        pair = parties("The African Union urged {A} and {B} to talk.", rng)
        assert all(country.region.endswith("Africa") for country in pair)


def test_every_country_has_its_turn_and_powers_more_than_islets() -> None:
    rng = Random(7)
    seen = [parties("{S} spoke.", rng)[0].code for _ in range(10_000)]
    assert len(set(seen)) > 0.9 * len(countries())
    assert seen.count("RU") > 20 * seen.count("TV")


def test_a_woman_has_the_womans_form() -> None:
    rng = Random(8)
    feminine = {name for kind in names().values() for name in kind.surnames_f}
    for _ in range(300):
        _, assignment = fill(["“No,” she said, and {S_person} left."], {}, rng)
        assert assignment["S_person"] in feminine


@pytest.mark.parametrize("text", ["{X} left.", "{A_flag} fell.", "{P2} left.", "{} left."])
def test_an_unknown_slot_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="unknown slot"):
        fill([text], {"P1": Person("f", "A")}, Random(0))


def test_text_without_slots_stays_as_it_is() -> None:
    assert fill(["No slots here."], {}, Random(0)) == (["No slots here."], {})
