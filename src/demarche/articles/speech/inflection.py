"""Inflected forms of English verbs, and what kind of form a word is."""

from collections.abc import Iterable, Mapping

BASE, THIRD, PAST, ING = "base", "third", "past", "ing"
"""Forms: "deny", "denies", "denied" (also the participle), "denying"."""

_IRREGULAR = {
    "say": "said",
    "tell": "told",
    "speak": "spoke spoken",
    "write": "wrote written",
    "swear": "swore sworn",
    "think": "thought",
    "feel": "felt",
    "hold": "held",
    "see": "saw seen",
    "know": "knew known",
    "find": "found",
    "mean": "meant",
    "read": "read",
    "put": "put",
    "take": "took taken",
    "give": "gave given",
    "make": "made",
    "let": "let",
    "go": "went gone",
    "come": "came come",
    "hit": "hit",
    "shoot": "shot",
    "fire": "fired",
    "lay": "laid",
    "pay": "paid",
    "beseech": "besought beseeched",
    "rebut": "rebutted",
    "admit": "admitted",
    "plead": "pleaded pled",
    "quip": "quipped",
    "regret": "regretted",
    "set": "set",
    "throw": "threw thrown",
    "draw": "drew drawn",
    "bring": "brought",
    "blog": "blogged",
    "refer": "referred",
    "slam": "slammed",
    "stand": "stood",
    "foresee": "foresaw foreseen",
    "understand": "understood",
    "forecast": "forecast forecasted",
    "retweet": "retweeted",
    "undertake": "undertook undertaken",
    "leave": "left",
    "commit": "committed",
    "rebuff": "rebuffed",
    "dub": "dubbed",
    "warn": "warned",
    "seek": "sought",
    "overturn": "overturned",
    "decry": "decried",
    "begin": "began begun",
    "strike": "struck",
    "sum": "summed",
    "have": "had",
    "be": "was were been",
    "cite": "cited",
    "bet": "bet",
    "wager": "wagered",
    "proffer": "proffered",
    "prefer": "preferred",
    "defer": "deferred",
    "concur": "concurred",
    "rap": "rapped",
}
_VOWELS = "aeiou"


def inflect(verbs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Map every inflected form of `verbs` to its verb and its kind of form."""
    forms: dict[str, tuple[str, str]] = {}
    for verb in verbs:
        for form, kind in _forms(verb).items():
            forms.setdefault(form, (verb, kind))
    return forms


def _forms(verb: str) -> Mapping[str, str]:
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    consonant_y = verb.endswith("y") and verb[-2] not in _VOWELS
    past = f"{verb[:-1]}ied" if consonant_y else f"{verb}d" if verb[-1] == "e" else f"{verb}ed"
    if consonant_y:
        third = f"{verb[:-1]}ies"
    elif verb.endswith(("s", "sh", "ch", "x", "z", "go")):
        third = f"{verb}es"
    else:
        third = f"{verb}s"
    pasts = _IRREGULAR.get(verb, past).split()
    doubled = pasts[0] == f"{verb}{verb[-1]}ed" or verb in _DOUBLING
    ings = [f"{verb}{verb[-1]}ing" if doubled else f"{stem}ing"]
    if verb.endswith("l") and verb[-2] in _VOWELS and verb[-3] not in _VOWELS:
        # "signalled" is British, "signaled" American.
        pasts, ings = [*pasts, f"{verb}led"], [*ings, f"{verb}ling"]
    return {verb: BASE, third: THIRD} | dict.fromkeys(ings, ING) | dict.fromkeys(pasts, PAST)


_DOUBLING = frozenset({"put", "let", "set", "hit"})
