"""Rows of an Arrow table: what nobody looks at stays in Arrow, which costs next to nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from demarche.errors import UsageError, one_line

if TYPE_CHECKING:
    import pyarrow as pa


class Columnar(Sequence[dict[str, Any]]):
    """Rows that stand in columns, each made a dict only when it is asked for.

    Parameters
    ----------
    name : str
        Where the rows come from, for messages.
    arrow : pyarrow.Table, n rows
    added : mapping of str to list of length n, optional
        Further columns.
    """

    def __init__(
        self, name: str, arrow: "pa.Table", added: Mapping[str, list[Any]] | None = None
    ) -> None:
        self.name = name
        self.arrow = arrow
        self.added = dict(added or {})
        self.columns = [*arrow.column_names, *self.added]
        self._values = dict(self.added)

    def plus(self, added: Mapping[str, list[Any]]) -> "Columnar":
        """Give the same rows with further columns."""
        return Columnar(self.name, self.arrow, {**self.added, **added})

    def column(self, name: str) -> list[Any]:
        """Give a column's values, length n; None where there is no such column.

        Raises
        ------
        UsageError
            If Python has no values for it.
        """
        if name not in self.columns:
            return [None] * len(self)
        if name not in self._values:
            self._values[name] = self._read(name)
        return self._values[name]

    def _read(self, name: str) -> list[Any]:
        import pyarrow as pa

        array = self.arrow[name]
        # Python's times end at microseconds and at the year 9999; as text they are exact.
        temporal = pa.types.is_temporal(array.type) and not pa.types.is_duration(array.type)
        try:
            values: list[Any] = (array.cast(pa.string()) if temporal else array).to_pylist()
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise UsageError(
                f"{self.name}: column {name!r} cannot be read ({one_line(error)})"
            ) from None
        return values

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for cells in zip(*map(self.column, self.columns), strict=True):
            yield dict(zip(self.columns, cells, strict=True))

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(place, slice):
            return list(self)[place]
        return {name: self.column(name)[place] for name in self.columns}
