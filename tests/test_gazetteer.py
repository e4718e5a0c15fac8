"""The gazetteer holds together, and names find their countries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.gazetteer import Country, countries, find, names

BY_CODE = {country.code: country for country in countries()}
LANDLOCKED = (
    "AD AF AM AT AZ BF BI BO BT BW BY CF CH CZ ET HU KG KZ LA LI LS LU MD MK ML MN MW NE NP PY "
    "RS RW SK SM SS SZ TD TJ TM UG UZ VA XK ZM ZW"
)
any_country = st.sampled_from(countries())


def test_every_country_stands_in_the_table_once() -> None:
    assert len(countries()) == len(BY_CODE) == 197
    assert {"TW", "XK", "PS", "VA"} < BY_CODE.keys()
    for field in ("name", "official", "capital"):
        assert len({getattr(country, field) for country in countries()}) == 197


def test_only_landlocked_countries_have_no_coast() -> None:
    assert " ".join(sorted(c.code for c in countries() if not c.coastal)) == LANDLOCKED


@given(any_country)
def test_borders_are_mutual(country: Country) -> None:
    assert country.code not in country.neighbours
    assert len(set(country.neighbours)) == len(country.neighbours)
    assert all(country.code in BY_CODE[code].neighbours for code in country.neighbours)


@pytest.mark.parametrize(("code", "count"), [("CN", 14), ("RU", 14), ("BR", 9), ("DE", 9)])
def test_border_counts(code: str, count: int) -> None:
    assert len(BY_CODE[code].neighbours) == count


def test_cells_are_clean() -> None:
    for country in countries():
        cells = (*country.aliases, *country.capital_aliases, *country.neighbours)
        assert all(cell and cell == cell.strip() for cell in cells)
        assert country.adjective
        assert country.region
        assert country.people or country.code == "VA"


@given(any_country)
def test_a_country_is_found_by_its_own_names(country: Country) -> None:
    for name in (country.name, country.official, country.name.upper(), *country.aliases):
        assert find(name) == country
        assert find(f"the {name}") == country


@given(any_country)
def test_adjectives_and_capitals_never_find_another_country(country: Country) -> None:
    for name in (country.adjective, country.people, country.capital, *country.capital_aliases):
        assert find(name) in (country, None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("US", "US"),
        ("U.S.", "US"),
        ("the USA", "US"),
        ("Americans", "US"),
        ("russia", "RU"),
        ("RUSSIAN  FEDERATION", "RU"),
        ("the Kremlin", "RU"),
        ("Kiev", "UA"),
        ("The Hague", "NL"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("Cote d’Ivoire", "CI"),
        ("DPRK", "KP"),
        ("ROK", "KR"),
        ("N. Korea", "KP"),
        ("North Koreans", "KP"),
        ("Republic of China", "TW"),
        ("PRC", "CN"),
        ("Britain", "GB"),
        ("UAE", "AE"),
        ("Congo", "CD"),
        ("Congo-Brazzaville", "CG"),
        ("Guinea", "GN"),
        ("Nigerien", "NE"),
        ("Nigerian", "NG"),
        ("Georgia", "GE"),
        ("Luxembourg", "LU"),
        ("Washington, D.C.", "US"),
        ("Turkey", "TR"),
    ],
)
def test_find(name: str, code: str) -> None:
    found = find(name)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "name",
    [
        "us",
        "Us",
        "rok",
        "uk",
        "turkey",
        "polish",
        "male",
        "Korea",
        "Koreans",
        "Congolese",
        "Dominican",
        "",
        "the",
        "Narnia",
        "NATO",
    ],
)
def test_find_nothing(name: str) -> None:
    assert find(name) is None


def test_every_culture_has_names_and_every_name_a_culture() -> None:
    assert names().keys() == {country.culture for country in countries()}
    for kind in names().values():
        assert len(set(kind.surnames_m)) == len(kind.surnames_m) == len(kind.surnames_f) >= 14
        assert len(set(kind.given_m)) == len(kind.given_m) >= 8
        assert len(set(kind.given_f)) == len(kind.given_f) >= 8


def test_names_follow_their_culture() -> None:
    assert names()["korean"].full("Min-jun", "Cho") == "Cho Min-jun"
    assert names()["anglo"].full("Helen", "Barlow") == "Helen Barlow"
    slavic = names()["east_slavic"]
    assert dict(zip(slavic.surnames_m, slavic.surnames_f, strict=True))["Sokolov"] == "Sokolova"
