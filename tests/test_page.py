"""The page reader tells body from page text, and finds headline, date and byline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.articles.page.dates import find_dates, is_date_line, publication_date
from demarche.articles.page.page import Page, read_page
from demarche.articles.page.repeats import find_repeats, halves
from demarche.articles.parts import KINDS
from demarche.corpus.pages import real_pages

LEAD = "The foreign ministry on Tuesday expressed deep regret over the closing of the bridge."
SECOND = "“We will answer in kind,” its spokesman, Jan Berg, told reporters in the capital."
LAST = "The two ministers are to meet again in the spring."
PART_SIX = (
    "Kim Jong-un’s visit to Russia, part six: "
    "consequences for relations between Russia and South Korea"
)
REAL = {page.id: page.text for page in real_pages()}


def kinds(text: str) -> dict[str, str]:
    """Give the kind of every block by its text."""
    return {text[block.start : block.end]: block.kind for block in read_page(text).blocks}


def body(text: str) -> list[str]:
    return [text[b.start : b.end] for b in read_page(text).blocks if b.kind == "body"]


def page_with(*lines: str) -> str:
    """Give an article with `lines` between its paragraphs."""
    return "\n\n".join(("Ministry regrets closing of bridge", LEAD, *lines, SECOND, LAST))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Photo: Berg speaks to reporters on Tuesday.", "caption"),
        ("This photo provided by the army shows the bridge on Monday.", "caption"),
        ("Berg (left) greets his guest at the airport in the capital on Monday.", "caption"),
        ("Jan Berg delivers the ministry's answer on Tuesday. (Yonhap)", "caption"),
        ("Read more: How the bridge was built.", "navigation"),
        ("Sign up for our weekly newsletter on the region.", "navigation"),
        ("Home » World » Europe", "navigation"),
        ("© 2024 The Daily. All rights reserved.", "credit"),
        ("(Reporting by Ann Roe; editing by Jim Doe)", "credit"),
        ("Views expressed are those of the author.", "note"),
        ("This article was corrected on 3 September.", "note"),
        ("Leave a Comment", "footer"),
        ("Comments are closed for this article.", "footer"),
        ("The old quarrel", "heading"),
        ("What does the treaty say?", "heading"),
        ("피터빈트 기자가 전하는 소식", "other_script"),
    ],
)
def test_a_line_that_is_not_body_is_told_by_its_kind(line: str, kind: str) -> None:
    text = page_with(line)
    start = text.index(line)
    assert next(block.kind for block in read_page(text).blocks if block.end > start) == kind
    assert body(text) == [LEAD, SECOND, LAST]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Related disputes go back to 1951, when the river froze.",
        "Support for the treaty has fallen since the spring.",
        "Comments by the minister drew protests in both capitals.",
        "Other countries of the region kept silent on Tuesday.",
        "Share prices fell after the announcement.",
        "Any use of force would be answered, the ministry said.",
        "The incident contributed to the crisis between the two.",
        "The author is not inclined to believe this version.",
        "Photos from the scene showed smoke over the bridge.",
        "But is war likely?",
        "“Who gains from this? Ask the other side,” he said.",
        "(The ministry) expressed regret over the act, it said in a note.",
        "These shells would reach high-value targets,” the centre's report said",
    ],
)
def test_a_paragraph_that_begins_like_page_text_stays_body(paragraph: str) -> None:
    assert body(page_with(paragraph)) == [LEAD, paragraph, SECOND, LAST]


def test_a_pull_quote_repeats_a_sentence_of_the_body() -> None:
    text = page_with("“We will answer in kind,” its spokesman, Jan Berg, told reporters.")
    assert "pull_quote" in kinds(text).values()
    assert body(text) == [LEAD, SECOND, LAST]


def test_a_caption_printed_twice_is_a_caption_in_one_line_and_in_two() -> None:
    caption = "The bridge over the river was closed to all traffic on Monday."
    for twice in (f"{caption} {caption}", f"{caption}\n\n{caption}", f"{caption}\n{caption}"):
        text = page_with(twice)
        assert body(text) == [LEAD, SECOND, LAST]
        assert [b.kind for b in read_page(text).blocks].count("caption") == 2


def test_page_text_glued_to_the_last_sentence_is_cut_off() -> None:
    for glued in (
        "Leave a Comment This site uses Akismet to reduce spam.",
        "© 2024 The Daily",
        "(END)",
        "Read more: The bridge in pictures",
        "ann.roe@daily.example",
    ):
        text = f"Ministry regrets\n\n{LEAD}\n\n{SECOND} {glued}"
        assert body(text) == [LEAD, SECOND]


def test_a_sentence_that_an_empty_line_breaks_is_one_block() -> None:
    broken = (
        "In his view the deal is a threat, and therefore, he said, the “alliance of the two\n\n"
        "will never sit idly by when our safety is at stake.”"
    )
    assert body(page_with(broken)) == [LEAD, broken, SECOND, LAST]


def test_paragraphs_of_fixed_width_are_joined() -> None:
    first = (
        "The foreign minister said on Tuesday that the government would\n"
        "not accept any change in the status quo and that the border\n"
        "would stay closed until the other side had apologised in full."
    )
    second = (
        "In the capital, some three hundred people marched along the\n"
        "river and called for talks. The police did not step in, and the\n"
        "march ended without arrests."
    )
    assert body(f"Border to stay closed\n\n{first}\n\n{second}") == [first, second]


def test_links_under_a_heading_are_not_body_though_they_ask() -> None:
    text = f"Title of it\n\n{LEAD}\n\n{SECOND}\n\nMore on this topic\nWill it last?\nIs it over?"
    assert body(text) == [LEAD, SECOND]


def test_comments_of_readers_are_not_body() -> None:
    text = page_with() + "\n\nLeave a Comment\n\nWhat a strange text this is. I do not agree."
    assert body(text) == [LEAD, SECOND, LAST]


def test_the_headline_is_known_again_in_the_body() -> None:
    title = "Will the bridge be opened again before the spring?"
    text = f"Home » World » {title}\n\n{title}\n\n{LEAD}\n\n{title}\n\n{SECOND}"
    assert read_page(text).title == title
    assert body(text) == [LEAD, SECOND]


def test_questions_and_speaker_labels_of_a_transcript_are_not_body() -> None:
    text = "\n\n".join(
        ("Briefing of the ministry", "MR. BERG:", LEAD, "Q: Will you answer?", "MR. BERG:", LAST)
    )
    assert body(text) == [LEAD, LAST]


def test_sentences_above_the_byline_are_no_body() -> None:
    text = f"Ministry regrets\n\nThe bridge has been shut.\n\nBy Ann Roe\n\n{LEAD}\n\n{SECOND}"
    page = read_page(text)
    assert page.byline == "Ann Roe"
    assert body(text) == [LEAD, SECOND]


def test_a_biography_at_the_end_is_a_note_and_an_expert_in_the_body_is_not() -> None:
    expert = "Ann Roe is a researcher at the institute, and thinks that talks will follow."
    assert body(page_with(expert)) == [LEAD, expert, SECOND, LAST]
    text = page_with() + "\n\nAnn Roe is a researcher at the institute."
    assert kinds(text)["Ann Roe is a researcher at the institute."] == "note"


def test_markdown_marks_stand_outside_the_blocks() -> None:
    text = f"""---
