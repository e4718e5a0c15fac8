"""Whatever a table holds comes out as it went in; whatever is wrong is said in one line."""

import csv
import errno
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from readers import read_table

from demarche.errors import DemarcheError, UsageError
from demarche.tables import Table, check_output, from_texts, write_table

LONG = "Wir werden antworten. 🕊️ سنرد 我们会回应。 " * 2500
ODD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u2028",
    "\ufeff",
    '"',
    'a,"b"\n\tc',
    "\r",
    "a\rb",
    "NaN",
    "=1+1",
    LONG,
]

texts = st.text(st.characters(codec="utf-8")) | st.sampled_from(ODD)
names = st.text(st.characters(codec="utf-8"), max_size=5)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=3), max_leaves=6
)
same_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)


@st.composite
def grids(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(names, min_size=1, max_size=4, unique=True).filter(any))
    assume(not header[0].startswith("\ufeff"))  # at the start of a file it is no part of a name
    rows = draw(st.lists(st.lists(texts, min_size=len(header), max_size=len(header)), max_size=5))
    return header, rows


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, name: str, content: str | bytes) -> Table:
    return read_table(put(folder, name, content))


def refusal(job: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as caught:
        job()
    message = str(caught.value)
    assert "\n" not in message
    return message


# Round trips


@same_folder
@given(grids(), st.sampled_from([("x.csv", "excel"), ("x.tsv", "excel-tab")]))
def test_a_delimited_file_keeps_every_cell(
    tmp_path: Path, grid: tuple[list[str], list[list[str]]], kind: tuple[str, str]
) -> None:
    header, rows = grid
    name, dialect = kind
    text = io.StringIO(newline="")
    csv.writer(text, dialect).writerows([header, *rows])
    first = read(tmp_path, name, "\ufeff" + text.getvalue())
    write_table(first, tmp_path / f"again-{name}")
    again = read_table(tmp_path / f"again-{name}")
    assert first.columns == again.columns == header
    assert first.records == again.records
    assert [list(record.values()) for record in first.records] == rows


@same_folder
@given(st.lists(st.dictionaries(names, values, max_size=4), min_size=1, max_size=5))
@example([{"a": 2**70, "b": [1, 2.5, None, {"c": True}], "": -0.0}, {"b": "\ud800 \\ud800"}])
def test_jsonl_keeps_every_value_with_its_type(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    content = "\n".join(json.dumps(row) for row in rows)
    first = read(tmp_path, "x.jsonl", content)
    write_table(first, tmp_path / "again.jsonl")
    again = read_table(tmp_path / "again.jsonl")
    assert repr(first.records) == repr(again.records) == repr(rows)
    assert first.columns == again.columns == list(dict.fromkeys(k for row in rows for k in row))


@pytest.mark.parametrize(
    "number",
    [
        "1e400",
        "-1E-400",
        "0.1000000000000000055511151231257827",
        "9" * 5000,
        "123456789012345678.5",
    ],
)
def test_numbers_too_fine_for_floats_keep_their_digits(tmp_path: Path, number: str) -> None:
    table = read(tmp_path, "x.jsonl", f'{{"text": "a", "deep": [{{"n": {number}}}]}}\n')
    for ending in ("jsonl", "csv", "parquet"):
        write_table(table, tmp_path / f"out.{ending}")
    written = (tmp_path / "out.jsonl").read_text()
    # Compared as text: Python itself converts no integer of more than 4,300 digits.
    assert str(Decimal(number)) in written
    assert table.records[0]["deep"][0]["n"] == Decimal(number)
    for ending in ("csv", "parquet"):
        deep = read_table(tmp_path / f"out.{ending}").records[0]["deep"]
        assert deep == f'[{{"n": {Decimal(number)}}}]'


def test_parquet_keeps_types_schema_and_metadata(tmp_path: Path) -> None:
    day = pa.array([20000, None, 10**7], pa.date32())  # the last is past Python's year 9999
    arrow = pa.table(
        {
            "text": pa.array(["a", None, LONG], pa.large_string()),
            "day": day,
            "moment": pa.array([1, None, 10**18 + 1], pa.timestamp("ns", tz="UTC")),
            "clock": pa.array([1, None, 2], pa.time64("ns")),
            "took": pa.array([1, None, 2], pa.duration("us")),
            "price": pa.array([Decimal("1.10"), None, Decimal("2.00")], pa.decimal128(5, 2)),
            "small": pa.array([1, None, 2], pa.int8()),
            "ratio": pa.array([float("nan"), None, float("inf")], pa.float32()),
            "raw": pa.array([b"\xff", None, b""], pa.binary()),
            "kind": pa.array(["x", None, "x"]).dictionary_encode(),
            "nested": pa.array([{"k": [1, 2]}, None, {"k": []}]),
            "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        }
    ).replace_schema_metadata({"origin": "a survey"})
    pq.write_table(arrow, tmp_path / "in.parquet")
    arrow = pq.read_table(tmp_path / "in.parquet")  # Parquet has its own names for nested parts
    table = read_table(tmp_path / "in.parquet")
    write_table(table, tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.schema.equals(arrow.schema, check_metadata=True)
    assert written.drop(["ratio"]).equals(arrow.drop(["ratio"]))  # NaN equals nothing
    assert repr(written["ratio"].to_pylist()) == "[nan, None, inf]"

    write_table(table, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines[0] == {
        "text": "a",
        "day": "2024-10-04",
        "moment": "1970-01-01 00:00:00.000000001Z",
        "clock": "00:00:00.000000001",
        "took": "0:00:00.000001",
        "price": 1.1,
        "small": 1,
        "ratio": None,
        "raw": "/w==",
        "kind": "x",
        "nested": {"k": [1, 2]},
        "map": [["k", 1]],
    }
    assert set(lines[1].values()) == {None}
    write_table(table, tmp_path / "out.csv")
    cells = read_table(tmp_path / "out.csv").records
    assert (cells[0]["price"], cells[0]["ratio"], cells[0]["nested"]) == (
        "1.10",
        "",
        '{"k": [1, 2]}',
    )
    assert cells[2]["ratio"] == "inf"
    assert set(cells[1].values()) == {""}


@same_folder
@given(st.lists(st.fixed_dictionaries({"text": texts, "own": scalars}), min_size=1, max_size=5))
@example([{"text": "a", "own": True}, {"text": "b", "own": 1.0}])
@example([{"text": "a", "own": 2**53 + 1}, {"text": "b", "own": 0.5}])
def test_jsonl_to_parquet_keeps_values_or_their_text(
    tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    table = read(tmp_path, "x.jsonl", "\n".join(json.dumps(row) for row in rows))
    write_table(table, tmp_path / "x.parquet")
    written = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert [row["text"] for row in written] == [row["text"] for row in rows]
    for row, given_row in zip(written, rows, strict=True):
        own, given_own = row["own"], given_row["own"]
        if isinstance(own, str) and not isinstance(given_own, str):
            own = json.loads(own)
        assert own == given_own
        assert isinstance(own, bool) == isinstance(given_own, bool)


def test_parquet_columns_of_one_type_are_of_that_type(tmp_path: Path) -> None:
    content = '{"i": 1, "f": 1, "b": true, "n": null, "s": "x", "l": [1], "m": 1}\n'
    content += '{"i": 2, "f": 0.5, "b": null, "n": null, "l": [], "m": "x"}\n'
    write_table(read(tmp_path, "x.jsonl", content), tmp_path / "x.parquet")
    schema = pq.read_schema(tmp_path / "x.parquet")
    assert [str(schema.field(name).type) for name in "ifbnslm"] == [
        "int64", "double", "bool", "string", "string", "string", "string",
    ]  # fmt: skip


def test_nan_is_never_written(tmp_path: Path) -> None:
    table = read(tmp_path, "x.jsonl", '{"text": "a", "score": NaN, "all": [NaN, {"x": NaN}]}')
    write_table(table, tmp_path / "y.jsonl")
    assert (tmp_path / "y.jsonl").read_text() == (
        '{"text": "a", "score": null, "all": [null, {"x": null}]}\n'
    )


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
def test_lone_surrogates_do_not_crash(tmp_path: Path, ending: str) -> None:
    table = read(tmp_path, "x.jsonl", r'{"text": "a \ud800 b", "\udfff": ["\ud800"]}')
    write_table(table, tmp_path / f"y.{ending}")
    again = read_table(tmp_path / f"y.{ending}")
    if ending == "jsonl":
        assert again.records == table.records
    else:
        assert list(again.records) == [{"text": r"a \ud800 b", r"\udfff": r'["\ud800"]'}]


def test_jsonl_is_readable_as_it_stands(tmp_path: Path) -> None:
    write_table(from_texts(["Это война 🕊️"]), tmp_path / "x.jsonl")
    assert (tmp_path / "x.jsonl").read_text("utf-8") == '{"text": "Это война 🕊️"}\n'


# Reading


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("\ufeffa\n", ["a"]),
        ("\n", [""]),
        ("\na\n\n\nb\n\n", ["", "a", "", "", "b", ""]),
        ("a\u2028b\x0cc\x85d\re\n", ["a\u2028b\x0cc\x85d\re"]),
        ("\x00\n \n", ["\x00", " "]),
        (LONG, [LONG]),
    ],
)
def test_a_text_file_has_a_row_for_each_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, expected: list[str]
) -> None:
    rows = [{"text": text} for text in expected]
    assert read(tmp_path, "x.TXT", content).records == rows
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode()), "ascii"))
    assert read_table("-").records == rows


