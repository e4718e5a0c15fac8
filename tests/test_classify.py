"""Every row in is a row out, in its place, with what it said and how it was judged."""

import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import read_table
from rich.console import Console

import demarche
from demarche.classify import SLICE, Classifier, load, print_predictions
from demarche.config import DataConfig, ProtocolConfig, TrainConfig
from demarche.errors import RunError, UsageError
from demarche.models.majority import Majority, MajorityParams
from demarche.models.protocol import Probabilities
from demarche.models.tfidf import Tfidf, TfidfParams
from demarche.records import Evidence, Hints, Prediction
from demarche.runs import recorded, write_model, write_results
from demarche.stance import STANCES
from demarche.tables import Table, from_texts, write_jsonl, write_table
from demarche.verdicts import EVIDENCE, OUTPUT, output_names, with_verdicts

LONG = "We will answer. 🕊️ سنرد 我们会回应。 " * 3000
UNREADABLE = [
    None,
    5,
    float("nan"),
    "",
    " \t\n\u2003",
    "\x00\x00",
    "\x07 \x1b",
    "\ufeff\u200b",
    "\udc80",
]


@dataclass(frozen=True)
class LengthParams:
    """No parameters."""


class Length:
    """Judges a text by its length, and remembers what it was given."""

    Params = LengthParams

    def __init__(self, params: LengthParams = LengthParams(), seed: int = 0) -> None:
        self.params, self.seed = params, seed
        self.calls: list[tuple[list[str], list[str] | None]] = []

    def fit(
        self,
        texts: Sequence[str],
        stances: Sequence[str],
        contexts: Sequence[str] | None = None,
        hints: Hints | None = None,
    ) -> Self:
        return self

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        self.calls.append((list(texts), None if contexts is None else list(contexts)))
        rows = np.full((len(texts), 4), 0.1)
        rows[np.arange(len(texts)), [len(text) % 4 for text in texts]] = 0.7
        return rows

    def save(self, directory: Path) -> None: ...

    @classmethod
    def load(cls, directory: Path) -> Self:
        return cls()


@pytest.fixture
def model() -> Length:
    return Length()


@pytest.fixture
def classifier(model: Length) -> Classifier:
    return Classifier(model, "length-1")


def unreadable(predictions: Sequence[Prediction]) -> int:
    return sum(prediction.stance is None for prediction in predictions)


# Texts


@given(st.lists(st.text() | st.sampled_from([*UNREADABLE, LONG])))
@settings(deadline=None)
def test_every_text_gets_its_own_verdict_in_its_place(texts: list[Any]) -> None:
    model = Length()
    predictions = Classifier(model, "length-1").classify(texts)
    assert len(predictions) == len(texts)
    for text, prediction in zip(texts, predictions, strict=True):
        assert prediction.text == (text if isinstance(text, str) else None)
        assert prediction.run == "length-1"
        if prediction.stance is not None:
            assert prediction.stance == STANCES[len(text) % 4]
            assert prediction.probabilities is not None
            assert max(prediction.probabilities) == getattr(prediction, prediction.stance) == 0.7
        else:
            assert prediction.probabilities is None
            assert not any(unicodedata.category(c)[0] in "LNPS" for c in prediction.text or "")
    seen = [text for call, _ in model.calls for text in call]
    assert len(seen) == len(texts) - unreadable(predictions)
    assert not any("\x00" in text or any("\ud800" <= c <= "\udfff" for c in text) for text in seen)


def test_what_holds_nothing_to_read_never_reaches_the_model(
    classifier: Classifier, model: Length
) -> None:
    predictions = classifier.classify(UNREADABLE)
    assert model.calls == []
    assert unreadable(predictions) == len(UNREADABLE)
    assert {p.stance for p in predictions} == {p.probabilities for p in predictions} == {None}
    assert [p.text for p in predictions[:4]] == [None, None, None, ""]


@pytest.mark.parametrize("text", ["?", "7", "🕊️", "война", "\ue000", "a\x00"])
def test_any_visible_character_is_something_to_read(classifier: Classifier, text: str) -> None:
    assert unreadable(classifier.classify([text])) == 0


def test_only_the_model_sees_a_cleaned_text(classifier: Classifier, model: Length) -> None:
    (prediction,) = classifier.classify(["a\x00b\ud800c"], ["d\x00"])
    assert prediction.text == "a\x00b\ud800c"
    assert model.calls == [(["a b c"], ["d "])]


