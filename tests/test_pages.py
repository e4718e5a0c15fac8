"""Labelled pages: the text that a reader gets, and labels whose offsets fit it."""

import pytest

from demarche.corpus.pages import Page, real_pages, synthetic_pages
from demarche.gazetteer import find
from demarche.records import MODES, ROLES


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return synthetic_pages("7")


def test_labels_lie_in_order_on_whole_sentences(pages: list[Page]) -> None:
    for page in pages + real_pages():
        ends = 0
        for label in page.sentences:
            text = page.text[label.start : label.end]
            assert ends <= label.start
            assert text
            assert text == text.strip()
            ends = label.end


def test_slots_are_filled_in_text_and_labels(pages: list[Page]) -> None:
    for page in pages:
        assert "{" not in page.text
        for label in page.sentences:
            assert "{" not in label.speaker + label.side + label.target


def test_labels_name_what_the_text_names(pages: list[Page]) -> None:
    """A side that is a country is one that the page speaks of."""
    for page in pages[:60]:
        for label in page.sentences:
            country = find(label.side)
            if country is not None:
                names = (country.name, country.adjective, country.capital)
                folded = page.text.casefold()
                assert any(name.casefold() in folded for name in names), (page.id, label)


def test_labels_are_legal(pages: list[Page]) -> None:
    for page in pages:
        for label in page.sentences:
            assert label.mode in MODES
            assert label.role in ROLES
            assert (label.speaker == "author") >= (label.mode == "narration")


def test_page_text_holds_more_than_the_body(pages: list[Page]) -> None:
    for page in pages:
        labelled = sum(label.end - label.start for label in page.sentences)
        assert labelled < len(page.text.strip())


def test_a_seed_fixes_the_pages() -> None:
    assert synthetic_pages("1") == synthetic_pages("1")
    assert synthetic_pages("1") != synthetic_pages("2")


def test_real_pages_have_every_gold_sentence() -> None:
    assert sum(len(page.sentences) for page in real_pages()) == 193
