"""Dates as news pages write them, in many forms and orders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
"""Pattern of an English month, in full or shortened; to be matched without case."""
_CLOCK = (
    r"(?:\d{1,2}[:.]\d{1,2}(?::\d{2})?\s?(?:[ap]\.?m\b\.?)?|\d{1,2}\s?[ap]\.?m\b\.?"
    r"|\b\d{4}(?=\s?(?:GMT|UTC|UK|KST|JST|EST|EDT|ET)\b))"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<month>{MONTH}),?\s{{0,3}}{_DAY}(?:\s?[–-]\s?\d{{1,2}})?(?:,\s?|\s{{1,3}}){_YEAR}",
        rf"\b{_DAY}(?:\sof)?[\s-](?P<month>{MONTH}),?[\s-]{_YEAR}",
        rf"\b{_YEAR}\s?[-./年년]\s?(?P<month>\d{{1,2}})\s?[-./月월]\s?(?P<day>\d{{1,2}})(?!\d)",
        # As telegraphed: day and hour, zone, month, year.
        rf"\b(?P<day>\d\d)\d{{4}}\s(?:GMT|UTC|Z)?\s?(?P<month>{MONTH})\s(?P<year>\d{{2,4}})\b",
    )
)
_NUMBERS = re.compile(
    r"(?<![\d./-])(?P<first>\d{1,2})(?P<sign>[./-])(?P<second>\d{1,2})(?P=sign)(?P<year>\d{4})"
    r"(?!\d)(?P<clock>(?:\s?[-,|]?\s?)(?P<hour>\d{1,2})[:.]\d\d\s?(?P<half>[ap]\.?m)?)?",
    re.IGNORECASE,
)
_PARTIAL = re.compile(rf"\b(?:{MONTH}\s?\d{{1,2}}|\d{{1,2}}\s{MONTH})\b", re.IGNORECASE)
# A line that holds a date or a time and beside it only such words is about time.
_WORDS_OF_TIME = re.compile(
    r"\b(?:published|publication|posted|updated?|last|modified|revised|issued|released?|on|at|input"
    r"|registered|first|originally|created|time|date|hours?|minutes?|min|ago|read|page|edition"
    r"|week|of|no|from|today|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|kst|gmt|utc|uk|kst|jst|est|edt|et|pst|cet|msk|[ap]\.?m)\b",
    re.IGNORECASE,
)
DATELINE = re.compile(
    r"[A-Z][\w.'’/ -]{1,40}(?:,\s[A-Z][\w.'’/ -]{1,30}){0,2}[.,]?\s"
    rf"(?P<date>(?:{MONTH}\s\d{{1,2}}|\d{{1,2}}\s{MONTH})(?:,?\s\d{{4}})?)[.,]?\s?"
    r"(?:/[^/\n]{2,40}/\.?|\([^()\n]{2,40}\)\.?|[A-Z][\w.-]{1,20}(?:\s[A-Z][\w.-]{1,20}){0,2}\s?"
    r"(?=--|[—–-]))\s?(?:--|[—–-])?\s?"
)
"""Place, date and agency before a first sentence: "SEOUL, Oct. 15 (Yonhap) -- "."""
_LATER = re.compile(r"(?:updat|revis|modif|correct|edited)[^|/]{0,25}$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_LONGEST_LINE = 300
_TWO_DIGIT_YEARS_FROM = 1950


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: ``2024-10-15`` and where it stands."""

    iso: str
    start: int
    end: int


def find_dates(text: str) -> list[Found]:
    """Find the full dates in a line, in the order of their place.

    Of ``03/06/2021``, day and month are told apart by size; failing that the month comes first
    unless a 24-hour clock follows, and before dots and hyphens the day always does.
    """
    line = text[:_LONGEST_LINE]
    if not _DIGIT.search(line):
        return []
    return sorted((*_written(line), *_numeric(line)), key=lambda found: found.start)


def _written(line: str) -> Iterator[Found]:
    for pattern in _WRITTEN:
        for match in pattern.finditer(line):
            month = match["month"]
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
            year = int(match["year"])
            if year < 100:
                year += 1900 if year >= _TWO_DIGIT_YEARS_FROM % 100 else 2000
            if iso := _iso(year, number, int(match["day"])):
                yield Found(iso, match.start(), match.end())


def _numeric(line: str) -> Iterator[Found]:
    for match in _NUMBERS.finditer(line):
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        clock_of_24 = match["clock"] and not match["half"]
        day_first = match["sign"] != "/" or second > 12 or (first <= 12 and clock_of_24)
        if first > 12:
            day_first = True
        elif second > 12:
            day_first = False
        day, month = (first, second) if day_first else (second, first)
        if iso := _iso(year, month, day):
            yield Found(
                iso, match.start(), match.start() + len(match[0].removesuffix(match["clock"] or ""))
            )


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1700 <= year <= 2100 else None
    except ValueError:
        return None


def is_date_line(text: str) -> bool:
    """Tell whether a line gives a date or a time of day and nothing else."""
    if len(text) > _LONGEST_LINE or not _DIGIT.search(text):
        return False
    rest = text
    for found in reversed(find_dates(text)):
        rest = rest[: found.start] + " " + rest[found.end :]
    rest = re.sub(_CLOCK, " ", _PARTIAL.sub(" ", rest), flags=re.IGNORECASE)
    if rest == text:
        return False
    rest = _WORDS_OF_TIME.sub(" ", rest)
    return sum(map(str.isalpha, rest)) <= 3


def names_a_day(text: str) -> bool:
    """Tell whether a line names a day, with or without its year."""
    line = text[:_LONGEST_LINE]
    return bool(_PARTIAL.search(line) or find_dates(line))


def is_dateline(text: str) -> bool:
    """Tell whether a line is a dateline standing alone: "Rabat, June 8 (Agency) --"."""
    if len(text) > 90 or not names_a_day(text):
        return False
    rest = re.sub(r"\([^()]*\)|/[^/]*/", " ", _PARTIAL.sub(" ", text))
    return all(
        word[0].isupper() or word in {"of", "at", "the"} for word in re.findall(r"[^\W\d_]+", rest)
    )


def publication_date(lines: list[str]) -> str | None:
    """Give the day of publication from the lines that may hold it, the likeliest first.

    Days of updates and corrections are taken only where there is no other.
    """
    later = None
    for line in lines:
        for found in find_dates(line):
            if not _LATER.search(line[: found.start]):
                return found.iso
            later = later or found.iso
    return later