def test_blank_lines_are_no_rows_in_jsonl_and_csv_but_cells_in_a_single_column(
    tmp_path: Path,
) -> None:
    assert read(tmp_path, "x.jsonl", '\n{"text": "a"}\n \r\n{"text": "b"}\n\n').column("text") == [
        "a",
        "b",
    ]
    assert read(tmp_path, "x.csv", "id,text\n\n1,a\n\n").records == [{"id": "1", "text": "a"}]
    assert read(tmp_path, "y.csv", "text\na\n\nb\n").column("text") == ["a", "", "b"]


def test_a_missing_key_reads_as_none_and_is_not_added(tmp_path: Path) -> None:
    table = read(tmp_path, "x.jsonl", '{"text": "a"}\n{"id": 1}\n')
    assert table.column("text") == ["a", None]
    assert table.records == [{"text": "a"}, {"id": 1}]


def test_a_cell_may_be_larger_than_the_csv_module_allows_by_default(tmp_path: Path) -> None:
    cell = "x" * 1_000_000
    assert read(tmp_path, "x.csv", f"text\n{cell}\n").column("text") == [cell]


# Bad input


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.txt", b"", "x.txt: is empty"),
        ("x.csv", b"\xef\xbb\xbf", "x.csv: is empty"),
        ("x.parquet", b"", "x.parquet: is empty"),
        ("x.txt", b"ok\nbad \xff\n", "x.txt:2: not UTF-8 (byte 0xff, number 5 of the line)"),
        ("x.csv", b"\xef\xbb\xbftext\n\xe9t\xe9\n", "x.csv:2: not UTF-8 (byte 0xe9, number 1"),
        ("x.csv", b"PK\x03\x04\xff", "it looks like a zip archive or .xlsx"),
        ("x.jsonl", b"PAR1\x15\x04\xff\xfe", "it looks like Parquet"),
        ("x.csv", b"a,a\n1,2\n", "x.csv: column 'a' occurs twice"),
        ("x.csv", b"\na,b\n", "x.csv:1: the header is empty"),
        ("x.csv", b",\n1,2\n", "x.csv:1: the header is empty"),
        ("x.csv", b'a,b\n"1\n1",2\n3\n', "x.csv:4: 1 cells where the header has 2"),
        ("x.csv", b"a,b\n1,2,3\n", "x.csv:2: 3 cells where the header has 2"),
        ("x.csv", b'a,b\n1,2\n3,"4\n5\n', "x.csv:3: the row that begins here is broken"),
        ("x.tsv", b'a\tb\n"1"x\t2\n', "x.tsv:2: the row that begins here is broken"),
        ("x.jsonl", b'{"text": "a"}\nplain words\n', "x.jsonl:2: not JSON: Expecting value"),
        ("x.jsonl", b'{"text": "a"}\n["a"]\n', "x.jsonl:2: not a JSON object"),
        ("x.jsonl", b'{"text": "a", "text": "b"}\n', "x.jsonl:1: key 'text' occurs twice"),
        ("x.jsonl", b'{"n": Infinity}\n', "x.jsonl:1: not JSON: Infinity"),
        ("x.jsonl", b'{"n": 1e99999999999999999999}\n', "x.jsonl:1: not JSON: a number is out"),
        ("x.jsonl", b'{"n": ' + b"[" * 200 + b"]" * 200 + b"}", "x.jsonl:1: nested more than 100"),
        ("x.jsonl", b"[" * 100_000, "x.jsonl:1: nested more than 100"),
        ("x.parquet", b"plain words", "x.parquet: not a Parquet file"),
        ("x.parquet", b"PAR1 cut off", "x.parquet: not a Parquet file, or only part of one"),
        ("x.parquet", b"PAR1" + b"\0" * 99 + b"PAR1", "x.parquet: a damaged Parquet file"),
        ("x.xlsx", b"a", "cannot read the ending '.xlsx'; use .txt, .csv, .tsv, .jsonl, .parquet"),
        ("x", b"a", "cannot read a file without an ending; use .txt, "),
    ],
)
def test_bad_input_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    assert expected in refusal(lambda: read(tmp_path, name, content))


