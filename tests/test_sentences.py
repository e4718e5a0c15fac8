"""Sentences of the body, inside and outside quotations, with exact offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.articles.page.page import read_page
from demarche.articles.parts import Block
from demarche.articles.speech.sentences import SLICE, split_sentences
from demarche.corpus.pages import Page, real_pages


def split(text: str) -> list[str]:
    """Split a text that is one paragraph of the body, marked by ``|`` where it should part."""
    return [unit.text for unit in split_sentences(text, [Block(0, len(text), "body", 1)])]


@pytest.mark.parametrize(
    "marked",
    [
        "He met Lt. Gen. Kim and Sgt. Lee. | Adm. Paul said the U.S. is ready.",
        "The U.S. fleet left. | It was seen on Oct. 3, 9, and 10 off Busan.",
        "It spoke of the Oct. 7-8 session. | No. 2 leader Mr. Roe left with Rep. Doe.",
        "He lives in Washington, D.C. | He works there until 5 p.m. Tuesday.",
        "Partners can work with our country [i.e. Russia] as before. | That is new.",
        "They met (in Rome. Not here) on Monday. | It ended.",
        "“We will go. | We will win,” he said. | “Never!” she said. | He left.",
        "“Who fired first?” Berg asked. | “Ask Kim!” President Roe told reporters. | It ended.",
        "“Is it over?” | The minister did not say that it was.",
        "This threatens “the peace and security… of South Korea.” | He left.",
        "“They... never stopped. | We stayed.” | It was so.",
        "He quoted “‘Go!’ and ‘Stop!’” and left. | “She said ‘never.’” | It ended.",
        "MOSCOW, October 15. /TASS/. Russia said so. | It denied the rest.",
        "SEOUL, Oct. 15 (Yonhap) -- The ministry said so. | It denied the rest.",
        "It rose 3.5 percent to $4.1 billion. | See https://www.daily.example/News.Html for more.",
        "J. R. Roe wrote it; Berg, his deputy, signed. | Juan A. De la Cruz did not.",
        "It stood in the note.[1] | The ministry denied it.",
        "The error was less than 40 km. “Nobody was hurt,” he said.".replace(". “", ". | “"),
        "한국 정부는 유감을 표명했다. | 러시아는 이를 거부했다.",
        "قال الوزير إن ذلك مهم؟ | نعم.",
        "One sentence without any end",
    ],
)
def test_sentences_part_where_they_end(marked: str) -> None:
    text = marked.replace(" | ", " ")
    assert split(text) == marked.split(" | ")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It began last year.”The ministry left.", ["It began last year.”", "The ministry left."]),
        ("He left.“We stay,” she said.", ["He left.", "“We stay,” she said."]),
        ('"We go."The ministry left.', ['"We go."', "The ministry left."]),
        ('He left."We stay," she said.', ["He left.", '"We stay," she said.']),
        ("He left. ” The ministry stayed.", ["He left. ”", "The ministry stayed."]),
        ("他说了。我们走了。", ["他说了。", "我们走了。"]),
    ],
)
def test_a_missing_or_a_stray_space_does_not_matter(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_a_sentence_runs_through_an_empty_line() -> None:
    text = "He said the “alliance\n\nwill never sit idly by.” It ended."
    assert split(text) == ["He said the “alliance\n\nwill never sit idly by.”", "It ended."]


def test_only_body_is_split_and_paragraphs_keep_their_number() -> None:
    text = "A title. Of two.\n\nHe left. She stayed."
    units = split_sentences(text, [Block(0, 16, "title", 1), Block(18, len(text), "body", 2)])
    assert [(unit.text, unit.paragraph) for unit in units] == [("He left.", 2), ("She stayed.", 2)]


def test_a_long_line_is_split_as_its_sentences_are() -> None:
    sentences = [f"The minister said on day {number} that he would go." for number in range(4000)]
    text = " ".join(sentences)
    assert len(text) > 5 * SLICE
    assert split(text) == sentences


def test_a_long_line_without_end_is_one_sentence() -> None:
    text = "word " * SLICE + "word"
    assert split(text) == [text]


@pytest.mark.parametrize("page", real_pages(), ids=lambda page: page.id)
def test_boundaries_of_real_articles(page: Page) -> None:
    found = {unit.end for unit in split_sentences(page.text, read_page(page.text).blocks)}
    assert {label.end for label in page.sentences} == found


PIECES = st.sampled_from(
    [
        *"“”\"'‘’()[]«».?!;…。 \n\t\0\u200b",
        *(
            ". ",
            ".\n",
            "Kim ",
            "said ",
            "Gen. ",
            "U.S. ",
            "Oct. 3",
            "No. ",
            "[i.e. ",
            "https://a.b",
        ),
        *("한국 ", "했다. ", "قال ", "؟ ", "He left.", "”The", "...", "[1]", "\r\n"),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=60).map("".join) | st.text(min_size=1, max_size=200))
def test_every_character_lies_in_exactly_one_sentence(text: str) -> None:
    units = split_sentences(text, [Block(0, len(text), "body", 1)])
    covered = [place for unit in units for place in range(unit.start, unit.end)]
    assert len(covered) == len(set(covered))
    assert sorted(covered) == covered
    assert {n for n, char in enumerate(text) if not char.isspace()} <= set(covered)
    for unit in units:
        assert unit.text == text[unit.start : unit.end] == unit.text.strip()


def test_a_network_of_one_letter_ends_a_sentence() -> None:
    text = "“We urge restraint,” Berg wrote on X. Foreign Minister Anna Ek said nothing."
    units = split_sentences(text, [Block(0, len(text), "body", 1)])
    assert [unit.text[:7] for unit in units] == ["“We urg", "Foreign"]
