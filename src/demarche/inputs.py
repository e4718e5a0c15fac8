"""Articles on disk or standard input: which files are meant, and their bytes as text.

A file is UTF-8, or UTF-16 if it begins with its mark. Other files are read line by line: what is
not UTF-8 is Windows-1252, so that one pasted line does not spoil the rest; a web page may name
its encoding. Line ends stay as they are, so that offsets index what was decoded.
"""

import codecs
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from demarche.errors import UsageError
from demarche.sources import SIGNATURES, STANDARD_INPUT

ENDINGS = (".txt", ".md", ".html", ".htm")
"""What is read of a folder; a file that is named may end as it likes."""

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BINARY = {**SIGNATURES, b"%PDF": "a PDF; save its text first"}

DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
WHERE_DECLARED = 4096
"""Bytes at the beginning of a web page in which its encoding is named."""
# Python's codec for each encoding that browsers know and old pages of the region are in; the
# Western ones are not there, because a browser too reads them as Windows-1252.
CODECS = {
    b"euc-kr": "cp949",
    b"ks_c_5601-1987": "cp949",
    b"gb2312": "gb18030",
    b"gbk": "gb18030",
    b"gb18030": "gb18030",
    b"big5": "big5",
    b"euc-jp": "euc_jp",
    b"shift_jis": "cp932",
    b"windows-1251": "cp1251",
    b"koi8-r": "koi8_r",
    b"koi8-u": "koi8_u",
}

CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\N{REPLACEMENT CHARACTER}]")
SAMPLE = 100_000
"""Characters that are looked at to tell text from binary data."""
FEW = 10
MOST_CONTROLS = 0.02
"""Single controls occur in real files; with more than these, number and share, it is no text."""


@dataclass(frozen=True, slots=True)
class Input:
    """One article to read.

    Attributes
    ----------
    name : str
        For messages: the path as the user gave it, or "standard input".
    article : str
        What its reading is called.
    path : Path or None
        None for standard input.
    """

    name: str
    article: str
    path: Path | None

    def read(self) -> tuple[str, str | None]:
        """Read and decode the article.

        Returns
        -------
        text : str
        note : str or None
            What the user should know of its encoding.

        Raises
        ------
        UsageError
            If it is missing, empty, a folder, or no text.
        """
        try:
            content = sys.stdin.buffer.read() if self.path is None else self.path.read_bytes()
        except FileNotFoundError:
            raise UsageError("no such file") from None
        except IsADirectoryError:
            raise UsageError(f"this folder holds no {', '.join(ENDINGS)} file") from None
        except OSError as error:
            raise UsageError(f"cannot be read ({error.strerror})") from None
        return decode(content)


def find_inputs(names: Iterable[str]) -> list[Input]:
    """Find the articles that files, folders, patterns and ``-`` name, each once.

    A folder stands for the .txt, .md, .html and .htm files in it, by name; a pattern such as
    ``news/**/*.txt`` for the files that fit it. What is not there is an input all the same: it
    is for its reader to say so.
    """
    paths = list(dict.fromkeys(path for name in names for path in expand(name, ENDINGS)))
    twice = {
        stem for stem, times in Counter(Path(path).stem for path in paths).items() if times > 1
    }
    return [
        Input("standard input", "standard input", None)
        if path == STANDARD_INPUT
        # Articles of one name in several folders are told apart by their paths.
        else Input(path, path if Path(path).stem in twice else Path(path).stem, Path(path))
        for path in paths
    ]


def expand(name: str, endings: tuple[str, ...]) -> Sequence[str]:
    """Give the files that a file's name, a folder, a pattern or ``-`` stands for, by name.

    A folder stands for the files in it with one of the endings; what stands for nothing, for
    itself.
    """
    path = Path(name)
    if name == STANDARD_INPUT or path.is_file():
        return [name]
    if path.is_dir():
        files = (p for p in path.iterdir() if p.name.lower().endswith(endings) and p.is_file())
        within = sorted(files)
        return [str(p) for p in within] or [name]
    # Path.glob takes no absolute pattern.
    found = sorted(found for found in glob(name, recursive=True) if Path(found).is_file())  # noqa: PTH207
    return found or [name]


def decode(content: bytes) -> tuple[str, str | None]:
    """Decode an article's bytes.

    Returns
    -------
    text : str
        Without byte order mark.
    note : str or None
        What was not as expected.

    Raises
    ------
    UsageError
        If there is nothing in it, or it is no text.
    """
    text, note = _decode(content)
    if not text or text.isspace():
        raise UsageError("is empty (no text in it)")
    sample = text[:SAMPLE]
    if "\x00" in text or len(CONTROLS.findall(sample)) > FEW + MOST_CONTROLS * len(sample):
        raise UsageError("is not text, but binary data")
    return text, note


def _decode(content: bytes) -> tuple[str, str | None]:
    found = next((what for mark, what in BINARY.items() if content.startswith(mark)), None)
    if found is not None:
        raise UsageError(f"is not text, but looks like {found}")
    if content.startswith(UTF_16):
        try:
            return content.decode("utf-16"), None
        except UnicodeDecodeError:
            raise UsageError(
                "is not text: it begins as UTF-16 and goes on as something else"
            ) from None
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        if b"\x00" in content:
            raise UsageError("is not text, but binary data") from None
    return _decode_declared(content) or _decode_lines(content)


def _decode_declared(content: bytes) -> tuple[str, str] | None:
    declared = DECLARED.search(content[:WHERE_DECLARED])
    codec = CODECS.get(declared[1].lower()) if declared else None
    if codec is None:
        return None
    try:
        return content.decode(codec), f"read as {codec}, as the page says"
    except UnicodeDecodeError:
        return None


def _decode_lines(content: bytes) -> tuple[str, str]:
    lines = []
    others = 0
    for line in content.removeprefix(codecs.BOM_UTF8).split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("windows-1252", errors="replace"))
            others += 1
    what = "1 line that is" if others == 1 else f"{others} lines that are"
    return "\n".join(lines), f"{what} not UTF-8 read as Windows-1252"
