"""A masked text is the same whoever is in it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.actors.marking import mark, swap
from demarche.actors.masking import mask
from demarche.actors.places import find_places


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Russia warned Japan.", "Sweden warned Portugal."),
        ("The US envoy thanked the Danes.", "The Swedish envoy thanked the Portuguese."),
        ("Moscow’s note to the Netherlands", "Stockholm’s note to Portugal"),
        (
            "An Iraqi officer left; a Dane stayed.",
            "A Swedish officer left; a Portuguese national stayed.",
        ),
        ("The sea was calm {A}.", "The sea was calm {A}."),
    ],
)
def test_actors_are_replaced_by_fixed_ones_with_their_grammar(text, masked):
    assert mask(text) == masked


def test_persons_are_masked_too_the_last_name_as_the_same_person():
    masked = mask("President Emmanuel Macron spoke. Macron left with Annalena Baerbock.")
    assert "Macron" not in masked
    assert "Baerbock" not in masked
    assert masked.count("Silva") == 2


def test_swapping_the_actors_of_a_gold_statement_leaves_its_masked_text(corpus):
    same = changed = 0
    for sentence in corpus.sentences:
        marked = mark([sentence.text])
        if "{" in marked.texts[0]:
            (other,), _ = swap(marked, Random(sentence.id))
            same += mask(other) == mask(sentence.text)
            changed += 1
    assert changed > 100
    assert same / changed > 0.75  # the rest are names whose new look is read otherwise


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_can_be_masked(text):
    assert isinstance(mask(text), str)


def test_a_text_without_actors_stays_as_it_is():
    text = "“We shall answer,” the minister said on Friday at 5 p.m."
    assert mask(text) == text
    assert not find_places([text])[0]
