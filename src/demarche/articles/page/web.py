"""Saved web pages: their text, for the page reader."""

import re
from typing import Any

from demarche.errors import DataError

_LOOKED_AT = 4096
_HTML = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s*){0,5}"
    r"<(?:!doctype\s+html|(?:html|head|body|title|meta|script|style|article|main|section|header|div"
    r"|table|p)(?=[\s>/]))",
    re.IGNORECASE,
)

_EMBEDDED = re.compile(r"data:[\w.+/;=-]{0,200};base64,[\w+/=%-]*")

LARGEST = 2**23
"""Characters of a web page, without the files embedded in it; beyond, trafilatura's time grows as
the square of the length."""


def is_web_page(text: str) -> bool:
    """Tell HTML from plain text and Markdown, by how it begins."""
    return bool(_HTML.match(text[:_LOOKED_AT]))


def read_web_page(html: str) -> str:
    """Give the text of a saved web page.

    Nothing is fetched. What trafilatura takes for the article is kept; menus, scripts and
    readers' comments are not.

    Parameters
    ----------
    html : str

    Returns
    -------
    str
        The headline, the author and the date where the page names them, then the paragraphs,
        with empty lines between.

    Raises
    ------
    DataError
        If there is no article in it, or it is larger than `LARGEST`.
    """
    bare = _EMBEDDED.sub("", html)
    if len(bare) > LARGEST:
        raise DataError(
            f"this web page holds {len(bare) / 2**20:.0f} MB without its images, "
            f"more than {LARGEST / 2**20:.0f}; save its text instead"
        )
    document = _extracted(bare)
    paragraphs = [line.strip() for line in (document.text or "").split("\n")] if document else []
    paragraphs = [line for line in paragraphs if line]
    if not paragraphs:
        raise DataError("this web page holds no text of an article; save the page with its text")
    head = [
        document.title,
        f"By {document.author}" if document.author else None,
        document.date,
    ]
    title = " ".join((document.title or "").split())
    if title and paragraphs[0] == title:
        del paragraphs[0]
    return "\n\n".join([*(" ".join(line.split()) for line in head if line), *paragraphs])


def _extracted(html: str) -> Any:
    import trafilatura

    try:
        return trafilatura.bare_extraction(
            html,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            # A date that is only guessed at, from a copyright line say, is worse than none.
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    # Its parsers fail on broken pages in many ways.
    except (ValueError, TypeError, AttributeError, RecursionError, LookupError):
        return None
