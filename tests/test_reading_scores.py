"""Scores of readings: what counts as the same, and what each figure falls with."""

from dataclasses import replace

import pytest

from demarche.evaluation.reading import align, end_to_end, same_party, same_speaker, scores
from demarche.records import Labelled, Reading, Statement

TEXT = "The minister said it was war. He left. “You lie,” Berg told Oslo."
LABELS = (
    Labelled(0, 29, "indirect", "Anna Berg", "Norway", "official", "none", "neutral"),
    Labelled(30, 38, "narration", "author", "none", "author", "none", "neutral"),
    Labelled(39, 65, "direct", "Anna Berg", "Norway", "official", "Sweden", "accusatory"),
)


def reading(*sentences: Statement) -> Reading:
    return Reading("a", TEXT, None, None, None, sentences)


def perfect() -> list[Statement]:
    return [
        Statement(
            1,
            label.start,
            label.end,
            TEXT[label.start : label.end],
            "body",
            label.mode,
            speaker=label.speaker,
            side=label.side,
            role=label.role,
            target=label.target,
        )
        for label in LABELS
    ]


def test_a_perfect_reading_scores_one() -> None:
    assert set(scores([(LABELS, reading(*perfect()))]).values()) == {1.0}


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        ({"kind": "caption"}, "body"),
        ({"mode": "narration"}, "statements"),
        ({"mode": "mixed"}, "mode"),
        ({"speaker": "Olaf Lund"}, "speaker"),
        ({"side": "Denmark"}, "side"),
        ({"role": "analyst"}, "role"),
        ({"target": "Denmark"}, "target"),
        ({"target": None}, "target"),
    ],
)
def test_each_fault_lowers_its_figure(change: dict[str, str], figure: str) -> None:
    found = perfect()
    found[2] = replace(found[2], **change)
    score = scores([(LABELS, reading(*found))])[figure]
    assert score is not None
    assert score < 1


def test_a_joined_sentence_costs_a_boundary_and_not_the_body() -> None:
    joined = Statement(1, 0, 38, TEXT[:38], "body", "indirect")
    score = scores([(LABELS, reading(joined, perfect()[2]))])
    assert score["boundaries"] == pytest.approx(2 * 2 / (3 + 2))
    assert score["body"] == 1.0


def test_page_noise_taken_for_body_costs_precision() -> None:
    noise = Statement(2, 66, 70, "Menu", "body", "narration")
    assert scores([(LABELS, reading(*perfect(), noise))])["body"] == pytest.approx(6 / 7)


def test_the_target_of_a_neutral_statement_does_not_count() -> None:
    found = perfect()
    found[0] = replace(found[0], target="Sweden")
    assert scores([(LABELS, reading(*found))])["target"] == 1.0


def test_nothing_labelled_gives_no_figure() -> None:
    assert set(scores([((), reading())]).values()) == {None}


def test_alignment_takes_the_greatest_overlap() -> None:
    parts = (
        Statement(1, 0, 12, TEXT[:12], "body"),
        Statement(1, 13, 36, TEXT[13:36], "body"),
    )
    assert [pair.found for pair in align(LABELS[:1], reading(*parts))] == [parts[1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Zakharova", "Mariya Zakharova"),
        ("Maria Zakharova", "Zakharova"),
        ("Kim Jong-un", "Kim Jong Un"),
        ("Park Jin", "Park"),
        ("Ministry of Foreign Affairs of Russia", "Russian Ministry of Foreign Affairs"),
        ("Ministry of Defence of South Korea", "Ministry of Defense of Republic of Korea"),
        ("Government of the Netherlands", "Government of Netherlands"),
        ("United Nations", "UN"),
    ],
)
def test_the_same_speaker_in_other_words(one: str, other: str) -> None:
    assert same_speaker(one, other)
    assert same_speaker(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Zakharova", "Sergey Lavrov"),
        ("Kim Jong-un", "Kim Yo-jong"),
        ("Ministry of Foreign Affairs of Russia", "Ministry of Foreign Affairs of Norway"),
        ("Ministry of Foreign Affairs of Russia", "Ministry of Defence of Russia"),
        ("Government of Austria", "Government of Australia"),
        ("author", "Anna Author"),
        ("Anna Berg", ""),
    ],
)
def test_other_speakers(one: str, other: str) -> None:
    assert not same_speaker(one, other)
    assert not same_speaker(other, one)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("South Korea", "Republic of Korea", True),
        ("South Korea", "North Korea", False),
        ("EU", "European Union", True),
        ("none", "none", True),
        ("none", "Norway", False),
        ("NATO", None, False),
        ("West", "Russia", False),
    ],
)
def test_parties(one: str, other: str | None, same: bool) -> None:
    assert same_party(one, other) is same


def test_end_to_end_counts_a_statement_with_right_speaker_and_verdict() -> None:
    verdicts = {("a", 0): "neutral", ("a", 39): "escalatory"}  # the second is wrong
    found = end_to_end([(LABELS, reading(*perfect()))], verdicts)
    assert found == {"precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_end_to_end_a_statement_read_out_of_narration_costs_precision() -> None:
    sentences = perfect()
    sentences[1] = replace(sentences[1], mode="indirect", speaker="Anna Berg")
    verdicts = {("a", label.start): label.stance for label in LABELS}
    found = end_to_end([(LABELS, reading(*sentences))], verdicts)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == 1.0


def test_a_country_of_many_words_is_one_in_a_bodys_name() -> None:
    assert same_speaker(
        "Government of the Democratic Republic of the Congo", "Government of DR Congo"
    )
