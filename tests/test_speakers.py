"""The table of well-known speakers, and the user's own."""

from collections import Counter

import pytest

from demarche.articles.actors.speakers import (
    Speaker,
    Speakers,
    default_speakers,
    known_speakers,
    load_speakers,
)
from demarche.errors import DataError
from demarche.gazetteer import find

HEADER = "name,aliases,side,role,kind"


def load(tmp_path, *rows, header=HEADER):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return load_speakers(path)


def test_no_name_of_the_table_means_two_speakers():
    names = Counter(
        name for row in known_speakers() for name in dict.fromkeys((row.name, *row.aliases))
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_the_table_speaks_for_the_whole_world():
    countries = {find(row.side) for row in known_speakers() if row.kind == "person"} - {None}
    regions = Counter(country.region for country in countries)
    assert len(countries) > 120
    assert len(regions) >= 18


def test_analysts_and_private_media_have_no_side_and_state_media_do():
    for row in known_speakers():
        assert (row.role == "analyst") == (row.side == "none"), row.name
        assert row.role != "state_media" or row.kind == "media", row.name


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Volodymyr Zelenskyy", "Volodymyr Zelensky"),
        ("volodymyr zelensky", "Volodymyr Zelensky"),
        ("Kim Jong Un", "Kim Jong-un"),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"),
        ("the Pentagon", "Department of Defense of the United States"),
        ("WHO", "WHO"),
        ("World Health Organization", "WHO"),
    ],
)
def test_aliases_accents_and_hyphens_find_the_speaker(name, canonical):
    assert default_speakers().find(name).name == canonical


@pytest.mark.parametrize("word", ["who", "Who", "is", "map", "quads", "Berg"])
def test_ordinary_words_are_no_abbreviations(word):
    assert default_speakers().find(word) is None


def test_a_long_abbreviation_with_two_letters_exchanged_means_its_bearer():
    speakers = default_speakers()
    for name, misspelt in {"KCNA": "KNCA", "UNESCO": "UNSECO", "IAEA": "IEAA"}.items():
        assert speakers.find(misspelt) == speakers.find(name) is not None
        assert speakers.may_begin(misspelt)
    assert speakers.find("WOH") is speakers.find("knca") is None


def test_a_slip_of_one_name_never_takes_anothers():
    rows = [
        Speaker("Ab", ("ACBD",), "none", "analyst", "body"),
        Speaker("Cd", ("ABCD",), "none", "analyst", "body"),
    ]
    assert Speakers(rows).find("ABCD") == rows[1]
    assert Speakers(rows[::-1]).find("ACBD") == rows[0]


def test_the_users_rows_go_before_the_tables(tmp_path):
    table = load(tmp_path, "Vladimir Putin,Putin|VVP,Chad,analyst,person")
    assert table.find("Putin").side == "Chad"
    assert table.find("VVP") == table.find("Vladimir Putin")
    assert table.find("Sergey Lavrov").side == "Russia"


def test_a_side_is_given_by_any_name_of_a_country(tmp_path):
    assert load(tmp_path, "River Board,,ROK,official,body").find("River Board").side == (
        "South Korea"
    )


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_does_not_matter(tmp_path):
    table = load(
        tmp_path, "body,official,Chad,,River Board", header="\ufeffkind,role,side,aliases,name"
    )
    assert table.find("River Board").kind == "body"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("River Board,,Chad,boss,body", "mine.csv:3: field 'role': 'boss' is none of official"),
        ("River Board,,Chad,official,board", "mine.csv:3: field 'kind': 'board' is none of"),
        (" ,,Chad,official,body", "mine.csv:3: field 'name': is empty"),
        ("River Board,,,official,body", "mine.csv:3: field 'side': is empty"),
        ("River Board,Chad,official,body", "mine.csv:3: 4 cells where the header has 5"),
        ('"River Board,,Chad,official,body', "mine.csv:3: the row that begins here is broken"),
        ("Anna Berg,,Chad,official,body", "mine.csv:3: field 'name': 'Anna Berg' is line 2's"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(tmp_path, row, message):
    with pytest.raises(DataError, match=r"mine\.csv:3") as raised:
        load(tmp_path, "Anna Berg,,Norway,official,person", row)
    assert message in str(raised.value)


@pytest.mark.parametrize("header", ["", "name,side,role,kind", HEADER + ",notes"])
def test_a_wrong_header_is_named(tmp_path, header):
    with pytest.raises(DataError, match=r"mine.csv:1: the columns are .*; use name,aliases"):
        load(tmp_path, header=header)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: no such file"):
        load_speakers(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        load_speakers(tmp_path)
    latin = tmp_path / "latin.csv"
    latin.write_bytes(HEADER.encode() + b"\nJos\xe9,,Chad,official,person\n")
    with pytest.raises(DataError, match=r"latin\.csv:2: not UTF-8"):
        load_speakers(latin)
