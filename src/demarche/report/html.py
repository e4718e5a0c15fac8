"""Pages for the browser that stand alone: no script, no font, nothing from elsewhere."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from demarche.errors import DemarcheError
from demarche.files import replacing
from demarche.stance import STANCES

SYMBOLS = dict(zip(STANCES, "▲●◆○", strict=True))
"""A shape for each stance, for those who see no colours."""

UNSAFE_FOR_PAGES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML forbids, and surrogates, which UTF-8 cannot hold."""


def write_html(template: str, path: Path, **content: Any) -> None:
    """Fill one of the templates and write it as an HTML file, whole or not at all.

    Everything put in is escaped, except what is `markupsafe.Markup`.

    Raises
    ------
    DemarcheError
        If writing fails; an earlier file of that name is as it was.
    """
    environment = Environment(
        loader=PackageLoader("demarche.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    page = environment.get_template(template).generate(**content)
    try:
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
            stream.writelines(page)
    except OSError as error:
        raise DemarcheError(f"{path}: cannot be written ({error.strerror})") from error


def _printable(value: object) -> object:
    """Clean what a template puts out; what is markup by now has been cleaned before."""
    if type(value) is str:
        return UNSAFE_FOR_PAGES.sub("\N{REPLACEMENT CHARACTER}", value)
    return "" if value is None else value
