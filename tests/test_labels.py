"""Labels to look at again, and their way to annotation tools and back, nothing lost."""

import csv
import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarche.cli import main
from demarche.corpus import doccano, label_studio
from demarche.corpus.annotation import (
    ADJUDICATED,
    CHOICES,
    LABELLED,
    Suggestion,
    Task,
    gold_rows,
    gold_tasks,
)
from demarche.corpus.corpus import Corpus, packaged
from demarche.corpus.duplicates import near_duplicates
from demarche.corpus.gold import PASSES, load_passes
from demarche.errors import UsageError
from demarche.exchange import export_tasks
from demarche.labels import check_labels, load_annotated
from demarche.records import Article, Sentence
from demarche.stance import STANCES
from demarche.tables import write_table

TOOLS = {"label-studio": ("tasks.json", label_studio), "doccano": ("tasks.jsonl", doccano)}


@pytest.fixture(params=TOOLS)
def tool(request) -> str:
    return request.param


# ---- near-duplicates


def sentence(identity: str, article: str, text: str) -> Sentence:
    return Sentence(
        identity,
        article,
        0,
        len(text),
        text,
        "",
        "direct",
        "X",
        "Y",
        "official",
        "Z",
        "neutral",
        None,
    )


def test_sentences_of_two_events_in_nearly_the_same_words_are_found():
    articles = {
        name: Article(name, "", "", "", event, "")
        for name, event in (("one", "first"), ("two", "second"), ("three", "first"))
    }
    words = "We will answer any attack on our ships with all the force that we have"
    sentences = [
        sentence("a", "one", f"“{words},” the admiral said."),
        sentence("b", "two", f"{words.replace('ships', 'fleet')}!"),
        sentence("c", "three", words),  # of the first event too: no leak beside "a"
        sentence("d", "two", "The admiral said that the fleet would meet any attack."),
    ]
    found = near_duplicates(sentences, articles)
    assert [(pair.first.id, pair.second.id) for pair in found] == [("a", "b"), ("b", "c")]
    assert all(0.5 <= pair.containment < 1 for pair in found)


def test_no_sentence_of_the_corpus_stands_in_two_events(corpus: Corpus):
    assert near_duplicates(corpus.sentences, corpus.articles) == []


# ---- the check


class FakeRun:
    """A finished run with predictions of our choice."""

    id = "fake"
    state = "finished"

    def __init__(self, corpus: Corpus, predicted: dict[str, tuple[str, float]], **changed) -> None:
        self.config = {"fingerprints": corpus.fingerprints}
        rows = []
        for s in corpus.sentences:
            stance, probability = predicted.get(s.id, (s.stance, 0.97))
            rest = (1 - probability) / 3
            rows.append(
                {"id": s.id, "stance": s.stance, "predicted": stance}
                | {f"p_{name}": probability if name == stance else rest for name in STANCES}
            )
        self.table = pd.DataFrame(rows)
        vars(self).update(changed)

    def predictions(self) -> pd.DataFrame:
        return self.table


def other_than(stance: str) -> str:
    return next(name for name in STANCES if name != stance)


def test_the_most_confidently_contradicted_label_comes_first(corpus: Corpus):
    pytest.importorskip("cleanlab")
    chosen = corpus.sentences[3:6]
    sure = dict(zip((s.id for s in chosen), (0.6, 0.99, 0.8), strict=True))
    predicted = {s.id: (other_than(s.stance), sure[s.id]) for s in chosen}
    found = check_labels(load_annotated(), FakeRun(corpus, predicted)).contradicted
    assert [row["id"] for row in found] == sorted(sure, key=lambda name: -sure[name])
    assert [row["score"] for row in found] == sorted(row["score"] for row in found)
    assert all(0 <= row["score"] < 0.5 for row in found)
    first = found[0]
    assert (first["predicted"], first["probability"]) == predicted[first["id"]]
    assert {first[name] for name in PASSES} <= set(STANCES)


