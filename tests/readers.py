"""Whole files read back, as tests look at them."""

from pathlib import Path

from demarche.sources import Source, refuse
from demarche.tables import Table


def read_table(path: str | Path) -> Table:
    """All rows of a file that is one batch, or of text in several; refuses a bad row."""
    batches = list(Source(str(path)).batches(10**9))
    for batch in batches:
        refuse(batch.rejects)
    tables = [batch.table for batch in batches]
    if len(tables) == 1:
        return tables[0]
    columns = list(dict.fromkeys(name for table in tables for name in table.columns))
    return Table(str(path), [record for table in tables for record in table.records], columns)
