"""Which Arrow type holds every value of a column, found out batch by batch."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from demarche.tables import Table

EXACT = 2**53
"""Integers up to this one, and down to its negative, are floats without rounding."""
INT64 = range(-(2**63), 2**63)


class Kind:
    """The Python types of the values that were seen, and the range of the integers."""

    def __init__(self) -> None:
        self.types: set[type] = set()
        self.least = self.most = 0

    def see(self, values: Iterable[Any]) -> None:
        """Look at some values of the column."""
        found = {type(value) for value in values}
        self.types |= found - {type(None)}
        if int in found:
            integers = [value for value in values if type(value) is int]
            self.least, self.most = min(self.least, *integers), max(self.most, *integers)

    def arrow(self) -> "pa.DataType":
        """Give the type that holds every value as it is; text where none does."""
        import pyarrow as pa

        # Arrow would take False among floats for 0.0, and give every object every other's keys.
        if self.types == {bool}:
            return pa.bool_()
        if self.types == {int} and self.least in INT64 and self.most in INT64:
            return pa.int64()
        rounded = int in self.types and not -EXACT <= self.least <= self.most <= EXACT
        if float in self.types and self.types <= {int, float} and not rounded:
            return pa.float64()
        return pa.string()


class Columns:
    """The columns of one or several tables, in the order in which they first occur."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.schemas: list[pa.Schema] = []

    def see(self, table: "Table") -> None:
        """Look at some of the rows, or at the schema of a Parquet file."""
        own = [] if table.arrow is None else table.arrow.column_names
        if table.arrow is not None and table.arrow.schema not in self.schemas:
            self.schemas.append(table.arrow.schema)
        for name in table.columns:
            kind = self.kinds.setdefault(name, Kind())
            if name not in own:
                kind.see(table.column(name))

    def schema(self, names: Sequence[str]) -> "pa.Schema":
        """Give each named column the type that all its values have; text where there are several.

        A single Parquet schema is kept whole, with its metadata.
        """
        import pyarrow as pa

        fields = []
        for name in names:
            own = [schema.field(name) for schema in self.schemas if name in schema.names]
            types = {field.type for field in own} - {pa.null()}
            kind = self.kinds.get(name, Kind())
            if kind.types or not own:
                types.add(kind.arrow())
            if len(self.schemas) == 1 and own and types <= {own[0].type}:
                fields.append(own[0])
            else:
                fields.append(pa.field(utf8(name), types.pop() if len(types) == 1 else pa.string()))
        metadata = self.schemas[0].metadata if len(self.schemas) == 1 else None
        return pa.schema(fields, metadata)


def utf8(text: str) -> str:
    r"""Write a lone surrogate, which no Arrow text holds, as ``\udXXX``."""
    return text.encode(errors="backslashreplace").decode()