def test_rows_on_which_the_passes_differ(corpus: Corpus):
    found = check_labels(load_annotated())
    passes = load_passes(packaged("data"), corpus.sentences)
    assert found.contradicted is None
    assert found.near_duplicates == []
    assert round(found.agreement["stance"], 2) == 0.97
    told = {
        (row["id"], row["field"]): (row["first_pass"], row["second_pass"])
        for row in found.differing
    }
    assert told == {
        (s.id, field): pair
        for s in corpus.sentences
        for field in found.agreement
        if len(set(pair := tuple(passes[name][s.id][field] for name in PASSES))) > 1
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"state": "failed"}, "only finished runs"),
        ({"config": {"fingerprints": {"gold.jsonl": "other"}}}, "another gold.jsonl"),
        ({"table": pd.DataFrame()}, "nothing was held out"),
    ],
)
def test_a_run_that_says_nothing_of_this_corpus_is_refused(corpus: Corpus, changed, told):
    with pytest.raises(UsageError, match=told):
        check_labels(load_annotated(), FakeRun(corpus, {}, **changed))


def test_probabilities_that_are_no_numbers_are_refused(corpus: Corpus):
    run = FakeRun(corpus, {})
    run.table.loc[2, "p_neutral"] = float("nan")
    with pytest.raises(Exception, match=f"1 predictions have no prob.*{run.table['id'][2]}"):
        check_labels(load_annotated(), run)