def test_contexts_stay_beside_their_texts(classifier: Classifier, model: Length) -> None:
    classifier.classify(["a", "", "b"], ["before a", "before nothing", "before b"])
    assert model.calls == [(["a", "b"], ["before a", "before b"])]
    with pytest.raises(UsageError, match="2 texts, but 1 contexts"):
        classifier.classify(["a", "b"], ["c"])


def test_slices_are_put_together_in_order(classifier: Classifier, model: Length) -> None:
    texts = ["x" * (i % 7) for i in range(2 * SLICE + 500)]
    predictions = classifier.classify(texts)
    readable = [text for text in texts if text]
    assert [text for call, _ in model.calls for text in call] == readable
    assert max(len(call) for call, _ in model.calls) <= SLICE < len(readable)
    assert [p.text for p in predictions] == texts
    assert all(
        p.stance == (STANCES[len(p.text or "") % 4] if p.text else None) for p in predictions
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("n", "stream", "shown"), [
    (SLICE + 1, Terminal(), True), (SLICE, Terminal(), False), (SLICE + 1, io.StringIO(), False),
])  # fmt: skip
def test_progress_shows_on_a_terminal_where_there_is_something_to_wait_for(
    classifier: Classifier,
    monkeypatch: pytest.MonkeyPatch,
    n: int,
    stream: io.StringIO,
    shown: bool,
) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    classifier.classify(["a"] * n)
    assert ("classifying" in stream.getvalue()) is shown


def test_a_single_string_is_refused(classifier: Classifier) -> None:
    with pytest.raises(UsageError, match="a list of texts"):
        classifier.classify("We will attack")


def test_predictions_make_a_tidy_frame(classifier: Classifier) -> None:
    series = pd.Series(["abc", None, "ab"], index=[7, 8, 9])
    frame = pd.DataFrame(classifier.classify(series))
    assert list(frame.columns) == ["text", *OUTPUT, EVIDENCE]
    assert frame["stance"].tolist()[::2] == ["neutral", "accusatory"]
    assert frame["neutral"].dtype == np.float64
    assert frame.loc[0, list(STANCES)].tolist() == [0.1, 0.1, 0.1, 0.7]
    assert frame.loc[1, ["stance", *STANCES]].isna().all()


def test_evidence_is_given_where_it_is_asked_for(classifier: Classifier) -> None:
    texts = ["a\x00bc\ud800 de", "", None, "🕊️"]
    assert [p.evidence for p in classifier.classify(texts)] == [None] * 4
    found = classifier.classify(texts, explain=True)
    assert [p.stance for p in found] == [p.stance for p in classifier.classify(texts)]
    assert found[1].evidence is found[2].evidence is None
    assert [word.word for word in found[0].evidence or ()] == ["a", "bc", "de"]
    assert [word.word for word in found[3].evidence or ()] == ["🕊️"]
    for word in found[0].evidence or ():
        assert "a\x00bc\ud800 de"[word.start : word.end] == word.word
        assert word.weight > 1  # each of them changes the length, and so the verdict


def test_evidence_goes_with_the_context(classifier: Classifier, model: Length) -> None:
    classifier.classify(["", "a b"], ["before nothing", "before\x00"], explain=True)
    assert model.calls[-1] == (["a b", " b", "a "], ["before "] * 3)


def test_a_fitted_model_reads_whatever_it_is_given() -> None:
    params = TfidfParams([1, 1], [3, 3], 1, 1000, [1.0])
    texts = [
        "we will attack at once",
        "we want peace and talks",
        "they broke the law",
        "he met them",
    ]
    model = Tfidf(params, 0).fit(texts * 3, list(STANCES) * 3)
    odd = [*UNREADABLE, LONG, "\x00x\udfff", "🕊️", "我们会回应", *texts]
    predictions = Classifier(model, "tfidf-1").classify(odd)
    assert [p.stance for p in predictions[-4:]] == list(STANCES)
    assert unreadable(predictions) == len(UNREADABLE)
    assert all(sum(p.probabilities) == pytest.approx(1) for p in predictions if p.probabilities)


# Tables


def classify_table(
    classifier: Classifier, table: Table, column: str, explain: bool = False
) -> tuple[Table, list[Prediction]]:
    names, texts = output_names(table, explain), table.column(column)
    verdicts = classifier.judge(texts, explain=explain)
    return with_verdicts(table, verdicts, names), verdicts.predictions(texts)


