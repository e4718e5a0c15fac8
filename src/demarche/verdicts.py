"""What a run says of many texts, in columns, and how it is put beside a table's own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self, get_type_hints

from demarche.columnar import Columnar
from demarche.errors import UsageError
from demarche.records import Evidence, Prediction
from demarche.stance import STANCES, UNCERTAIN
from demarche.tables import Record, Table

if TYPE_CHECKING:
    from demarche.models.protocol import Probabilities

# numpy is imported where it is needed: a command that judges nothing starts without it.

OUTPUT = ("stance", *STANCES, "run")
"""The columns that classification adds to a table."""

EVIDENCE = "evidence"
"""The column after those where evidence was asked for: objects of `demarche.records.Evidence`."""


@dataclass(frozen=True)
class Verdicts:
    """What a run says of n texts.

    Attributes
    ----------
    run : str
        The run's id.
    stances : list of str or None, length n
        As in `demarche.records.Prediction`.
    probabilities : ndarray of shape (n, 4)
        In the order of `STANCES`; not a number where a stance is None.
    evidence : list of tuple of Evidence or None, length n
        As in `demarche.records.Prediction`.
    """

    run: str
    stances: list[str | None]
    probabilities: "Probabilities"
    evidence: list[tuple[Evidence, ...] | None]

    @classmethod
    def joined(cls, run: str, parts: Sequence["Verdicts"]) -> Self:
        """Put the verdicts on one part of the texts after the other."""
        import numpy as np

        return cls(
            run,
            [stance for part in parts for stance in part.stances],
            np.concatenate([np.zeros((0, len(STANCES))), *(one.probabilities for one in parts)]),
            [words for part in parts for words in part.evidence],
        )

    @property
    def unreadable(self) -> int:
        """How many texts held nothing to read."""
        return self.stances.count(None)

    @property
    def abstentions(self) -> int:
        """How many were left uncertain."""
        return self.stances.count(UNCERTAIN)

    def cells(self, field: str) -> list[Any]:
        """Give one of the columns that are added to a table, values that JSON holds.

        Parameters
        ----------
        field : str
            One of `OUTPUT`, or `EVIDENCE`.
        """
        if field == "stance":
            return self.stances
        if field == "run":
            return [self.run] * len(self.stances)
        if field == EVIDENCE:
            return [words and [asdict(word) for word in words] for words in self.evidence]
        column = self.probabilities[:, STANCES.index(field)].tolist()
        # What is not a number differs from itself.
        return column if not self.unreadable else [p if p == p else None for p in column]

    def predictions(self, texts: Sequence[Any]) -> list[Prediction]:
        """Give the verdict on each of the n texts."""
        given = [text if isinstance(text, str) else None for text in texts]
        return list(map(Prediction, given, *map(self.cells, OUTPUT), self.evidence))


def with_verdicts(table: Table, verdicts: Verdicts, names: Mapping[str, str]) -> Table:
    """Add columns to a table, n rows, for n verdicts.

    Parameters
    ----------
    table : Table
    verdicts : Verdicts
    names : mapping of str to str
        What each field of a prediction is called there; see `output_names`.
    """
    cells = {name: verdicts.cells(field) for field, name in names.items()}
    records: Sequence[Record]
    if isinstance(table.records, Columnar):
        records = table.records.plus(cells)
    else:
        rows = zip(*cells.values(), strict=True)
        records = [
            record | dict(zip(cells, row, strict=True))
            for record, row in zip(table.records, rows, strict=True)
        ]
    return replace(
        table,
        records=records,
        columns=[*table.columns, *names.values()],
        numbers=frozenset(names[stance] for stance in STANCES),
        structs={names[EVIDENCE]: get_type_hints(Evidence)} if EVIDENCE in names else {},
    )


def output_names(table: Table, explain: bool = False) -> dict[str, str]:
    """Name the columns that are added to a table.

    Raises
    ------
    UsageError
        If both a name and ``predicted_<name>`` are taken.
    """
    fields = (*OUTPUT, EVIDENCE) if explain else OUTPUT
    names = {name: f"predicted_{name}" if name in table.columns else name for name in fields}
    taken = [name for name in names.values() if name in table.columns]
    if taken:
        raise UsageError(
            f"{table.name}: the columns {taken[0].removeprefix('predicted_')!r} and {taken[0]!r} "
            "are both taken; rename one"
        )
    return names
