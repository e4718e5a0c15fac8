"""The same text whoever is in it: its actors replaced by fixed ones.

Two texts that differ in their countries and persons alone become one, so that a model that
reads masked text cannot tell who speaks. What is not found in the gazetteer or by the look of a
name (`demarche.actors.places`, `demarche.actors.people`) stays.
"""

from functools import lru_cache

from demarche.actors.marking import STOP, UNBRACED, mark
from demarche.actors.slots import LETTERS, fill_line
from demarche.gazetteer import countries

# Whom the first, second, ... country and person of a text become: names in plain English forms,
# of states and people that no affair hangs on. After the last the first comes again.
_COUNTRIES = "SE PT AR CL MY HU GH PE KE FI UY NP ZM LA MN TZ".split()
_PERSONS = (
    "Martin Silva, Paul Weber, John Larsen, Peter Novak, Thomas Costa, Daniel Moreau, Leo Berg"
).split(", ")


@lru_cache(maxsize=100_000)  # training reads the same texts in every fold
def mask(text: str) -> str:
    """Replace each country and person of a text by a fixed one, in the order of naming."""
    marked = mark([text])
    by_code = {country.code: country for country in countries()}
    assignment: dict[str, str] = {}
    for letter, code in zip(LETTERS, _COUNTRIES, strict=True):
        country = by_code[code]
        assignment |= {
            letter: country.name,
            f"{letter}_adj": country.adjective,
            f"{letter}_people": country.people,
            f"{letter}_cap": country.capital,
        }
    for place, slot in enumerate(marked.persons):
        name = _PERSONS[place % len(_PERSONS)]
        assignment |= {slot: name, f"{slot}_last": name.split()[-1]}
    filled = fill_line(marked.texts[0] + STOP, assignment, frozenset())
    return filled.removesuffix(STOP).translate(UNBRACED)