def test_a_table_keeps_its_columns_and_gains_six(classifier: Classifier) -> None:
    table = Table(
        "x", [{"id": 1, "words": "abc", "tags": ["x"]}, {"words": None}], ["id", "words", "tags"]
    )
    judged, predictions = classify_table(classifier, table, "words")
    verdict = {"stance": "neutral", "escalatory": 0.1, "conciliatory": 0.1, "accusatory": 0.1,
               "neutral": 0.7, "run": "length-1"}  # fmt: skip
    assert judged.columns == ["id", "words", "tags", *OUTPUT]
    assert judged.records == [
        {"id": 1, "words": "abc", "tags": ["x"], **verdict},
        {"words": None, **dict.fromkeys(OUTPUT), "run": "length-1"},
    ]
    assert list(judged.records[0]) == judged.columns
    assert unreadable(predictions) == 1
    assert table.records[1] == {"words": None}


def test_a_taken_name_is_left_alone(classifier: Classifier) -> None:
    table = Table("x", [{"text": "abc"}, {"text": "ab", "stance": "mine"}], ["text", "stance"])
    judged, _ = classify_table(classifier, table, "text")
    assert judged.columns == ["text", "stance", "predicted_stance", *OUTPUT[1:]]
    assert [record.get("stance") for record in judged.records] == [None, "mine"]
    assert judged.column("predicted_stance") == ["neutral", "accusatory"]


def test_names_that_are_taken_twice_are_refused_before_the_work(
    classifier: Classifier, model: Length
) -> None:
    table = Table("x.csv", [{"text": "a"}], ["text", "run", "predicted_run"])
    with pytest.raises(UsageError, match=r"x\.csv: the columns 'run' and 'predicted_run'"):
        classify_table(classifier, table, "text")
    with pytest.raises(UsageError, match="no column 'words'"):
        classify_table(classifier, from_texts(["a"]), "words")
    assert model.calls == []


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_a_judged_table_goes_through_every_form(
    tmp_path: Path, classifier: Classifier, ending: str
) -> None:
    table = from_texts(["abc", "", "a\x00b\ud800c", LONG])
    judged, predictions = classify_table(classifier, table, "text")
    write_table(judged, tmp_path / f"x.{ending}")
    again = read_table(tmp_path / f"x.{ending}")
    assert again.columns == ["text", *OUTPUT]
    assert [stance or None for stance in again.column("stance")] == [p.stance for p in predictions]
    assert [float(p) for p in again.column("neutral") if p not in (None, "")] == [
        p.neutral for p in predictions if p.neutral is not None
    ]


def test_parquet_probabilities_are_numbers_even_if_nothing_was_read(
    tmp_path: Path, classifier: Classifier
) -> None:
    write_table(classify_table(classifier, from_texts([""]), "text")[0], tmp_path / "a.parquet")
    write_table(classify_table(classifier, from_texts(["a"]), "text")[0], tmp_path / "b.parquet")
    assert pq.read_schema(tmp_path / "a.parquet") == pq.read_schema(tmp_path / "b.parquet")
    again = read_table(tmp_path / "a.parquet")
    judged, _ = classify_table(classifier, again, "text")
    write_table(judged, tmp_path / "c.parquet")
    names = ["text", *OUTPUT, *(f"predicted_{name}" for name in OUTPUT)]
    assert pq.read_schema(tmp_path / "c.parquet").names == names


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_evidence_goes_through_every_form(
    tmp_path: Path, classifier: Classifier, ending: str
) -> None:
    table = Table("x", [{"text": "a bc", "evidence": "mine"}, {"text": ""}], ["text", "evidence"])
    judged, (prediction, _) = classify_table(classifier, table, "text", explain=True)
    assert judged.columns == ["text", "evidence", *OUTPUT, "predicted_evidence"]
    write_table(judged, tmp_path / f"x.{ending}")
    again = read_table(tmp_path / f"x.{ending}")
    assert again.column("evidence")[0] == "mine"
    found, nothing = again.column("predicted_evidence")
    assert nothing in (None, "")
    assert isinstance(found, str) == (ending in ("csv", "tsv"))
    words = json.loads(found) if isinstance(found, str) else found
    assert words == [asdict(word) for word in prediction.evidence or ()]
    assert list(words[0]) == ["word", "start", "end", "weight"]


def test_parquet_evidence_has_one_type_even_if_nothing_was_read(
    tmp_path: Path, classifier: Classifier
) -> None:
    schemas = []
    for text in ("", "abc"):
        judged, _ = classify_table(classifier, from_texts([text]), "text", explain=True)
        write_table(judged, tmp_path / "x.parquet")
        schemas.append(pq.read_schema(tmp_path / "x.parquet"))
    assert schemas[0] == schemas[1]
    fields = "word: string, start: int64, end: int64, weight: double"
    assert fields in str(schemas[0].field("evidence").type)


# Display


