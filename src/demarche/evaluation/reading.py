"""How well a page was read, against its labelled body sentences."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sklearn.metrics import f1_score

from demarche.gazetteer import find
from demarche.records import MODES, Labelled, Reading, Statement

SAME_SPELLING = 88
"""Similarity (rapidfuzz, 0 to 100) from which two spellings name one person."""
COUNTRY = "@"
"""Marks a country's code among the words of a name."""
SMALL_WORDS = frozenset({"the", "of", "and", "for", "in", "on", "to"})
ONE_WORD = {"defense": "defence", "organization": "organisation", "center": "centre"}

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A labelled sentence and the body sentence of the reading that covers most of it, if any."""

    label: Labelled
    found: Statement | None


def align(labels: Sequence[Labelled], reading: Reading) -> list[Aligned]:
    """Pair each labelled sentence with the body sentence that it shares most characters with."""
    body = [sentence for sentence in reading.sentences if sentence.kind == "body"]
    ends = [sentence.end for sentence in body]
    pairs = []
    for label in labels:
        best, most = None, 0
        for sentence in body[bisect_left(ends, label.start) :]:
            if sentence.start >= label.end:
                break
            shared = min(label.end, sentence.end) - max(label.start, sentence.start)
            if shared > most:
                best, most = sentence, shared
        pairs.append(Aligned(label, best))
    return pairs


def scores(pages: Iterable[tuple[Sequence[Labelled], Reading]]) -> dict[str, float | None]:
    """Score readings of several pages together.

    Parameters
    ----------
    pages : iterable of (labels, Reading)

    Returns
    -------
    dict of str to float or None
        ``body`` F1 of sentences in the body; ``boundaries`` F1 of sentence ends within the
        labelled body; ``statements`` F1 of statement against narration; ``mode`` macro-F1;
        ``speaker``, ``side`` and ``role``, accuracy on labelled statements; ``target``,
        accuracy on those that are not neutral. None where there is nothing to score.
    """
    found = list(pages)
    pairs = [pair for labels, reading in found for pair in align(labels, reading)]
    statements = [pair for pair in pairs if pair.label.mode != "narration"]
    pointed = [pair for pair in statements if pair.label.stance != "neutral"]
    return {
        "body": _body_f1(found),
        "boundaries": _boundary_f1(found),
        "statements": _f1(
            [pair.label.mode != "narration" for pair in pairs],
            [pair.found is not None and pair.found.is_statement for pair in pairs],
        ),
        "mode": _mode_f1(pairs),
        "speaker": _share(
            pair.found is not None
            and pair.found.speaker is not None
            and same_speaker(pair.label.speaker, pair.found.speaker)
            for pair in statements
        ),
        "side": _share(
            pair.found is not None and same_party(pair.label.side, pair.found.side)
            for pair in statements
        ),
        "role": _share(
            pair.found is not None and pair.label.role == pair.found.role for pair in statements
        ),
        "target": _share(
            pair.found is not None and same_party(pair.label.target, pair.found.target)
            for pair in pointed
        ),
    }


def end_to_end(
    pages: Iterable[tuple[Sequence[Labelled], Reading]], stances: Mapping[tuple[str, int], str]
) -> dict[str, float | None]:
    """Score (speaker, stance) pairs from raw articles, statement by statement.

    Parameters
    ----------
    pages : iterable of (labels, Reading)
    stances : mapping of (article, start) to str
        Held-out verdicts by article and offset of the labelled sentence.

    Returns
    -------
    dict of str to float or None
        ``precision``: of the statements read, those that are one by the labels, with the right
        speaker and verdict; ``recall``: of the labelled statements, those that were read so;
        ``f1``. None where there is nothing to score.
    """
    right, read, labelled = 0, 0, 0
    for labels, reading in pages:
        read += sum(sentence.is_statement for sentence in reading.sentences)
        labelled += sum(label.mode != "narration" for label in labels)
        right += sum(
            pair.label.mode != "narration"
            and pair.found is not None
            and pair.found.is_statement
            and same_speaker(pair.label.speaker, pair.found.speaker or "")
            and stances.get((reading.article, pair.label.start)) == pair.label.stance
            for pair in align(labels, reading)
        )
    return {
        "precision": right / read if read else None,
        "recall": right / labelled if labelled else None,
        "f1": 2 * right / (read + labelled) if read + labelled else None,
    }


def _body_f1(pages: Iterable[tuple[Sequence[Labelled], Reading]]) -> float | None:
    """F1 of sentences most of whose characters lie in the other's body."""
    missed, wrong, right, kept = 0, 0, 0, 0
    for labels, reading in pages:
        gold = [(label.start, label.end) for label in labels]
        body = [(s.start, s.end) for s in reading.sentences if s.kind == "body"]
        held = [_covered(span, body) for span in gold]
        true = [_covered(span, gold) for span in body]
        kept, missed = kept + sum(held), missed + len(held) - sum(held)
        right, wrong = right + sum(true), wrong + len(true) - sum(true)
    if not kept + missed:
        return None
    recall = kept / (kept + missed)
    precision = right / (right + wrong) if right + wrong else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _covered(span: tuple[int, int], others: Spans) -> bool:
    shared = sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in others)
    return 2 * shared >= span[1] - span[0]