def test_input_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "x.csv: no such file" in refusal(lambda: read_table(tmp_path / "x.csv"))
    (tmp_path / "y.csv").mkdir()
    assert "y.csv: is a folder, not a file" in refusal(lambda: read_table(str(tmp_path / "y.csv")))
    long = tmp_path / f"{'x' * 300}.csv"
    assert "cannot be read (File name too long)" in refusal(lambda: read_table(long))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "standard input: is empty" in refusal(lambda: read_table("-"))


def test_parquet_columns_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe")]
    )
    pq.write_table(pa.table({"text": broken}), tmp_path / "x.parquet")
    message = refusal(lambda: read_table(tmp_path / "x.parquet").column("text"))
    assert "x.parquet: column 'text' cannot be read" in message
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "y.parquet")
    assert "column 'a' occurs twice" in refusal(lambda: read_table(tmp_path / "y.parquet"))


def test_a_missing_column_is_refused_with_those_there_are(tmp_path: Path) -> None:
    table = read(tmp_path, "x.csv", "id,statement\n1,a\n")
    message = refusal(lambda: table.column("statment"))
    assert message.endswith("no column 'statment'; there are: 'id', 'statement'; "
                            "did you mean 'statement'?")  # fmt: skip
    empty = read(tmp_path, "x.jsonl", "\n\n")
    assert refusal(lambda: empty.column("text")).endswith("there are: none")


# Writing


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("x.txt", "cannot write the ending '.txt'; use .jsonl, .csv, .tsv, .parquet"),
        ("missing/x.csv", "there is no folder"),
        ("folder.csv", "is a folder"),
        (f"{'x' * 300}.csv", "cannot be written (File name too long)"),
    ],
)
def test_bad_output_is_refused_before_and_when_writing(
    tmp_path: Path, output: str, expected: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert expected in refusal(lambda: check_output(tmp_path / output))
    assert expected in refusal(lambda: write_table(from_texts(["a"]), tmp_path / output))


class FullDisk(io.FileIO):
    """Takes 100 bytes, then no more."""

    def write(self, content: Any) -> int:
        if self.tell() + len(content) > 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content)


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.tsv", "x.parquet"])
def test_a_full_disk_leaves_the_earlier_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = put(tmp_path, name, "earlier")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode: FullDisk(path, mode))
        with pytest.raises(
            DemarcheError, match=rf"{name}: .*\(No space left on device\)$"
        ) as caught:
            write_table(from_texts(["a" * 30] * 10), path)
    assert caught.value.exit_status == 1
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]