def explained(words: dict[str, float], *, colours: bool = False) -> str:
    evidence, text = [], "\x1b["
    for word, weight in words.items():
        evidence.append(Evidence(word, len(text), len(text) + len(word), weight))
        text += f"{word} "
    prediction = Prediction(text, "neutral", 0.1, 0.1, 0.1, 0.7, "run", tuple(evidence))
    system: Any = "truecolor" if colours else None
    console = Console(file=io.StringIO(), width=120, force_terminal=colours, color_system=system)
    print_predictions([prediction], console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_people_without_colours_read_signed_weights() -> None:
    shown = explained({"met": 2.0, "the": 0.1, "[red]war": -1.5, "calmly": 3.25})
    assert "for: calmly +3.25  met +2.00  against: [red]war -1.50" in shown
    assert "the +" not in shown  # what weighs next to nothing isn't worth the eye


def test_the_strongest_words_are_coloured_where_they_stand() -> None:
    shown = explained({"met": 2.0, "the": 0.1, "war": -1.5}, colours=True)
    coloured = re.findall(r"\x1b\[([\d;]+)m(met|war|the)", shown)
    assert [word for _, word in coloured] == ["met", "war", "met", "war"]
    assert len({style for style, _ in coloured}) == 2
    assert "\N{REPLACEMENT CHARACTER}[" in shown


@pytest.mark.parametrize("words", [{}, {"met": 0.0, "the": 0.0}])
def test_a_verdict_that_no_word_moves_says_so(words: dict[str, float]) -> None:
    assert "no word moves the verdict" in explained(words)


def rendered(classifier: Classifier, texts: list[str | None], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="standard")
    print_predictions(classifier.classify(texts), console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_people_see_texts_as_they_are_and_colours_by_stance(classifier: Classifier) -> None:
    shown = rendered(classifier, ["[red]x[/]", "abcd", "a", None])
    assert "[red]x[/]" in shown
    assert "\x1b[31mescalatory" in shown
    assert "\x1b[32mconciliatory" in shown
    assert "0.70" in shown
    assert "nothing to read" in shown


def test_a_text_cannot_command_the_terminal(classifier: Classifier) -> None:
    shown = rendered(classifier, ["\x1b]0;owned\x07\x9b2J\x00\ud800 harmless"])
    shown.encode()
    assert "]0;owned" in shown
    assert not {"\x1b]", "\x07", "\x9b", "\x00"} & {
        shown[i : i + n] for n in (1, 2) for i in range(len(shown))
    }


def test_a_long_text_is_wrapped_and_whole(classifier: Classifier) -> None:
    shown = rendered(classifier, ["x" * 5000], width=80)
    assert shown.count("x") == 5000 + "text".count("x")


# Runs


def config(folder: Path, seed: int = 1) -> TrainConfig:
    data = DataConfig(
        "gold", gold=1.0, statements=False, synthetic_articles=0.0, seeds=None, folder=None
    )
    protocol = ProtocolConfig("leave_one_event_out", event=None)
    return TrainConfig("majority", MajorityParams(), data, protocol, seed, str(folder))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for seed in (1, 2):
        with recorded(config(tmp_path, seed), {}) as run:
            write_results(run, None, pd.DataFrame())
            write_model(run, Majority(MajorityParams(), seed).fit(["a"], ["neutral"]), {})
    return tmp_path


def test_a_run_is_loaded_by_name_or_as_the_best(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = load("majority-gold-leave_one_event_out-s2", runs)
    assert by_name.run.startswith("majority-gold-leave_one_event_out-s2-")
    assert [p.stance for p in by_name.classify(["a"])] == ["neutral"]
    assert load(folder=runs).run in {path.name for path in runs.iterdir()}
    assert demarche.load(by_name.run, str(runs)).run == by_name.run
    monkeypatch.chdir(runs)
    with pytest.raises(RunError, match="no finished run in models"):
        demarche.load()


def test_importing_demarche_loads_no_heavy_library() -> None:
    heavy = ["torch", "transformers", "sklearn", "pandas", "pyarrow", "rich", "hydra", "numpy"]
    program = "import demarche, demarche.classify, sys, json; print(json.dumps(list(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not set(heavy) & set(json.loads(found.stdout))


def test_version_is_the_installed_one() -> None:
    assert demarche.__version__.split(".")[0].isdigit()


def test_jsonl_lines_go_to_any_stream(classifier: Classifier) -> None:
    stream = io.BytesIO()
    write_jsonl(classify_table(classifier, from_texts(["é\ud800"]), "text")[0], stream)
    line = json.loads(stream.getvalue())
    assert line["text"] == "é\ud800"
    assert "é".encode() in stream.getvalue()
    assert line["run"] == "length-1"
