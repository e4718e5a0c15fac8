"""Quoted stretches: which words of the body stand inside quotation marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.articles.page.page import read_page
from demarche.articles.parts import Block, Quotation, Unit
from demarche.articles.speech.quotations import find_quotations
from demarche.articles.speech.sentences import split_sentences
from demarche.corpus.pages import real_pages


def read(text: str) -> tuple[list[Unit], list[tuple[Quotation, ...]]]:
    """Read a text whose paragraphs are parted by blank lines and are all body."""
    blocks, start = [], 0
    for number, paragraph in enumerate(text.split("\n\n"), start=1):
        blocks.append(Block(start, start + len(paragraph), "body", number))
        start += len(paragraph) + 2
    units = split_sentences(text, blocks)
    return units, find_quotations(text, units)


def quoted(text: str) -> list[str]:
    """Give the quoted stretches of a text, sentence by sentence."""
    return [text[q.start : q.end] for found in read(text)[1] for q in found]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("“We go,” she said, “at dawn.”", ["“We go,”", "“at dawn.”"]),
        ('"We go," she said, "at dawn."', ['"We go,"', '"at dawn."']),
        ("‘We go,’ she said.", ["‘We go,’"]),
        ("'We go,' she said.", ["'We go,'"]),
        ("«Мы идём», he said in « French » too.", ["«Мы идём»", "« French »"]),
        ("„Wir gehen“, he said; „both” and »Ja«.", ["„Wir gehen“", "„both”", "»Ja«"]),
        ('A mark of each kind: "We go.” And: “We stay."', ['"We go.”', '“We stay."']),
        ("She called it “a ‘so-called’ peace” twice.", ["“a ‘so-called’ peace”"]),
        ("It is “one “nested” word” here.", ["“one “nested” word”"]),
        ('The plan ("a trap") failed—"a farce"—at once.', ['"a trap"', '"a farce"']),
    ],
)
def test_marks_of_every_kind_are_paired(text: str, stretches: list[str]) -> None:
    assert quoted(text) == stretches


@pytest.mark.parametrize(
    "text",
    [
        "The ministers’ meeting and Rome’s plan don’t matter.",
        "The ministers' meeting and Rome's plan don't matter in the '90s, rock 'n' roll.",
        'A 5" gun and a man of 6\'2" stood there.',
        "‘Tis late.",
    ],
)
def test_apostrophes_and_inches_quote_nobody(text: str) -> None:
    assert quoted(text) == []


def test_possessives_do_not_close_a_single_quotation() -> None:
    assert quoted("‘The ministers’ plan won’t do,’ he said.") == ["‘The ministers’ plan won’t do,’"]
    assert quoted("'The ministers' plan won't do,' he said.") == ["'The ministers' plan won't do,'"]


def test_a_quotation_over_sentences_tells_where_it_begins_and_ends() -> None:
    _, found = read("“We will go. We will not stop. Never,” he said.")
    assert [(q.opened, q.closed) for (q,) in found] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_a_repeated_opening_mark_carries_a_quotation_over_paragraphs() -> None:
    text = "“We go. We win.\n\n“They lose.\n\n“It ends,” he said. “Well?”"
    _, found = read(text)
    assert [(text[q.start : q.end], q.opened, q.closed) for qs in found for q in qs] == [
        ("“We go.", True, False),
        ("We win.", False, False),
        ("“They lose.", False, False),
        ("“It ends,”", False, True),
        ("“Well?”", True, True),
    ]


def test_a_paragraph_broken_inside_a_quotation_goes_on_to_its_mark() -> None:
    assert quoted('"That is not trade.\n\nIt is theft," he said.') == [
        '"That is not trade.',
        'It is theft,"',
    ]


def test_an_unclosed_mark_does_not_swallow_the_rest() -> None:
    text = "He said “we go. Then he left.\n\nTroops came.\n\nShe said “no” twice."
    assert quoted(text) == ["“we go.", "“no”"]


def test_an_unclosed_mark_behind_a_colon_takes_the_rest_of_its_paragraph() -> None:
    assert quoted("He put it so: “We go. We win.\n\nTroops came.") == ["“We go.", "We win."]


def test_a_lost_opening_mark_is_read_from_the_start_of_the_sentence() -> None:
    assert quoted("We will respond,” the minister said.") == ["We will respond,”"]


def test_marks_inside_a_longer_quotation_are_not_told_apart() -> None:
    units, found = read("“Ask ‘him’. Ask “her” too,” he said.")
    assert [len(quotations) for quotations in found] == [1] * len(units)


@pytest.mark.parametrize("page", real_pages(), ids=lambda page: page.id)
def test_direct_and_mixed_sentences_of_real_articles_hold_quotations(page) -> None:
    units = [
        Unit(label.start, label.end, page.text[label.start : label.end], number)
        for number, label in enumerate(page.sentences)
    ]
    blocks = read_page(page.text).blocks
    inside = {place: b.paragraph for b in blocks for place in range(b.start, b.end)}
    units = [
        Unit(unit.start, unit.end, unit.text, inside.get(unit.start, -place))
        for place, unit in enumerate(units)
    ]
    found = find_quotations(page.text, units)
    missed = [
        unit.text
        for unit, label, quotations in zip(units, page.sentences, found, strict=True)
        if label.mode in {"direct", "mixed"} and not quotations
    ]
    assert missed == []


@given(st.text(alphabet="“”‘’\"'«»„ ab.,s?\n", max_size=200))
def test_stretches_lie_in_their_sentences_in_order_and_apart(text: str) -> None:
    units = split_sentences(text, read_page(text).blocks)
    found = find_quotations(text, units)
    assert len(found) == len(units)
    for unit, quotations in zip(units, found, strict=True):
        borders = [unit.start, *(b for q in quotations for b in (q.start, q.end)), unit.end]
        assert borders == sorted(borders)
        assert all(q.start < q.end for q in quotations)


@given(st.text(alphabet="“”‘’\"'«»„ ab.,s?", max_size=100))
def test_no_mark_reaches_into_a_distant_paragraph(text: str) -> None:
    body = f"{text}\n\nTroops came.\n\nThey left.\n\nIt was over."
    units, found = read(body)
    assert units[-1].text == "It was over."
    assert found[-1] == ()


def test_thousands_of_nested_marks_are_read() -> None:
    assert len(quoted("“" * 5000 + "a" + "”" * 5000)) <= 2