title: "Ministry regrets"
date: 2024-10-15
author: Ann Roe
---

# Ministry regrets

*What the closing means.*

![The bridge](bridge.jpg)

{LEAD}

## Background

> {SECOND}

The ministry listed two demands:

- an apology for the act
- talks about the river

[Subscribe](https://example.org)
"""
    page = read_page(text)
    assert (page.title, page.date, page.byline) == ("Ministry regrets", "2024-10-15", "Ann Roe")
    demands = "The ministry listed two demands:"
    items = ["an apology for the act", "talks about the river"]
    assert body(text) == [LEAD, SECOND, demands, *items]


def test_a_single_sentence_without_full_stop_is_body() -> None:
    assert body("The minister said the talks would resume") != []
    assert body("“We will not go.”") == ["“We will not go.”"]


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        (
            "korea-herald-2024-10-15",
            (
                "Seoul expresses regret over Moscow's defense of Pyongyang",
                "2024-10-15",
                "Ji Da-gyum",
            ),
        ),
        (
            "asiae-2024-10-15",
            (
                "Kim Jong-un breaks through Pyongyang, will he draw in Russia?",
                None,
                "Jang Hee-jun",
            ),
        ),
        (
            "neo-2023-10-22",
            (
                PART_SIX,
                "2023-10-22",
                "Konstantin Asmolov",
            ),
        ),
        (
            "neo-2024-08-07",
            ("Further cooling of relations between Moscow and Seoul", None, "Konstantin Asmolov"),
        ),
    ],
)
def test_headline_date_and_byline_of_real_pages(id_: str, expected: tuple[str, ...]) -> None:
    page = read_page(REAL[id_])
    assert (page.title, page.date, page.byline) == expected


def test_other_script_footers_and_repeated_captions_of_real_pages() -> None:
    assert kinds(REAL["korea-herald-2024-10-15"])["피터빈트"] == "other_script"
    assert kinds(REAL["cnn-2024-06-21"])["Back to top button"] == "navigation"
    captions = [b for b in read_page(REAL["korea-herald-2024-10-15"]).blocks if b.kind == "caption"]
    assert len(captions) == 2


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("Published : Oct. 15, 2024 - 18:12", "2024-10-15"),
        ("Published on : Oct.15,2024 17:32 KST", "2024-10-15"),
        ("15 October 2024", "2024-10-15"),
        ("Tue 15 Oct 2024 17.08 GMT", "2024-10-15"),
        ("October 15th, 2024", "2024-10-15"),
        ("Input 2024.10.15 17:42, revised 18:05", "2024-10-15"),
        ("2024-10-15T17:42:00Z", "2024-10-15"),
        ("15.10.2024 Author: Ann Roe", "2024-10-15"),
        ("10/15/2024", "2024-10-15"),
        ("Issued on: 03/06/2021 - 14:22", "2021-06-03"),
        ("03/06/2021 2:22 PM", "2021-03-06"),
        ("2024년 10월 15일", "2024-10-15"),
        ("251612 GMT OCT 95", "1995-10-25"),
        ("Feb 30, 2024", None),
        ("Room 12-34-5678", None),
    ],
)
def test_dates_in_many_forms(line: str, iso: str | None) -> None:
    assert publication_date([line]) == iso


def test_the_day_of_publication_goes_before_that_of_an_update() -> None:
    lines = ["Updated : 2024-10-16 10:01", "Posted : 2024-10-14 16:41"]
    assert publication_date(lines) == "2024-10-14"
    assert publication_date(lines[:1]) == "2024-10-16"


def test_a_date_line_holds_nothing_else() -> None:
    assert is_date_line("Updated 9:05 PM GMT, November 16, 2017")
    assert is_date_line("1640 GMT")
    assert not is_date_line("On November 16, 2017 the bridge was closed")
    assert not is_date_line("The old quarrel")


def test_repeats_are_found_in_longer_text_only() -> None:
    short, long = "he will never give up the bridge", "He said he will never give up the bridge now"
    assert find_repeats([short, "something else entirely is said in this line", long]) == [
        2,
        None,
        None,
    ]


def test_halves_of_a_line_printed_twice() -> None:
    assert halves("It was closed. It was closed.") == (14, 15)
    assert halves("It was closed. It was opened.") is None


def check(page: Page, text: str) -> None:
    """Hold a page to what every page keeps."""
    ends = 0
    for number, block in enumerate(page.blocks, start=1):
        assert block.paragraph == number
        assert block.kind in KINDS
        assert ends <= block.start < block.end <= len(text)
        assert not text[block.start].isspace()
        assert not text[block.end - 1].isspace()
        ends = block.end


PIECES = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", " ", "\x00", "\u2028", "“", "”", '"', "(", ")", "[", "]", "…"),
        *("# ", "> ", "- ", "**", "---", "Photo: ", "By Ann Roe", "Oct. 15, 2024", "a", "Kim."),
        *("한국", "قال", "Leave a Comment", "© 2024", "(Yonhap)", "Q: ", "MR. BERG:", LEAD, SECOND),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_every_text_gives_blocks_in_order_and_loses_no_word(text: str) -> None:
    page = read_page(text)
    check(page, text)
    assert read_page(text) == page
    inside = "".join(text[block.start : block.end] for block in page.blocks)
    if not text.lstrip("\ufeff").startswith("---"):
        assert sum(map(str.isalnum, inside)) == sum(map(str.isalnum, text))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\u2028"])
def test_other_line_ends_read_alike(line_end: str) -> None:
    text = REAL["korea-herald-2024-10-15"]
    assert [block.kind for block in read_page(text.replace("\n", line_end)).blocks] == [
        block.kind for block in read_page(text).blocks
    ]


def test_dates_are_given_with_their_place() -> None:
    found = find_dates("from 1 May 2024 to 2024-06-01")
    assert [(date.iso, date.start, date.end) for date in found] == [
        ("2024-05-01", 5, 15),
        ("2024-06-01", 19, 29),
    ]
