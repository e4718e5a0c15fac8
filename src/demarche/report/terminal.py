"""Readings on the terminal: a table for each article, readable at 80 columns."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demarche.classify import COLOURS, UNSAFE_FOR_TERMINALS
from demarche.rows import ReadArticle, Show
from demarche.tables import Record

# Characters of the columns that say who speaks to whom, and how.
WHO = 24
HOW = len("conciliatory 0.99")


def print_articles(articles: Iterable[ReadArticle], show: Show, console: Console) -> None:
    """Print what was read.

    Parameters
    ----------
    articles : iterable of ReadArticle
    show : {"statements", "body", "all"}
    console : rich.console.Console
    """
    for article in articles:
        title = " · ".join(filter(None, (article.reading.article, article.date, article.title)))
        table = Table(
            title=_text(title, "bold"),
            title_justify="left",
            box=SIMPLE_HEAD,
            pad_edge=False,
            padding=(0, 1, 1, 0),
            expand=True,
        )
        table.add_column("sentence", overflow="fold", ratio=1)
        table.add_column("speaker → target", overflow="fold", width=WHO)
        judged = article.predictions is not None
        table.add_column("stance, mode" if judged else "mode", overflow="fold", max_width=HOW)
        for row in article.rows(show):
            table.add_row(_text(row["text"], _style(row)), _who(row), _how(row))
        console.print(table)


def _text(text: str, style: str = "") -> Text:
    """Make a text of one line, so that neither markup nor controls in it are obeyed."""
    harmless = UNSAFE_FOR_TERMINALS.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return Text(harmless, style)


def _style(row: Record) -> str:
    return "" if row["mode"] not in (None, "narration") else "dim"


def _who(row: Record) -> Text:
    if row["mode"] in (None, "narration"):
        return Text("")
    party = row["role"] if row["side"] in (None, "none") else f"{row['side']}, {row['role']}"
    lines = [_text(row["speaker"] or "unknown", "bold"), _text(party or "", "dim")]
    if row["target"] not in (None, "none"):
        lines.append(_text(f"→ {row['target']}"))
    return Text("\n").join(lines)


def _how(row: Record) -> Text:
    if row["mode"] is None:
        return _text(row.get("kind") or "", "dim italic")
    mode = _text(row["mode"], "dim")
    stance = row.get("stance")
    if stance is None or row["mode"] == "narration":
        return mode
    verdict = Text(f"{stance} {row[stance]:.2f}", COLOURS[stance])
    return Text("\n").join([verdict, mode])
