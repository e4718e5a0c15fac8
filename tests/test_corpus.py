"""Every row is what it says or is refused by name; what is held out is never trained on."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from demarche import training
from demarche.config import TrainConfig, composed
from demarche.corpus.agreement import FIELDS, agreement, cohen_kappa
from demarche.corpus.corpus import Corpus, load_corpus, packaged
from demarche.corpus.dataset import as_dataset
from demarche.corpus.folds import make_folds
from demarche.corpus.gold import load_pass
from demarche.corpus.synthetic import Template, fill_templates
from demarche.errors import ConfigError, DataError
from demarche.records import MODES, ROLES, Article, Example, Sentence
from demarche.stance import STANCES
from demarche.training import training_rows

EVENTS = (  # latest first
    "pyongyang-drones-2024-10",
    "moscow-seoul-summer-2024",
    "pyongyang-treaty-2024-06",
    "vostochny-summit-2023-09",
)
STATEMENTS, SYNTHETIC_ARTICLES = "synthetic_statements.jsonl", "synthetic_articles.jsonl"


class Folders:
    """A copy of the shipped corpus, with the start of the synthetic text, to be broken."""

    def __init__(self, root: Path) -> None:
        self.seeds, self.data = root / "seeds", root / "data"
        shutil.copytree(packaged("seeds"), self.seeds)
        self.data.mkdir()
        shutil.copy(packaged("data") / "gold.jsonl", self.data)

    def add_synthetic(self, name: str) -> None:
        with (packaged("data") / name).open(encoding="utf-8") as lines:
            start = [next(lines) for _ in range(5)]
        (self.data / name).write_text("".join(start), encoding="utf-8")

    def edit(self, name: str, line: int, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the row in a line, counted from 1, in place."""
        row = json.loads(self.lines(name)[line - 1])
        change(row)
        self.put(name, line, json.dumps(row, ensure_ascii=False))

    def put(self, name: str, line: int, text: str) -> None:
        lines = self.lines(name)
        lines[line - 1] = text
        (self.data / name).write_text("\n".join(lines), encoding="utf-8")

    def lines(self, name: str) -> list[str]:
        return (self.data / name).read_text(encoding="utf-8").split("\n")

    def edit_index(self, change: Callable[[list[Any]], object]) -> None:
        index = self.seeds / "articles.yaml"
        entries = yaml.safe_load(index.read_text(encoding="utf-8"))
        change(entries)
        index.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")

    def load(self) -> Corpus:
        return load_corpus(self.seeds, self.data)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


# What is shipped


def test_shipped_corpus_is_complete(corpus: Corpus) -> None:
    assert len(corpus.sentences) == 193
    assert sum(sentence.is_statement for sentence in corpus.sentences) == 139
    assert len(corpus.articles) == 5
    assert {article.event for article in corpus.articles.values()} == set(EVENTS)
    assert len(corpus.statements) == 8593
    assert len(corpus.synthetic_articles) == 324


def test_every_offset_gives_its_text(corpus: Corpus) -> None:
    for sentence in corpus.sentences:
        text = corpus.articles[sentence.article].text
        assert text[sentence.start : sentence.end] == sentence.text


def test_context_is_the_sentence_before_in_the_same_article(corpus: Corpus) -> None:
    for article in corpus.articles:
        own = sorted((s for s in corpus.sentences if s.article == article), key=lambda s: s.start)
        assert [s.context for s in own] == ["", *(s.text for s in own[:-1])]


def test_fingerprints_name_every_file_and_change_with_it(corpus: Corpus, folders: Folders) -> None:
    assert set(corpus.fingerprints) == {
        "articles.yaml",
        "gold.jsonl",
        STATEMENTS,
        SYNTHETIC_ARTICLES,
        "gazetteer.csv",
        "names.csv",
        *(f"{article}.txt" for article in corpus.articles),
    }
    folders.edit("gold.jsonl", 3, lambda row: row.update(target="Nowhere"))
    changed = folders.load().fingerprints
    assert [name for name in changed if changed[name] != corpus.fingerprints[name]] == [
        "gold.jsonl"
    ]


def test_gold_examples_are_grouped_by_event(corpus: Corpus) -> None:
    examples = corpus.gold_examples()
    assert [e.id for e in examples] == [s.id for s in corpus.sentences]
    assert {e.group for e in examples} == set(EVENTS)
    assert not any(e.synthetic for e in examples)


# What is refused


