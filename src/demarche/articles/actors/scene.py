"""What the resolution of a source may look at: the article and what is known of it so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.articles.actors.history import History
from demarche.articles.actors.mentions import Scan
from demarche.articles.actors.setting import Setting
from demarche.articles.actors.speakers import Speakers
from demarche.articles.parts import Unit


@dataclass(frozen=True, slots=True)
class Scene:
    """An article with its sentences, names, countries and the voices heard so far."""

    text: str
    units: Sequence[Unit]
    scan: Scan
    setting: Setting
    speakers: Speakers
    history: History
