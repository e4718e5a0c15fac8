"""One article in, a row for each sentence out: nothing lost, nothing moved, whatever it holds."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import read_table

import demarche
from demarche.articles.reader import read_text
from demarche.classify import Classifier
from demarche.errors import UsageError
from demarche.inputs import Input, decode, find_inputs
from demarche.models.protocol import Probabilities
from demarche.reading import judge, read, read_inputs
from demarche.records import MODES, ROLES, Reading, Statement
from demarche.rows import COLUMNS, ReadArticle, to_table
from demarche.stance import STANCES
from demarche.tables import write_table
from demarche.verdicts import OUTPUT

NEWS = (
    "Latvia warns its neighbour over the strait\n\n"
    "By Ana Roth\n\nOctober 3, 2031\n\n"
    "Latvian Foreign Minister Ana Bel said on Friday that talks with Moscow would go on. "
    "“We will answer every raid,” she said. “Nobody should doubt it.”\n\n"
    "The ministry called the charge “absurd”. The two sides met in Geneva in March.\n"
)
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in NEWS.split("\n\n"))
PAGE = f"<!DOCTYPE html><html><body><article>{PARAGRAPHS}</article></body></html>"
ODD = {
    "only marks": "“”\"\" ‘’ «» „“ ''",
    "no sentence": "*** --- ...\n\n§ § §\n",
    "a bare quotation": "“",
    "deeply nested": "“‘" * 3000 + "We will fight" + "’”" * 3000,
    "never closed": "“We will fight. " * 500,
    "hangul": "러시아는 북한을 지지한다고 밝혔다. “우리는 싸울 것이다.” 김 장관이 말했다.\n",
    "right to left": "قال الوزير: «سنرد على كل غارة». ثم غادر.\n",
    "windows line ends": NEWS.replace("\n", "\r\n"),
    "old line ends": NEWS.replace("\n", "\r"),
    "line separators": NEWS.replace("\n\n", "\u2029").replace(". ", ".\u2028"),
    "one long line": "“We will answer,” the minister said. " * 2000,
    "one line of two megabytes": "Foreign Minister Ana Bel " * 80_000,
    "one long word": "a" * 100_000,
    "controls": "We\x00 will\x07 fight,\x1b[31m he said.\ufeff\n",
    "surrogates": "We will \ud800 fight, he said. \udfff\n",
    "markdown": "# A title\n\n**Bold** and [a link](https://a.example) he said.\n\n> “Quoted.”\n",
    "emoji": "“🕊️ Peace,” 👩‍👩‍👧 the envoy said.\n",
}
PIECES = [
    "“", "”", '"', "'", "‘", "’", "«", "»", "(", "[i.e. ", "]", "\n", "\n\n", "\r\n", " ", ". ",
    "? ", "… ", "he said", "The ministry said that ", "according to Ana Bel", "U.S. ", "Oct. 3",
    "Ana Bel", "Moscow", "warned", "told reporters", "# ", "* ", "> ", "Photo: ", "Related: ",
    "러시아", "سنرد", "\x00", "\ufeff", "\ud800", "1", "We will fight",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=60).map("".join)


class Lengths:
    """A model that judges by length and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []

    def predict_proba(
        self, texts: Sequence[str], contexts: Sequence[str] | None = None
    ) -> Probabilities:
        self.given += zip(texts, contexts or (), strict=True)
        rows = np.full((len(texts), 4), 0.1)
        rows[np.arange(len(texts)), [len(text) % 4 for text in texts]] = 0.7
        return rows


@pytest.fixture
def model() -> Lengths:
    return Lengths()


@pytest.fixture
def classifier(model: Lengths) -> Classifier:
    return Classifier(model, "lengths-1")  # type: ignore[arg-type]