def refusal(folders: Folders) -> str:
    """The one line that says why a corpus is not loaded."""
    with pytest.raises(DataError) as caught:
        folders.load()
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.exit_status == 2
    return message


@pytest.mark.parametrize(
    ("line", "field", "values"),
    [
        pytest.param(2, "text", {"start": 928}, id="start one too far"),
        pytest.param(2, "text", {"end": 1268}, id="end one too near"),
        pytest.param(193, "text", {"text": "The article does not say this."}, id="other text"),
        pytest.param(2, "start", {"start": -1}, id="offset before the article"),
        pytest.param(2, "start", {"end": 10**9}, id="offset behind the article"),
        pytest.param(2, "start", {"start": 1269}, id="nothing between the offsets"),
        pytest.param(2, "start", {"start": 1269, "end": 927}, id="offsets swapped"),
        pytest.param(2, "start", {"start": "927"}, id="offset as text"),
        pytest.param(2, "start", {"start": 927.0}, id="offset with a point"),
        pytest.param(2, "end", {"end": True}, id="offset true"),
        pytest.param(2, "end", {"end": None}, id="offset null"),
        pytest.param(7, "stance", {"stance": "hostile"}, id="unknown stance"),
        pytest.param(7, "stance", {"stance": "Neutral"}, id="stance in capitals"),
        pytest.param(7, "stance", {"stance": None}, id="no stance"),
        pytest.param(7, "stance", {"stance": ["neutral"]}, id="a list of stances"),
        pytest.param(7, "also", {"also": "maybe"}, id="unknown second stance"),
        pytest.param(7, "also", {"also": ""}, id="empty second stance"),
        pytest.param(7, "also", {"also": {}}, id="second stance an object"),
        pytest.param(7, "mode", {"mode": "quoted"}, id="unknown mode"),
        pytest.param(7, "mode", {"mode": 0}, id="mode a number"),
        pytest.param(7, "role", {"role": "minister"}, id="unknown role"),
        pytest.param(7, "speaker", {"speaker": ""}, id="empty speaker"),
        pytest.param(7, "side", {"side": None}, id="side null"),
        pytest.param(7, "target", {"target": 5}, id="target a number"),
        pytest.param(7, "text", {"text": ""}, id="empty text"),
        pytest.param(7, "article", {"article": "times-1914-07-28"}, id="unknown article"),
        pytest.param(7, "id", {"id": "korea-herald-2024-10-15#000"}, id="id stands twice"),
        pytest.param(7, "id", {"id": 7}, id="id a number"),
    ],
)
def test_illegal_gold_value_is_named(
    folders: Folders, line: int, field: str, values: dict[str, Any]
) -> None:
    folders.edit("gold.jsonl", line, lambda row: row.update(values))
    message = refusal(folders)
    assert message.startswith(f"{folders.data / 'gold.jsonl'}, line {line}, field {field!r}: ")


@pytest.mark.parametrize("field", [f for f in Sentence.__slots__ if f != "context"])
def test_missing_gold_field_is_named(folders: Folders, field: str) -> None:
    folders.edit("gold.jsonl", 5, lambda row: row.pop(field))
    assert f"gold.jsonl, line 5, field {field!r}: is missing" in refusal(folders)


def test_repeated_id_names_both_lines(folders: Folders) -> None:
    folders.put("gold.jsonl", 4, folders.lines("gold.jsonl")[1])
    message = refusal(folders)
    assert "gold.jsonl, line 4, field 'id'" in message
    assert "line 2" in message


def test_overlapping_sentences_are_named(folders: Folders, corpus: Corpus) -> None:
    text = corpus.articles["korea-herald-2024-10-15"].text
    values = {"start": 924, "text": text[924:1269]}  # line 1 ends at 925
    folders.edit("gold.jsonl", 2, lambda row: row.update(values))
    message = refusal(folders)
    assert "gold.jsonl, line 2, field 'start'" in message
    assert "(line 1)" in message


@pytest.mark.parametrize(
    "text",
    ["{", "not JSON", '{"id": "a"} {"id": "b"}', "[1, 2]", "null", '"text"', "7"],
)
def test_line_that_is_no_json_object_is_named(folders: Folders, text: str) -> None:
    folders.put("gold.jsonl", 9, text)
    message = refusal(folders)
    assert message.startswith(f"{folders.data / 'gold.jsonl'}, line 9: ")
    assert "JSON" in message


