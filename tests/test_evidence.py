"""Evidence: what each word weighs, where it stands, and that it adds up."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from demarche.models import evidence
from demarche.models.evidence import explain, margin, occlusion, words
from demarche.models.linear import fit_chosen
from demarche.models.ngrams import Vocabulary, placed_ngrams
from demarche.models.protocol import Probabilities, align, stance_indices
from demarche.models.tfidf import Tfidf, TfidfParams
from demarche.stance import STANCES

SENTENCES = {
    "escalatory": ["We will attack at once", "they will strike, and strike hard"],
    "conciliatory": ["we want peace and talks", "we welcome the talks"],
    "accusatory": ["they broke the law!", "we blame them for the lie"],
    "neutral": ["he met them on Friday", "the talks are on Friday"],
}
ODD = "İİ|ΟΔΟΣ|ß|U.S.|don’t|a|“|…|—|\x1f|\u2003|\n\n|我们|🕊️".split("|")
VOCABULARY = [word for pair in SENTENCES.values() for text in pair for word in text.split()]
TEXTS = st.lists(st.sampled_from(VOCABULARY + ODD) | st.text(max_size=5), max_size=12).map(" ".join)


def rows(stances: Sequence[str]) -> tuple[list[str], list[str]]:
    # Three times, so that inner validation, which scales the logits, finds something to learn.
    texts = [text for stance in stances for text in SENTENCES[stance]]
    return texts * 3, [stance for stance in stances for _ in SENTENCES[stance]] * 3


def by_scikit_learn(
    stances: Sequence[str], words: Sequence[int], characters: Sequence[int]
) -> tuple[FeatureUnion, LogisticRegression]:
    texts, labels = rows(stances)
    union = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=tuple(words), sublinear_tf=True)),
            (
                "characters",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=tuple(characters), sublinear_tf=True
                ),
            ),
        ]
    )
    features = union.fit_transform(texts).tocsr()
    return union, fit_chosen(features, stance_indices(labels), [3.0], None, 0)


def fitted(stances: Sequence[str], words: Sequence[int], characters: Sequence[int]) -> Tfidf:
    params = TfidfParams(list(words), list(characters), 1, 1000, [3.0])
    return Tfidf(params, 0).fit(*rows(stances))


KINDS: list[tuple[Sequence[str], list[int], list[int]]] = [
    (STANCES, [1, 2], [3, 5]),
    (STANCES[1:], [1, 1], [1, 2]),
    (("neutral", "escalatory"), [1, 3], [2, 9]),
]
FITTED = [fitted(*kind) for kind in KINDS]
BY_SCIKIT_LEARN = [by_scikit_learn(*kind) for kind in KINDS]


class Keywords:
    """Each word adds its own to the logit of a stance."""

    def __init__(self) -> None:
        self.logits = {"attack": (0, 2.0), "talks": (1, 1.0), "peace": (1, 0.5)}
        self.calls: list[tuple[list[str], list[str] | None]] = []

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        self.calls.append((list(texts), None if contexts is None else list(contexts)))
        logits = np.zeros((len(texts), 4))
        for row, text in zip(logits, texts, strict=True):
            for word, (column, logit) in self.logits.items():
                row[column] += logit * (word in text)
        odds = np.exp(logits)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


# Words


@given(st.text() | TEXTS)
def test_every_visible_character_belongs_to_one_word(text: str) -> None:
    covered = [place for start, end in words(text) for place in range(start, end)]
    assert covered == [place for place, character in enumerate(text) if not character.isspace()]


def test_words_are_what_readers_call_words() -> None:
    text = "“We don’t know,” a well-known U.S. aide said—twice, at 3.5%."
    found = [text[start:end] for start, end in words(text)]
    assert found == [
        *("“", "We", "don’t", "know", ",”", "a", "well-known", "U.S", "."),
        *("aide", "said", "—", "twice", ",", "at", "3.5", "%."),
    ]


# Linear models


@pytest.mark.parametrize(
    ("analyzer", "lengths"),
    [("word", (1, 2)), ("word", (2, 3)), ("char_wb", (3, 5)), ("char_wb", (1, 2))],
)
@given(text=TEXTS)
@settings(deadline=None, max_examples=30)
def test_ngrams_are_those_that_scikit_learn_counts_and_stand_where_they_say(
    analyzer: str, lengths: tuple[int, int], text: str
) -> None:
    vectorizer = TfidfVectorizer(analyzer=analyzer, ngram_range=lengths)
    found = list(placed_ngrams(Vocabulary(analyzer, *lengths, [], np.zeros(0)), text))
    assert Counter(ngram for ngram, _ in found) == Counter(vectorizer.build_analyzer()(text))
    for ngram, places in found:
        letters = "".join(text[place].lower() for place in places) + "ς"
        assert set(ngram) - {" "} <= set(letters)
        assert not any(text[place].isspace() for place in places)


@pytest.mark.parametrize("model", FITTED, ids=["four", "three", "two"])
@given(texts=st.lists(TEXTS | st.text(), max_size=4))
@settings(deadline=None, max_examples=50)
def test_tfidf_says_what_scikit_learn_says(model: Tfidf, texts: list[str]) -> None:
    union, head = BY_SCIKIT_LEARN[FITTED.index(model)]
    said = (
        head.predict_proba(union.transform(texts)) if texts else np.zeros((0, len(head.classes_)))
    )
    assert np.allclose(model.predict_proba(texts), align(said, head.classes_), atol=1e-9, rtol=0)


@pytest.mark.parametrize("model", FITTED, ids=["four", "three", "two"])
@given(text=TEXTS)
@settings(deadline=None, max_examples=30)
def test_the_words_of_a_linear_model_and_its_intercept_sum_to_the_margin(
    model: Tfidf, text: str
) -> None:
    (found,) = explain(model, [text])
    probabilities = model.predict_proba([text])[0]
    verdict = int(probabilities.argmax())
    trained = np.log(probabilities[model.classes])
    ahead = np.log(probabilities[verdict])
    ahead -= (trained.sum() - ahead) / (len(trained) - 1)
    _, intercept = model.margin(verdict)
    # A probability near 1 carries its distance from 1 in few digits: a margin of 18 has 8 left.
    assert sum(word.weight for word in found) + intercept == pytest.approx(ahead, abs=1e-6)
    assert [(word.start, word.end) for word in found] == words(text)


def test_a_linear_models_words_speak_for_what_they_were_learnt_with() -> None:
    model = FITTED[0]
    text = "On Friday they will ATTACK and strike; talks or not"
    (found,) = model.evidence([text])
    weights = {word.word: word.weight for word in found}
    assert model.predict_proba([text])[0].argmax() == STANCES.index("escalatory")
    assert min(weights["ATTACK"], weights["strike"], weights["will"]) > 0.1
    assert max(weights["Friday"], weights["talks"]) < -0.1
    assert weights[";"] == 0


def test_a_linear_model_tells_its_weights_without_being_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "occlusion", None)
    assert len(explain(FITTED[0], ["we attack", ""])) == 2


# Any other model


def test_occlusion_gives_each_word_what_it_adds() -> None:
    text = "We attack, then peace talks."
    found = occlusion(Keywords(), text)
    assert [word.word for word in found] == ["We", "attack", ",", "then", "peace", "talks", "."]
    assert all(text[word.start : word.end] == word.word for word in found)
    # Against the verdict speaks a third of what a word adds to one of the three others.
    assert [word.weight for word in found] == pytest.approx([0, 2, 0, 0, -1 / 6, -1 / 3, 0])


def test_the_context_stays_with_every_variant() -> None:
    model = Keywords()
    explain(model, ["We talk", "", "No"], ["before", "nothing", "after"])
    assert model.calls == [
        (["We talk", " talk", "We "], ["before"] * 3),
        ([""], ["nothing"]),
        (["No", ""], ["after"] * 2),
    ]
    explain(model, ["No"])
    assert model.calls[-1] == (["No", ""], None)


def test_in_a_long_text_the_first_words_are_weighed() -> None:
    model = Keywords()
    found = occlusion(model, "attack " + "word " * 5000)
    assert len(found) == evidence.MOST
    assert len(model.calls[0][0]) == evidence.MOST + 1
    assert found[0].weight == pytest.approx(2)


def test_a_stance_that_is_ruled_out_gives_a_finite_margin() -> None:
    margins = margin(np.array([[0.5, 0.5, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]))
    assert np.isfinite(margins).all()
    assert margins[1] > margins[0] > margins[2]