def check(article: ReadArticle) -> None:
    """Whatever was read, these hold."""
    text, rows = article.text, article.rows("all")
    place = 0
    for row in rows:
        assert row["text"] == text[row["start"] : row["end"]]
        assert place <= row["start"] < row["end"], "rows are in order and share nothing"
        place = row["end"]
        for start, end in row["quotations"]:
            assert row["start"] <= start < end <= row["end"]
        if row["kind"] == "body":
            assert row["mode"] in MODES
            assert row["role"] in ROLES
            assert row["speaker"]
            assert row["side"]
            assert row["target"]
            assert row["mode"] != "narration" or row["target"] == "none"
        else:
            assert row["mode"] is row["speaker"] is row["target"] is None
    held = "".join(row["text"] for row in rows)
    assert [c for c in held if c.isalnum()] == [c for c in text if c.isalnum()], "nothing is lost"
    assert [row["start"] for row in article] == [r["start"] for r in rows if r["kind"] == "body"]


@given(texts)
@settings(deadline=None)
def test_offsets_slice_to_the_text_and_nothing_is_lost_or_doubled(text: str) -> None:
    article = read(text)
    assert article.text == text
    check(article)
    assert read(text) == article, "reading is the same twice"


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_read_like_any_other(name: str) -> None:
    article = read(ODD[name], name)
    assert article.text == ODD[name]
    check(article)
    assert read(ODD[name], name) == article


