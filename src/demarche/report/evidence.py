"""Evidence for people: the strongest words coloured in the text, and listed with their weights."""

from collections.abc import Sequence

from rich.text import Text

from demarche.records import Evidence

SHOWN = 6
"""Words at most; and none that weighs less than a tenth of the strongest."""

# Blue and orange, which colour-blind eyes tell apart; underlined or not, where colours are off.
FOR = "bold underline dodger_blue1"
AGAINST = "bold dark_orange"


def strongest(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Choose the words that weigh most, for or against; the strongest first."""
    ranked = sorted(evidence, key=lambda word: -abs(word.weight))[:SHOWN]
    return [word for word in ranked if abs(word.weight) > abs(ranked[0].weight) / 10]


def with_evidence(text: Text, evidence: Sequence[Evidence]) -> Text:
    """Colour the strongest words in a text, and list them beneath with signed weights.

    Parameters
    ----------
    text : rich.text.Text
        Its characters stand where `evidence` has them.
    evidence : sequence of Evidence
    """
    found = strongest(evidence)
    shown = text.copy()
    for word in found:
        shown.stylize(_style(word), word.start, word.end)
    shown.append("\n")
    if not found:
        return shown.append("no word moves the verdict", "dim italic")
    for heading, side in (
        ("for", [word for word in found if word.weight > 0]),
        ("against", [word for word in found if word.weight < 0]),
    ):
        if side:
            shown.append(f"{heading}: ", "dim")
            for word in side:
                shown.append(word.word, _style(word)).append(f" {word.weight:+.2f}  ", "dim")
    shown.rstrip()
    return shown


def _style(word: Evidence) -> str:
    return FOR if word.weight > 0 else AGAINST