def test_without_cleanlab_the_extra_is_named(corpus: Corpus, monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab.rank", None)
    with pytest.raises(Exception, match=r"pip install 'demarche\[labels\]'"):
        check_labels(load_annotated(), FakeRun(corpus, {}))


def test_a_corpus_without_passes(tmp_path: Path, capsys):
    (tmp_path / "gold.jsonl").write_bytes((packaged("data") / "gold.jsonl").read_bytes())
    assert main(["labels", "check", "--folder", str(tmp_path)]) == 0
    assert "passes" not in capsys.readouterr().out


def test_check_in_every_form(capsys):
    def printed(form: str) -> str:
        assert main(["labels", "check", "--format", form]) == 0
        return capsys.readouterr().out

    found = json.loads(printed("json"))
    rows = list(csv.DictReader(io.StringIO(printed("csv"))))
    assert [row["id"] for row in rows] == [row["id"] for row in found["differing"]]
    assert {row["finding"] for row in rows} == {"passes differ"}
    table = printed("table")
    assert f"the passes differ on {len(rows)} labels" in table
    assert "0 near-duplicates" in table


# ---- out and back


def everything(corpus: Corpus) -> list[Task]:
    passes = load_passes(packaged("data"), corpus.sentences)
    suggestions = {corpus.sentences[0].id: Suggestion("run-1", 0.75, {"stance": "neutral"})}
    return gold_tasks(corpus.sentences, passes, suggestions)


def test_the_corpus_comes_back_as_it_was(corpus: Corpus, tool: str, tmp_path: Path):
    name, module = TOOLS[tool]
    export_tasks(tool, tmp_path / name, everything(corpus))
    answers = module.read_tasks(tmp_path / name)
    write_table(gold_rows(answers, corpus.articles), tmp_path / "gold.jsonl")
    shipped = packaged("data") / "gold.jsonl"
    assert (tmp_path / "gold.jsonl").read_bytes() == shipped.read_bytes()
    for annotator in PASSES:
        rows = gold_rows(answers, corpus.articles, annotator).records
        lines = (packaged("data") / f"{annotator}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [{k: v for k, v in row.items() if k != "text"} for row in rows] == [
            json.loads(line) for line in lines
        ]


SOME_TEXT = st.text(min_size=1, max_size=12)
SOME_LABELS = st.fixed_dictionaries(
    {
        name: st.sampled_from(CHOICES[name]) if name in CHOICES else SOME_TEXT
        for name in LABELLED
        if name != "also"
    }
).flatmap(
    lambda labels: st.sampled_from((None, *STANCES)).map(lambda also: {**labels, "also": also})
)
SOME_TASKS = st.lists(
    st.tuples(
        SOME_TEXT,
        st.text(max_size=8),
        st.dictionaries(
            st.sampled_from((ADJUDICATED, "anna@example.org", "7")), SOME_LABELS, min_size=1
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SOME_TASKS)
def test_whatever_is_annotated_comes_back(tool: str, tmp_path: Path, drawn):
    tasks, start = [], 0
    for number, (text, context, annotations) in enumerate(drawn):
        values = {"id": f"a#{number}", "article": "a", "start": start, "end": start + len(text)}
        tasks.append(Task(values | {"text": text}, context, annotations))
        start += len(text)
    article = Article("a", "", "", "", "", "".join(text for text, _, _ in drawn))
    name, module = TOOLS[tool]
    export_tasks(tool, tmp_path / name, tasks)
    answers = module.read_tasks(tmp_path / name)
    assert [answer.row.values for answer in answers] == [task.values for task in tasks]
    for annotator in {name for task in tasks for name in task.annotations}:
        rows = gold_rows(answers, {"a": article}, annotator).records
        assert rows == [
            {**task.values, **task.annotations[annotator]}
            for task in tasks
            if annotator in task.annotations
        ]


def test_the_form_asks_for_every_field_with_its_legal_values(corpus: Corpus):
    form = ElementTree.fromstring(label_studio.labelling_config())  # noqa: S314 - our own
    controls = {tag.get("name"): tag for tag in form.iter() if tag.get("toName")}
    assert controls.keys() == {*LABELLED, "annotator"}
    for name, values in CHOICES.items():
        assert tuple(choice.get("value") for choice in controls[name]) == values
    texts = {tag.get("value", "").removeprefix("$") for tag in form.iter("Text")}
    (task,) = json.loads(label_studio.write_tasks(everything(corpus)[:1]))
    assert texts <= task["data"].keys()
    for result in task["annotations"][0]["result"]:
        assert result["from_name"] in controls
    assert task["predictions"][0]["model_version"] == "run-1"
    assert task["predictions"][0]["score"] == 0.75


# ---- what people make of it in Label Studio


class Exported:
    """Two tasks of the corpus as Label Studio gives them back, to be changed."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self.path, self.output = folder / "export.json", folder / "rows.jsonl"
        self.tasks = json.loads(label_studio.write_tasks(everything(corpus)[:2]))

    def run(self, capsys, *options: str) -> tuple[int, str]:
        self.path.write_text(json.dumps(self.tasks), encoding="utf-8")
        status = main(["labels", "import", str(self.path), "-o", str(self.output), *options])
        return status, capsys.readouterr().err

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in self.output.read_text(encoding="utf-8").splitlines()]

    def annotation(self, stance: str, task: int = 0, **more) -> None:
        """Add what somebody annotated there: as gold, but of another stance."""
        result = [
            {**r, "value": {"choices": [stance]}} if r["from_name"] == "stance" else r
            for r in self.tasks[task]["annotations"][0]["result"]
            if r["from_name"] != "annotator" or "parent_annotation" in more
        ]
        self.tasks[task]["annotations"].append({"result": result, **more})


@pytest.fixture
def exported(corpus: Corpus, tmp_path: Path) -> Exported:
    return Exported(corpus, tmp_path)


@pytest.mark.parametrize(
    ("by", "name"),
    [(7, "7"), ({"id": 7, "email": "anna@example.org"}, "anna@example.org")],
)
@pytest.mark.parametrize("copied", [{}, {"parent_annotation": 3}], ids=["anew", "from a copy"])
def test_a_new_annotation_is_its_makers(exported: Exported, capsys, by, name, copied):
    exported.annotation("conciliatory", completed_by=by, **copied)
    exported.annotation("neutral", completed_by=99, was_cancelled=True)
    status, errors = exported.run(capsys, "--annotator", name)
    assert status == 0, errors
    assert [row["stance"] for row in exported.rows()] == ["conciliatory"]
    assert "1 sentences without labels left out" in errors
    assert f"gold, first_pass, second_pass, {name}" in errors


def test_without_ground_truth_the_only_annotator_counts_and_of_several_one_is_asked_for(
    exported: Exported, capsys
):
    for task in (0, 1):
        exported.tasks[task]["annotations"][0]["ground_truth"] = False
        exported.annotation("escalatory", task, completed_by=7)
    status, errors = exported.run(capsys)
    assert status == 2
    assert "gold, first_pass, second_pass, 7" in errors
    assert "--annotator" in errors
    for task in exported.tasks:
        del task["annotations"][:3]
    assert exported.run(capsys)[0] == 0
    assert [row["stance"] for row in exported.rows()] == ["escalatory"] * 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(change, told, id=told)
        for change, told in (
            (lambda t: t[1]["data"].update(t[0]["data"]), "task 2, field 'id': '"),
            (lambda t: t[1]["data"].pop("sentence_id"), "task 2, field 'id': is missing"),
            (lambda t: t[1].pop("data"), "task 2, field 'data': is missing; export as JSON"),
            (lambda t: t[1]["data"].update(start=1), "task 2, field 'text': the article has"),
            (lambda t: t[1]["data"].update(end=10**9), "task 2, field 'start': 927 to 10"),
            (lambda t: t[1]["data"].update(article="x"), "task 2, field 'article': 'x' is none"),
            (lambda t: result(t, "stance").update(value={"choices": ["angry"]}), '"angry" is none'),
            (lambda t: result(t, "also", "stance"), "field 'stance': is missing"),
            (lambda t: result(t, "mode").update(value={"choices": []}), "'mode': expected one"),
            (lambda t: result(t, "role").update(value=None), "'role': expected one value"),
            (lambda t: t[1]["annotations"].append(t[1]["annotations"][0]), "entry 4, field"),
            (lambda t: t[1].update(annotations=3), "'annotations': expected a list"),
            (lambda t: t[1]["annotations"][0].pop("result"), "'result': expected a list"),
            (lambda t: result(t, "other", "annotator"), "'completed_by': is missing"),
            (lambda t: [task.update(annotations=[]) for task in t], "nobody has annotated"),
            (lambda t: t.append(3), "expected a list of tasks"),
        )
    ],
)
def test_a_broken_export_is_told_by_file_and_place(exported: Exported, capsys, change, told):
    change(exported.tasks)
    status, errors = exported.run(capsys)
    assert status == 2
    assert errors.startswith(f"demarche: {exported.path}")
    assert told in errors
    assert errors.count("\n") == 1
    assert list(exported.output.parent.iterdir()) == [exported.path]


def result(tasks: list[dict], name: str, renamed: str = "") -> dict:
    """The gold result for a field in the second task, found by `name` or given that name."""
    results = tasks[1]["annotations"][0]["result"]
    found = next(r for r in results if r["from_name"] == (renamed or name))
    found["from_name"] = name
    return found


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cut.json", b'[{"data": {"sentence_id": "a"', "line 1, column 30: not JSON, or cut off"),
        ("latin.json", '[{"é": 1}]'.encode("latin-1"), "not UTF-8 at byte 3"),
        ("deep.json", b"[" * 200_000, "not JSON"),
        ("object.json", b"{}", "expected a list of tasks"),
        ("cut.jsonl", b'{"sentence_id": "a"', "line 1: not JSON"),
        ("latin.jsonl", '{"é": 1}'.encode("latin-1"), "not UTF-8 at byte 2"),
        ("fields.jsonl", b'{"id": 1, "text": "a", "label": []}', "'sentence_id': is missing"),
        ("tasks.csv", b"", "--from"),
    ],
)
def test_a_file_that_no_tool_wrote(tmp_path: Path, capsys, name, content, told):
    (tmp_path / name).write_bytes(content)
    output = tmp_path / "rows.jsonl"
    assert main(["labels", "import", str(tmp_path / name), "-o", str(output)]) == 2
    errors = capsys.readouterr().err
    assert f"{tmp_path / name}" in errors
    assert told in errors
    assert errors.count("\n") == 1
    assert not output.exists()


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (["angry"], "'angry' is no label"),
        (["colour=red"], "'colour=red' is no label"),
        ([3], "3 is no label"),
        (["stance=neutral", "stance=accusatory"], "two labels for 'stance'"),
        (["stance=neutral"], "field 'mode': is missing"),
    ],
)
def test_labels_that_doccano_should_not_hold(corpus, tmp_path: Path, capsys, label, told):
    path = tmp_path / "tasks.jsonl"
    table = doccano.write_tasks(everything(corpus)[:2])
    table.records[1]["label"] = label
    write_table(table, path)
    assert main(["labels", "import", str(path), "-o", str(tmp_path / "rows.jsonl")]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"demarche: {path}, line 2, field")
    assert told in errors
    assert not (tmp_path / "rows.jsonl").exists()


# ---- articles of one's own


READ = [
    {"article": "a", "start": 0, "end": 3, "text": "No.", "kind": "body", "mode": "direct"},
    {"article": "a", "start": 4, "end": 7, "text": "Ad.", "kind": "advertisement"},
    {"article": "a", "start": 8, "end": 12, "text": "Yes.", "stance": "neutral", "neutral": 0.8}
    | {"run": "r", "speaker": None, "target": "none"},
    {"article": "b", "start": 0, "end": 3, "text": "Hm.", "stance": "uncertain", "run": "r"},
]


def write_lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_articles_that_were_read_go_out_as_suggestions(tmp_path: Path, capsys):
    source = write_lines(tmp_path / "read.jsonl", READ)
    out = tmp_path / "tasks.json"
    command = ["labels", "export", "--to", "label-studio", "--input", str(source), "-o", str(out)]
    assert main(command) == 0
    tasks = json.loads(out.read_text(encoding="utf-8"))
    assert [task["data"]["sentence_id"] for task in tasks] == ["a#0-3", "a#8-12", "b#0-3"]
    assert [task["data"]["context"] for task in tasks] == ["", "No.", ""]
    assert not any(task["annotations"] for task in tasks)
    suggested = [
        {r["from_name"]: next(iter(r["value"].values())) for r in p["result"]}
        for task in tasks
        for p in task.get("predictions", [])
    ]
    assert suggested == [{"mode": ["direct"]}, {"stance": ["neutral"], "target": ["none"]}]
    assert [task["predictions"][0]["score"] for task in tasks[:2]] == [None, 0.8]
    assert out.with_suffix(".config.xml").is_file()
    assert main(["labels", "import", str(out), "-o", str(tmp_path / "gold.jsonl")]) == 2
    assert "nobody has annotated" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "output", "told"),
    [
        ([READ[0], READ[0]], "t.json", "'a#0-3' stands already in line 1"),
        ([{"text": "No."}], "t.json", "line 1, field 'article': is missing"),
        ([READ[1]], "t.json", "no sentences to annotate"),
        ([READ[0]], "t.csv", "tasks for label-studio go into a .json file"),
        ([READ[0]], "nowhere/t.json", "there is no folder"),
    ],
)
def test_what_cannot_be_exported(tmp_path: Path, capsys, rows, output, told):
    source = write_lines(tmp_path / "read.jsonl", rows)
    command = ["labels", "export", "--to", "label-studio", "--input", str(source)]
    assert main([*command, "-o", str(tmp_path / output)]) == 2
    errors = capsys.readouterr().err
    assert told in errors
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == [source]