def test_gold_that_is_not_utf8_is_named(folders: Folders) -> None:
    path = folders.data / "gold.jsonl"
    path.write_bytes(path.read_bytes() + b"\xff")
    assert f"{path}: not UTF-8 at byte" in refusal(folders)


def test_missing_gold_is_named(folders: Folders) -> None:
    (folders.data / "gold.jsonl").unlink()
    assert str(folders.data / "gold.jsonl") in refusal(folders)


def test_gold_that_is_a_folder_is_named(folders: Folders) -> None:
    (folders.data / "gold.jsonl").unlink()
    (folders.data / "gold.jsonl").mkdir()
    assert str(folders.data / "gold.jsonl") in refusal(folders)


@pytest.mark.parametrize("field", ["id", "title", "publisher", "date", "event"])
@pytest.mark.parametrize("value", [None, "", 5, ["x"]], ids=["missing", "empty", "number", "list"])
def test_bad_article_field_is_named(folders: Folders, field: str, value: object) -> None:
    def change(entries: list[Any]) -> None:
        if value is None:
            del entries[2][field]
        else:
            entries[2][field] = value

    folders.edit_index(change)
    assert f"{folders.seeds / 'articles.yaml'}, entry 3, field {field!r}: " in refusal(folders)


def test_repeated_article_is_named(folders: Folders) -> None:
    folders.edit_index(lambda entries: entries.append(entries[0]))
    message = refusal(folders)
    assert "articles.yaml, entry 6, field 'id'" in message
    assert "korea-herald-2024-10-15" in message


def test_article_entry_without_fields_is_named(folders: Folders) -> None:
    folders.edit_index(lambda entries: entries.insert(1, "cnn-2024-06-21"))
    assert "articles.yaml, entry 2: " in refusal(folders)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "articles: {}", "just text", "- id: [", "\t- id: x", "- date: 2024-13-45"],
)
def test_index_that_is_no_list_of_articles_is_named(folders: Folders, text: str) -> None:
    (folders.seeds / "articles.yaml").write_text(text, encoding="utf-8")
    assert str(folders.seeds / "articles.yaml") in refusal(folders)


@pytest.mark.parametrize("name", ["articles.yaml", "cnn-2024-06-21.txt"])
@pytest.mark.parametrize("broken", ["missing", "not UTF-8"])
def test_unreadable_seed_is_named(folders: Folders, name: str, broken: str) -> None:
    path = folders.seeds / name
    path.write_bytes(path.read_bytes() + b"\xff") if broken == "not UTF-8" else path.unlink()
    assert f"{path}: cannot be read" in refusal(folders)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("stance", {"stance": "hostile"}),
        ("mode", {"mode": None}),
        ("role", {"role": "spy"}),
        ("also", {"also": "both"}),
        ("text", {"text": ""}),
        ("text", {"text": 3}),
        ("block", {"block": ""}),
        ("id", {"id": "syn-0001"}),
    ],
)
def test_illegal_synthetic_statement_is_named(
    folders: Folders, field: str, values: dict[str, Any]
) -> None:
    folders.add_synthetic(STATEMENTS)
    folders.edit(STATEMENTS, 3, lambda row: row.update(values))
    message = refusal(folders)
    assert message.startswith(f"{folders.data / STATEMENTS}, line 3, field {field!r}: ")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("lines", lambda row: row.pop("lines")),
        ("lines", lambda row: row.update(lines={})),
        ("lines", lambda row: row["lines"].insert(0, "text")),
        ("persons", lambda row: row.update(persons=[])),
        ("persons", lambda row: row["persons"].update(P1="a minister")),
        ("gender", lambda row: row["persons"]["P1"].pop("gender")),
        ("side", lambda row: row["persons"]["P1"].update(side=None)),
        ("body", lambda row: row["lines"][-1].update(body=1)),
        ("text", lambda row: row["lines"][0].update(text="")),
        ("stance", lambda row: body(row).update(stance="hostile")),
        ("mode", lambda row: body(row).update(mode="")),
        ("role", lambda row: body(row).pop("role")),
        ("also", lambda row: body(row).pop("also")),
    ],
)
def test_illegal_synthetic_article_is_named(
    folders: Folders, field: str, change: Callable[[dict[str, Any]], object]
) -> None:
    folders.add_synthetic(SYNTHETIC_ARTICLES)
    folders.edit(SYNTHETIC_ARTICLES, 2, change)
    message = refusal(folders)
    assert message.startswith(f"{folders.data / SYNTHETIC_ARTICLES}, line 2")
    assert f", field {field!r}: " in message


