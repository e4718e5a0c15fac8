"""Writing systems: lines of a page in another script than the article."""

import re
from collections import Counter
from collections.abc import Sequence

_SCRIPTS = {
    "Latin": re.compile("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+"),
    "Cyrillic": re.compile("[Ѐ-ԯ]+"),
    "Greek": re.compile("[Ͱ-Ͽἀ-῿]+"),
    "Hebrew": re.compile("[֐-׿]+"),
    "Arabic": re.compile("[؀-ۿݐ-ݿࢠ-ࣿﭐ-﷿ﹰ-﻿]+"),
    "Devanagari": re.compile("[ऀ-ॿ]+"),
    "Thai": re.compile("[฀-๿]+"),
    "Hangul": re.compile("[가-힣ᄀ-ᇿ㄰-㆏]+"),
    "Han": re.compile("[぀-ヿ㐀-䶿一-鿿]+"),
}


def letters(text: str) -> dict[str, int]:
    """Count the letters of each script in a text, of those that occur."""
    if text.isascii():
        return {"Latin": sum(map(str.isalpha, text))}
    counts = {script: sum(map(len, found.findall(text))) for script, found in _SCRIPTS.items()}
    return {script: count for script, count in counts.items() if count}


def in_other_script(texts: Sequence[str]) -> list[bool]:
    """Tell which texts are mostly in another script than all of them together."""
    counts = [letters(text) for text in texts]
    totals: Counter[str] = Counter()
    for count in counts:
        totals.update(count)
    main = max(totals, key=lambda script: totals[script], default="Latin")
    return [2 * count.get(main, 0) < sum(count.values()) for count in counts]