def calls_to_read(text: str) -> int:
    """Count the calls that reading a text takes: work that no busy machine changes."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read_text(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "part",
    [
        "a\n",
        "“",
        '"No" ',
        "Minister Anna Berg of Malta said that they would wait. ",
        "“We will wait,” Anna Berg said.\n\nTunisia accused Malta of a threat.\n\n",
    ],
)
def test_the_work_of_reading_grows_with_the_length(part: str) -> None:
    calls_to_read(part * 10)  # what is loaded once
    small, large = calls_to_read(part * 200), calls_to_read(part * 800)
    assert large <= 4.8 * small, "n log n"


def test_an_article_is_read() -> None:
    article = demarche.read(NEWS, "latvia")
    check(article)
    frame = pd.DataFrame(article)
    assert list(frame.columns) == [name for name in COLUMNS if name != "kind"]
    assert set(frame["article"]) == {"latvia"}
    assert "We will answer every raid" in "".join(frame["text"])
    assert repr(article).startswith("<ReadArticle 'latvia': ")


def test_sentences_are_found_at_the_same_words_whatever_the_line_ends() -> None:
    with_cr = read(ODD["windows line ends"])
    assert [row["text"] for row in with_cr] == [row["text"] for row in read(NEWS)]


def test_only_statements_or_all_that_is_on_the_page() -> None:
    sentences = (
        Statement(1, 0, 7, "A title", "title"),
        Statement(2, 9, 19, "It rained.", "body", "narration", role="author", target="x"),
        Statement(2, 20, 34, "“No,” he said.", "body", "direct", target="Moscow"),
    )
    article = ReadArticle(
        Reading(
            "a", "A title\n\nIt rained. “No,” he said.", "A title", "2031-10-03", None, sentences
        )
    )
    check_rows = {show: article.rows(show) for show in ("statements", "body", "all")}
    assert [row["start"] for row in check_rows["statements"]] == [20]
    assert [row["start"] for row in check_rows["body"]] == [9, 20]
    assert [row["kind"] for row in check_rows["all"]] == ["title", "body", "body"]
    assert "kind" not in check_rows["body"][0]
    assert [row["target"] for row in article] == ["none", "Moscow"], "narration points at nobody"
    assert article[0]["date"] == "2031-10-03"
    assert article[-1:] == [article[1]]
    assert (article.title, article.date, article.byline) == ("A title", "2031-10-03", None)


def test_each_sentence_is_judged_after_the_one_before_it(
    classifier: Classifier, model: Lengths
) -> None:
    readings = [read(NEWS, "a").reading, read("", "b").reading, read(NEWS, "c").reading]
    one, empty, other = judge(readings, classifier)
    body = [row["text"] for row in one]
    assert model.given == list(zip(body, ["", *body[:-1]], strict=True)) * 2
    assert list(empty) == []
    assert [row | {"article": ""} for row in one] == [row | {"article": ""} for row in other]
    assert list(one[0]) == [*(name for name in COLUMNS if name != "kind"), *OUTPUT]
    for row in one:
        assert row["stance"] == STANCES[len(row["text"]) % 4]
        assert row[row["stance"]] == 0.7
        assert row["run"] == "lengths-1"
        assert row["stance"] != "neutral" or row["target"] == "none"


def test_only_what_is_shown_is_judged_yet_all_is_context(
    classifier: Classifier, model: Lengths
) -> None:
    reading = read(NEWS).reading
    (article,) = judge([reading], classifier, "statements")
    body = [s for s in reading.sentences if s.kind == "body"]
    before = dict(zip(body, ["", *(s.text for s in body[:-1])], strict=True))
    assert model.given == [(s.text, before[s]) for s in body if s.is_statement]
    assert all(row["stance"] for row in article.rows("statements"))
    everything = judge([reading], classifier, "all")[0].rows("all")
    assert all((row["stance"] is None) == (row["kind"] != "body") for row in everything)


def test_a_neutral_statement_points_at_nobody(classifier: Classifier) -> None:
    reading = read("“We will fight,” he said.").reading
    (sentence,) = reading.sentences
    for length in range(4):
        pointed = dataclasses.replace(
            sentence, text="x" * (8 + length), mode="direct", target="Moscow"
        )
        (article,) = judge([dataclasses.replace(reading, sentences=(pointed,))], classifier)
        expected = "none" if article[0]["stance"] == "neutral" else "Moscow"
        assert article[0]["target"] == expected


def test_a_classifier_or_no_string_can_be_handed_over(classifier: Classifier) -> None:
    assert {row["run"] for row in demarche.read(NEWS, run=classifier)} == {"lengths-1"}
    with pytest.raises(UsageError, match="not list"):
        demarche.read([NEWS])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no run 'nonesuch'"):
        demarche.read(NEWS, run="nonesuch")


def test_a_web_page_is_read_by_its_text() -> None:
    article = read(PAGE)
    check(article)
    assert "<p>" not in article.text
    assert "We will answer every raid" in article.text


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_a_reading_goes_through_every_form(
    tmp_path: Path, classifier: Classifier, ending: str
) -> None:
    articles = judge([read(text, name).reading for name, text in ODD.items()], classifier, "all")
    table = to_table(articles, "all")
    write_table(table, tmp_path / f"x.{ending}")
    again = read_table(tmp_path / f"x.{ending}")
    assert again.columns == table.columns == [*COLUMNS, *OUTPUT]
    assert len(again.records) == sum(len(article.rows("all")) for article in articles)
    assert [int(start) for start in again.column("start")] == table.column("start")
    quoted = [q if isinstance(q, list) else json.loads(q) for q in again.column("quotations")]
    assert quoted == [[list(pair) for pair in pairs] for pairs in table.column("quotations")]


def test_a_reading_loads_no_heavy_library() -> None:
    heavy = [
        "torch",
        "transformers",
        "sklearn",
        "pandas",
        "pyarrow",
        "rich",
        "jinja2",
        "trafilatura",
    ]
    program = (
        "import demarche, sys, json; demarche.read('It rained. “No,” he said.');"
        "print(json.dumps(list(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not set(heavy) & set(json.loads(found.stdout))


# Files


@pytest.mark.parametrize(
    ("content", "text", "note"),
    [
        ("“Né”".encode(), "“Né”", None),
        (b"\xef\xbb\xbfno", "no", None),
        ("“한국”\r\n".encode("utf-16"), "“한국”\r\n", None),
        (b"\xfe\xff" + "“No”".encode("utf-16-be"), "“No”", None),
        ("“It’s”".encode("windows-1252"), "“It’s”", "1 line that is not UTF-8"),
        ("“한국”\n".encode() + "“It’s”\n".encode("cp1252"), "“한국”\n“It’s”\n", "Windows-1252"),
        (b"a\r\n\x93b\x94\r\n\x81", "a\r\n“b”\r\n\ufffd", "2 lines"),
        (
            '<meta charset="euc-kr"><p>한국'.encode("euc-kr"),
            '<meta charset="euc-kr"><p>한국',
            "read as cp949",
        ),
        (b"<meta charset=iso-8859-1>\x93a\x94", "<meta charset=iso-8859-1>“a”", "Windows-1252"),
        (b"<meta charset=euc-kr>\xff\x93", "<meta charset=euc-kr>ÿ“", "Windows-1252"),
        (b"<meta charset=punycode>\x93", "<meta charset=punycode>“", "Windows-1252"),
    ],
)
def test_encodings(content: bytes, text: str, note: str | None) -> None:
    decoded, told = decode(content)
    assert decoded == text
    assert (note is None) == (told is None)
    assert (note or "") in (told or "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"text and a \x00", "binary"),
        (b"\x93\x00", "binary"),
        (bytes(range(1, 256)), "binary"),
        (b"\xff\xfe\x00\xd8\x41", "UTF-16"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04docx", "zip archive"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        decode(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    try:
        text, _ = decode(content)
    except UsageError:
        return
    assert "\x00" not in text
    assert text.encode()  # holds no surrogates


def test_folders_and_patterns_are_expanded_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "b.txt",
        "a.md",
        "c.HTM",
        "d.html",
        "e.pdf",
        "deep/f.txt",
        "deep/a.txt",
        "[1].txt",
    ):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("x")
    Path("empty").mkdir()

    def found(*names: str) -> list[str]:
        return [source.name for source in find_inputs(names)]

    assert found(".") == ["[1].txt", "a.md", "b.txt", "c.HTM", "d.html"]
    assert found("b.txt", "a.md", "b.txt") == ["b.txt", "a.md"]
    assert found("deep/*.txt", "-") == ["deep/a.txt", "deep/f.txt", "standard input"]
    assert found(str(tmp_path / "**" / "f.txt")) == [str(tmp_path / "deep" / "f.txt")]
    assert found("[1].txt", "e.pdf") == ["[1].txt", "e.pdf"]
    assert found("*.doc", "missing", "empty") == ["*.doc", "missing", "empty"]
    articles = [source.article for source in find_inputs(["a.md", "b.txt", "deep/a.txt"])]
    assert articles == ["a.md", "b", "deep/a.txt"], "articles of one name are told apart"


def test_files_are_read_in_order_in_one_process_or_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        path = tmp_path / f"{number:02}.txt"
        path.write_text(f"Article {number}. " + NEWS * (13 - number), encoding="utf-8")
    (tmp_path / "05.txt").write_bytes(b"\x00")
    (tmp_path / "07.txt").unlink()
    inputs = find_inputs([str(tmp_path / f"{number:02}.txt") for number in range(12)])
    alone = list(read_inputs(inputs))
    monkeypatch.setattr("demarche.reading.WORTH_PROCESSES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    together = list(read_inputs(inputs))
    assert together == alone
    readings = [outcome.reading for outcome in alone]
    assert [None if r is None else r.article for r in readings] == [
        None if number in (5, 7) else f"{number:02}" for number in range(12)
    ]
    assert "05.txt: is not text, but binary data" in (alone[5].message or "")
    assert "07.txt: no such file" in (alone[7].message or "")


class Fatal(type(Path())):  # type: ignore[misc]
    """A path that ends the process it is sent to."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_a_process_that_is_killed_costs_its_own_article_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demarche.reading.WORTH_PROCESSES", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for name in "abcde":
        (tmp_path / name).write_text(NEWS, encoding="utf-8")
    inputs = [Input(name, name, tmp_path / name) for name in "abcde"]
    inputs[2] = Input("c", "c", Fatal(tmp_path / "c"))
    outcomes = list(read_inputs(inputs))
    articles = [outcome.reading and outcome.reading.article for outcome in outcomes]
    assert articles == ["a", "b", None, "d", "e"]
    assert outcomes[2].message == "c: its process was killed; was there memory enough?"


def test_a_fault_in_one_article_does_not_stop_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(NEWS, encoding="utf-8")

    def fragile(text: str, article: str, *_: object) -> Reading:
        if article == "a":
            raise RecursionError("too\ndeep")
        return Reading(article, text, None, None, None, ())

    monkeypatch.setattr("demarche.reading.read_text", fragile)
    bad, good = read_inputs(find_inputs([str(tmp_path)]))
    assert bad.reading is None
    assert (bad.message or "").endswith("a.txt: cannot be read (RecursionError: too deep)")
    assert good.reading is not None
    assert (good.message or "").endswith("b.txt: no sentence found in it")