def body(row: dict[str, Any]) -> dict[str, Any]:
    """The first body line of a synthetic article."""
    found: dict[str, Any] = next(line for line in row["lines"] if line["body"])
    return found


# What is let pass


def test_synthetic_text_may_be_left_out(folders: Folders) -> None:
    loaded = folders.load()
    assert len(loaded.sentences) == 193
    assert loaded.statements == loaded.synthetic_articles == []
    assert STATEMENTS not in loaded.fingerprints


def test_blank_lines_and_windows_line_ends_are_passed_over(
    folders: Folders, corpus: Corpus
) -> None:
    path = folders.data / "gold.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert folders.load().sentences == corpus.sentences


def test_offsets_count_an_articles_line_ends_as_they_are(folders: Folders) -> None:
    text = "Title 🕊️\r\n\r\nWe protest, he said.\r\n"
    (folders.seeds / "cnn-2024-06-21.txt").write_bytes(text.encode())
    row = {**json.loads(folders.lines("gold.jsonl")[0]), "article": "cnn-2024-06-21"}
    row |= {"text": "We protest, he said.", "start": text.index("We"), "end": len(text) - 2}
    (folders.data / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert [s.text for s in folders.load().sentences] == ["We protest, he said."]


def test_rows_may_stand_in_any_order(folders: Folders, corpus: Corpus) -> None:
    rows = [line for line in folders.lines("gold.jsonl") if line]
    (folders.data / "gold.jsonl").write_text("\n".join(reversed(rows)), encoding="utf-8")
    assert folders.load().sentences == corpus.sentences[::-1]


# The two passes


@pytest.mark.parametrize("name", ["first_pass.jsonl", "second_pass.jsonl"])
def test_shipped_pass_covers_gold(corpus: Corpus, name: str) -> None:
    found = load_pass(packaged("data") / name, corpus.sentences)
    assert found.keys() == {sentence.id for sentence in corpus.sentences}


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("line 4, field 'id'", {"id": "korea-herald-2024-10-15#999"}),
        ("line 4, field 'id'", {"id": "korea-herald-2024-10-15#000"}),
        ("line 4, field 'start'", {"start": 0}),
        ("line 4, field 'start'", {"end": 5000}),
        ("line 4, field 'stance'", {"stance": "hostile"}),
        ("line 4, field 'also'", {"also": 1}),
        ("1 gold sentences have no row, first 'korea-herald-2024-10-15#003'", None),
    ],
)
def test_pass_that_does_not_match_gold_is_refused(
    corpus: Corpus, tmp_path: Path, expected: str, change: dict[str, Any] | None
) -> None:
    lines = (packaged("data") / "first_pass.jsonl").read_text(encoding="utf-8").splitlines()
    lines[3] = "" if change is None else json.dumps({**json.loads(lines[3]), **change})
    path = tmp_path / "pass.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=rf"pass\.jsonl.*{expected}"):
        load_pass(path, corpus.sentences)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1))
@example([("a", "b"), ("b", "a")])
@example([("a", "a"), ("b", "b")])
def test_kappa_is_that_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    first, second = zip(*rows, strict=True)
    assume(set(first) != set(second) or len(set(first)) > 1)
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


@pytest.mark.parametrize("n", [1, 7])
def test_kappa_is_not_defined_where_both_know_one_label(n: int) -> None:
    assert cohen_kappa(["a"] * n, ["a"] * n) is None


def test_kappa_by_hand() -> None:
    # Cohen's own arithmetic: observed .7, expected .5.
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_kappa_refuses_sequences_of_different_lengths() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        cohen_kappa(["a", "b"], ["a"])


def test_agreement_pairs_rows_by_id_and_not_by_order() -> None:
    first = {i: dict.fromkeys(FIELDS, i) for i in ("x", "y", "z")}
    second = dict(reversed(list(first.items())))
    assert agreement(first, second) == dict.fromkeys(FIELDS, 1.0)


def test_agreement_is_told_apart_by_field() -> None:
    first = {str(i): dict.fromkeys(FIELDS, i % 2) for i in range(8)}
    second = {i: {**row, "stance": 1 - row["stance"]} for i, row in first.items()}
    assert agreement(first, second) == {**dict.fromkeys(FIELDS, 1.0), "stance": -1.0}


# As datasets