def _boundary_f1(pages: Iterable[tuple[Sequence[Labelled], Reading]]) -> float | None:
    """F1 of the places where sentences end, within the labelled body."""
    both, gold_ends, found_ends = 0, 0, 0
    for labels, reading in pages:
        gold = {label.end for label in labels}
        found = {
            sentence.end
            for sentence in reading.sentences
            if sentence.kind == "body"
            and any(label.start < sentence.end <= label.end for label in labels)
        }
        both, gold_ends, found_ends = (
            both + len(gold & found),
            gold_ends + len(gold),
            found_ends + len(found),
        )
    return 2 * both / (gold_ends + found_ends) if gold_ends else None


def _mode_f1(pairs: Sequence[Aligned]) -> float | None:
    if not pairs:
        return None
    truth = [pair.label.mode for pair in pairs]
    found = [(pair.found.mode if pair.found else None) or "none" for pair in pairs]
    present = [mode for mode in MODES if mode in truth]
    return float(f1_score(truth, found, labels=present, average="macro", zero_division=0))


def _f1(truth: Sequence[bool], found: Sequence[bool]) -> float | None:
    return float(f1_score(truth, found, zero_division=0)) if any(truth) else None


def _share(hits: Iterable[bool]) -> float | None:
    listed = list(hits)
    return sum(listed) / len(listed) if listed else None


def same_party(one: str | None, other: str | None) -> bool:
    """Say whether two names are one country or organisation: "EU", "European Union"."""
    if one is None or other is None:
        return False
    if find(one) is not None or find(other) is not None:
        return find(one) == find(other)
    return _same_words(one, other)


def same_speaker(one: str, other: str) -> bool:
    """Say whether two canonical names are one person or body.

    Spelling, a missing given name and the form of a body's name do not matter: "Mariya
    Zakharova" is "Zakharova", the "Russian Ministry of Defense" the "Ministry of Defence of
    Russia".
    """
    a, b = _words(one), _words(other)
    if not a or not b or (a == ["author"]) != (b == ["author"]):
        return False
    if _same_words(one, other):
        return True
    short, long = sorted((a, b), key=len)
    if len(short) == 1 and len(long) > 1:
        # A surname alone; East Asian names have it first.
        return any(fuzz.ratio(short[0], word) >= SAME_SPELLING for word in (long[0], long[-1]))
    return fuzz.ratio("".join(a), "".join(b)) >= SAME_SPELLING and not _bodies_differ(a, b)


def _bodies_differ(a: Sequence[str], b: Sequence[str]) -> bool:
    """Say whether two bodies' names differ in a country: close in letters, not in fact."""
    return {w for w in a if w[0] == COUNTRY} != {w for w in b if w[0] == COUNTRY}


def _same_words(one: str, other: str) -> bool:
    a, b = _words(one), _words(other)
    if sorted(a) == sorted(b):
        return True
    initials = {"".join(word[0] for word in words) for words in (a, b) if len(words) > 1}
    return any("".join(words) in initials for words in (a, b) if len(words) == 1)


def _words(name: str) -> list[str]:
    """Give a name's words, folded, each country's words and adjective as its one code."""
    country = find(name)
    if country is not None:
        return [COUNTRY + country.code]
    decomposed = unicodedata.normalize("NFKD", name.replace("’", "'"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.findall(r"\w+", re.sub(r"'s\b", "", plain).replace("-", " "))
    return _countries_as_codes([ONE_WORD.get(w.casefold(), w) for w in words])


def _countries_as_codes(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    place = 0
    while place < len(words):
        for length in (5, 4, 3, 2, 1):  # words of a country's name
            country = find(" ".join(words[place : place + length]))
            if country is not None and place + length <= len(words):
                out.append(COUNTRY + country.code)
                place += length
                break
        else:
            if (word := words[place].casefold()) not in SMALL_WORDS:
                out.append(word)
            place += 1
    return out