def test_dataset_holds_the_corpus(corpus: Corpus) -> None:
    found = as_dataset(corpus)
    assert {name: len(part) for name, part in found.items()} == {
        "gold": 193,
        "synthetic_statements": 8593,
        "synthetic_articles": 8349,
    }
    for part in found.values():
        assert tuple(part.features["stance"].names) == STANCES
        assert tuple(part.features["mode"].names) == MODES
        assert tuple(part.features["role"].names) == ROLES

    gold = found["gold"]
    assert gold["stance"][:5] == [STANCES.index(s.stance) for s in corpus.sentences[:5]]
    for name in ("stance", "mode", "role"):
        back = gold.features[name].int2str(list(gold[name]))
        assert back == [getattr(s, name) for s in corpus.sentences]
    assert list(gold["text"]) == [s.text for s in corpus.sentences]
    statements = found["synthetic_statements"]
    back = statements.features["stance"].int2str(list(statements["stance"]))
    assert back == [template.labels[0][0] for template in corpus.statements]
    assert set(statements["synthetic"]) == {True}
    assert set(gold["synthetic"]) == {False}


def test_dataset_without_synthetic_text_is_gold_alone(corpus: Corpus) -> None:
    assert list(as_dataset(replace(corpus, statements=[], synthetic_articles=[]))) == ["gold"]


def test_dataset_is_filled_by_its_seed(corpus: Corpus) -> None:
    few = replace(corpus, statements=corpus.statements[:50], synthetic_articles=[])
    texts = [list(as_dataset(few, seed)["synthetic_statements"]["text"]) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


# The filling of slots


def template(name: str, *texts: str) -> Template:
    return Template(name, "planted", texts, (("neutral", "direct", "official"),) * len(texts), {})


@pytest.fixture
def templates(corpus: Corpus) -> list[Template]:
    """A few of either kind."""
    return [*corpus.statements[::400], *corpus.synthetic_articles[::60]]


def test_same_seed_same_text(templates: list[Template]) -> None:
    assert fill_templates(templates, "1") == fill_templates(templates, "1")


def test_other_seed_other_text_same_labels(templates: list[Template]) -> None:
    one, two = fill_templates(templates, "1"), fill_templates(templates, "2")
    assert [e.text for e in one] != [e.text for e in two]
    bare = {"text": "", "context": ""}
    assert [replace(e, **bare) for e in one] == [replace(e, **bare) for e in two]


def test_context_is_the_sentence_before_in_the_template(templates: list[Template]) -> None:
    start = 0
    examples = fill_templates(templates, "1")
    for template in templates:
        own = examples[start : start + len(template.texts)]
        assert [e.context for e in own] == ["", *(e.text for e in own[:-1])]
        assert [(e.stance, e.mode, e.role) for e in own] == list(template.labels)
        start += len(own)
    assert start == len(examples)


def test_every_slot_is_filled_and_every_id_unique(corpus: Corpus) -> None:
    examples = fill_templates(corpus.statements, "1")
    assert not [e.text for e in examples if "{" in e.text or "}" in e.text]
    assert len({e.id for e in examples}) == len(examples)


def test_filling_does_not_hang_on_the_templates_beside(templates: list[Template]) -> None:
    together = {e.id: e for e in fill_templates(templates, "1")}
    reverse = {e.id: e for e in fill_templates(templates[::-1], "1")}
    alone = {e.id: e for t in templates for e in fill_templates([t], "1")}
    assert together == reverse == alone


def test_each_template_is_filled_by_its_own_chance() -> None:
    alike = [template(f"t{i}", "{A} protested.") for i in range(20)]
    assert len({e.text for e in fill_templates(alike, "1")}) > 5


# Folds


def small_corpus(events: list[tuple[str, str]]) -> Corpus:
    """A corpus of one-sentence articles, each of a date and an event."""
    text = "We protest."
    articles = {
        f"a{i}": Article(f"a{i}", "Title", "Paper", date, event, text)
        for i, (date, event) in enumerate(events)
    }
    sentences = [
        Sentence(
            id=f"{name}#000",
            article=name,
            start=0,
            end=len(text),
            text=text,
            context="",
            mode="direct",
            speaker="x",
            side="none",
            role="official",
            target="none",
            stance="accusatory",
            also=None,
        )
        for name in articles
    ]
    return Corpus(articles, sentences, [], [], {})


def test_each_event_is_held_out_once(corpus: Corpus) -> None:
    folds = make_folds(corpus, "leave_one_event_out")
    assert tuple(fold.name for fold in folds) == EVENTS
    assert Counter(s.id for f in folds for s in f.held_out) == Counter(
        s.id for s in corpus.sentences
    )


dates = st.sampled_from(["2023-10-22", "2024-01-01", "2024-10-15"])


@given(st.lists(st.tuples(dates, st.sampled_from("abcde")), min_size=2, max_size=12))
def test_folds_never_split_an_event(events: list[tuple[str, str]]) -> None:
    assume(len({event for _, event in events}) > 1)
    corpus = small_corpus(events)
    folds = make_folds(corpus, "leave_one_event_out")
    assert sorted(fold.name for fold in folds) == sorted({event for _, event in events})
    for fold in folds:
        assert fold.held_out == [
            s for s in corpus.sentences if corpus.articles[s.article].event == fold.name
        ]


def test_holdout_is_the_latest_event(corpus: Corpus) -> None:
    (fold,) = make_folds(corpus, "holdout")
    assert fold.name == EVENTS[0]
    assert {s.article for s in fold.held_out} == {"korea-herald-2024-10-15", "asiae-2024-10-15"}


def test_latest_event_goes_by_its_latest_article() -> None:
    events = [("2024-05-01", "b"), ("2023-01-01", "a"), ("2024-06-01", "a")]
    (fold,) = make_folds(small_corpus(events), "holdout")
    assert fold.name == "a"
    assert [s.article for s in fold.held_out] == ["a1", "a2"]


@pytest.mark.parametrize("event", EVENTS)
def test_holdout_of_a_named_event(corpus: Corpus, event: str) -> None:
    (fold,) = make_folds(corpus, "holdout", event)
    assert fold.name == event
    assert {corpus.articles[s.article].event for s in fold.held_out} == {event}


def test_none_holds_nothing_out(corpus: Corpus) -> None:
    assert make_folds(corpus, "none") == []
    assert make_folds(small_corpus([("2024-01-01", "a")]), "none") == []


def test_unknown_event_is_refused_and_the_known_are_named(corpus: Corpus) -> None:
    with pytest.raises(ConfigError, match=r"'vienna-1815'.*pyongyang-treaty-2024-06"):
        make_folds(corpus, "holdout", "vienna-1815")


@pytest.mark.parametrize("protocol", ["leave_one_event_out", "holdout"])
def test_one_event_cannot_be_held_out(protocol: str) -> None:
    corpus = small_corpus([("2024-01-01", "a"), ("2024-01-02", "a")])
    with pytest.raises(ConfigError, match="two annotated events"):
        make_folds(corpus, protocol)


@pytest.mark.parametrize("protocol", ["leave_one_event_out", "holdout"])
def test_no_fold_is_empty(corpus: Corpus, protocol: str) -> None:
    bare = Article("bare", "Title", "Paper", "2030-01-01", "no-gold-yet", "Text.")
    folds = make_folds(replace(corpus, articles={**corpus.articles, "bare": bare}), protocol)
    assert all(fold.held_out for fold in folds)


# What is trained on

GRAM = 8


def grams(text: str) -> set[str]:
    """Every eight words in a row, in small letters and without marks."""
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return {" ".join(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)}


def all_grams(texts: list[str]) -> set[str]:
    return set().union(*map(grams, texts))


def shared(rows: list[Example], forbidden: set[str]) -> list[str]:
    """The ids of the rows that share eight words in a row with held-out text."""
    # Most texts are the context of another row: each is looked at once.
    texts = {text for row in rows for text in (row.text, row.context)}
    bad = {text for text in texts if not grams(text).isdisjoint(forbidden)}
    return [row.id for row in rows if row.text in bad or row.context in bad]


@pytest.fixture(scope="module")
def fill_once() -> Iterator[None]:
    """Fill a template list once for each seed: filling is most of the time, and pure."""
    # The list is kept with its filling: no other list can then come to have its identity.
    filled: dict[tuple[int, str], tuple[list[Template], list[Example]]] = {}

    def once(templates: list[Template], seed: str) -> list[Example]:
        key = id(templates), seed
        if key not in filled:
            filled[key] = templates, fill_templates(templates, seed)
        return filled[key][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "fill_templates", once)
        yield


@pytest.fixture(scope="module")
def everything() -> TrainConfig:
    return composed(["data=all", "data.synthetic_articles=1.0"])


def held_out_of(corpus: Corpus, event: str) -> list[Sentence]:
    return [s for s in corpus.sentences if corpus.articles[s.article].event == event]


@pytest.mark.usefixtures("fill_once")
@pytest.mark.parametrize("event", EVENTS)
def test_no_training_row_shares_eight_words_with_a_held_out_sentence(
    corpus: Corpus, everything: TrainConfig, event: str
) -> None:
    held_out = held_out_of(corpus, event)
    forbidden = all_grams([s.text for s in held_out])
    rows = training_rows(everything, corpus, held_out)
    assert rows.refill is not None

    for examples in (rows.examples, rows.refill(0), rows.refill(1)):
        assert shared(list(examples), forbidden) == []
        assert event not in {row.group for row in examples}
        assert {row.id for row in examples}.isdisjoint(s.id for s in held_out)

    # Little is lost to this: no more than a row in a hundred, and no other event.
    real = [row for row in rows.examples if not row.synthetic]
    assert {row.group for row in real} == set(EVENTS) - {event}
    assert len(real) > 0.95 * (193 - len(held_out))
    assert len(rows.examples) - len(real) > 0.99 * (8593 + 8349)


@pytest.mark.usefixtures("fill_once")
def test_all_folds_have_the_same_synthetic_rows(corpus: Corpus, everything: TrainConfig) -> None:
    ids = [
        [
            row.id
            for row in training_rows(everything, corpus, held_out_of(corpus, event)).examples
            if row.synthetic
        ]
        for event in EVENTS[:2]
    ]
    assert ids[0] == ids[1] != []


@pytest.mark.usefixtures("fill_once")
def test_refilling_changes_synthetic_text_alone(corpus: Corpus, everything: TrainConfig) -> None:
    rows = training_rows(everything, corpus, [])
    assert rows.refill is not None
    again = rows.refill(1)
    bare = {"text": "", "context": ""}
    assert [replace(row, **bare) for row in again] == [replace(r, **bare) for r in rows.examples]
    pairs = list(zip(rows.examples, again, strict=True))
    assert all(old == new for old, new in pairs if not old.synthetic)
    assert sum(old.text != new.text for old, new in pairs if old.synthetic) > 0.5 * len(pairs)
    assert list(rows.refill(0)) == list(rows.examples)


@pytest.fixture
def long_sentence(corpus: Corpus) -> str:
    """A held-out sentence of the drones event."""
    return next(s.text for s in held_out_of(corpus, EVENTS[0]) if len(s.text.split()) > 20)


def kept(config: TrainConfig, corpus: Corpus, event: str | None, synthetic: bool) -> set[str]:
    """The ids of one kind's training rows, an event or nothing held out."""
    held_out = held_out_of(corpus, event) if event else []
    rows = training_rows(config, corpus, held_out).examples
    return {row.id for row in rows if row.synthetic == synthetic}


def test_synthetic_text_that_quotes_gold_is_left_out(
    corpus: Corpus, everything: TrainConfig, long_sentence: str
) -> None:
    words = long_sentence.split()
    planted = [
        template("whole", long_sentence),
        template("shouted", f"“{long_sentence.upper()}” – {{A}} said."),
        template("eight", f"He said: {' '.join(words[4:12])}!"),
        template("seven", f"He said: {' '.join(words[4:11])}!"),
        template("innocent", "{A} protested."),
        template("article", "First.", f"They said {long_sentence}", "Third.", "Fourth."),
    ]
    small = replace(corpus, statements=planted[:5], synthetic_articles=planted[5:])
    # The article's third line goes too, since its context quotes gold; and all this in every
    # fold, for one event's text is another fold's gold.
    expected = {"seven#000", "innocent#000", "article#000", "article#003"}
    for event in (*EVENTS, None):
        assert kept(everything, small, event, synthetic=True) == expected


def test_quotation_that_only_a_filling_makes_is_left_out(
    corpus: Corpus, everything: TrainConfig
) -> None:
    runs = sorted(all_grams([s.text for s in held_out_of(corpus, EVENTS[0])]))
    run = next(run for run in runs if " russia " in run and " russia s " not in run)
    slot = run.replace(" russia ", " {A} ", 1)
    small = replace(
        corpus, statements=[template("slot", f"{slot}, they said.")], synthetic_articles=[]
    )
    forbidden = all_grams([s.text for s in corpus.sentences])
    rows = training_rows(everything, small, held_out_of(corpus, EVENTS[0]))
    assert rows.refill is not None
    met = 0
    for k in range(200):
        met += bool(shared(fill_templates(small.statements, f"{everything.seed}/{k}"), forbidden))
        assert shared([r for r in rows.refill(k) if r.synthetic], forbidden) == []
    assert met > 0, "no filling met gold: the test shows nothing"


def test_real_row_that_repeats_a_held_out_sentence_is_left_out(
    corpus: Corpus, everything: TrainConfig, long_sentence: str
) -> None:
    other = held_out_of(corpus, EVENTS[1])[5:7]
    copies = [
        replace(other[0], id="copy", text=f"As was said, {long_sentence}"),
        replace(other[1], id="follows", context=long_sentence),
        replace(other[1], id="innocent"),
    ]
    small = replace(
        corpus, sentences=[*corpus.sentences, *copies], statements=[], synthetic_articles=[]
    )
    planted = {"copy", "follows", "innocent"}
    assert planted & kept(everything, small, EVENTS[0], synthetic=False) == {"innocent"}
    assert planted <= kept(everything, small, None, synthetic=False)


def test_held_out_event_goes_whole_its_shortest_sentence_too() -> None:
    small = small_corpus([("2024-01-01", "a"), ("2024-01-02", "b"), ("2024-01-03", "a")])
    assert all(len(sentence.text.split()) < GRAM for sentence in small.sentences)
    config = composed(["data=articles"])
    # One of the event's two articles held out, and the other goes with it.
    rows = training_rows(config, small, small.sentences[:1])
    assert [row.id for row in rows.examples] == ["a1#000"]


@pytest.mark.parametrize("event", EVENTS)
def test_articles_alone_are_gold_alone(corpus: Corpus, event: str) -> None:
    rows = training_rows(composed(["data=articles"]), corpus, held_out_of(corpus, event))
    assert not any(row.synthetic for row in rows.examples)
    assert {row.group for row in rows.examples} == set(EVENTS) - {event}


def test_final_fit_has_every_gold_sentence(corpus: Corpus) -> None:
    rows = training_rows(composed(["data=articles"]), corpus, [])
    assert list(rows.examples) == corpus.gold_examples()


@pytest.mark.usefixtures("fill_once")
def test_synthetic_alone_holds_no_gold(corpus: Corpus) -> None:
    rows = training_rows(composed(["data=synthetic"]), corpus, held_out_of(corpus, EVENTS[0]))
    assert all(row.synthetic for row in rows.examples)
    kinds = {row.id.split("#")[0] for row in rows.examples}
    assert kinds & {t.id for t in corpus.statements}
    assert kinds & {t.id for t in corpus.synthetic_articles}
    # Trained on no gold, it may still be measured on all of it.
    assert shared(list(rows.examples), all_grams([s.text for s in corpus.sentences])) == []


def test_nothing_left_to_train_on_is_refused(corpus: Corpus) -> None:
    with pytest.raises(ConfigError, match="data=articles"):
        training_rows(composed(["data=articles"]), corpus, corpus.sentences)


def test_seed_of_the_config_fills_the_slots(corpus: Corpus) -> None:
    few = replace(corpus, statements=corpus.statements[:30], synthetic_articles=[])
    texts = [
        [row.text for row in training_rows(composed([f"seed={seed}"]), few, []).examples]
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_a_slot_that_cannot_be_filled_is_named_at_loading(folders: Folders) -> None:
    folders.add_synthetic(STATEMENTS)
    folders.edit(STATEMENTS, 2, lambda row: row.update(text="{Q} protested."))
    message = refusal(folders)
    assert "line 2, field 'text': unknown slot {Q}" in message


def test_a_date_that_is_none_is_named(folders: Folders) -> None:
    index = folders.seeds / "articles.yaml"
    text = index.read_text(encoding="utf-8").replace("2024-10-15", "15 October 2024", 3)
    index.write_text(text, encoding="utf-8")
    assert "field 'date'" in refusal(folders) or "field 'id'" in refusal(folders)


def test_a_share_of_the_synthetic_articles_is_drawn_and_stays_the_same(corpus: Corpus) -> None:
    few = replace(corpus, statements=[], synthetic_articles=corpus.synthetic_articles[:40])
    config = composed(["data=synthetic", "data.synthetic_articles=0.25", "seed=3"])
    rows = training_rows(config, few, [])
    drawn = {row.id.split("#")[0] for row in rows.examples}
    assert len(drawn) == 10
    assert rows.refill is not None
    assert [row.id for row in rows.refill(1)] == [row.id for row in rows.examples]
    other = composed(["data=synthetic", "data.synthetic_articles=0.25", "seed=4"])
    assert {row.id.split("#")[0] for row in training_rows(other, few, []).examples} != drawn
