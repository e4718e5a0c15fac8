"""Lines that say themselves what kind of page text they are: "Photo: …", "Read more", "© 2024"."""

import re
from functools import cache

from demarche.articles.page.dates import is_date_line
from demarche.gazetteer import countries

_WORLD = (
    r"AAP|AFP|ANSA|AP|Alamy|Anadolu|Bloomberg|DPA|EFE|EPA|Getty|IANS|IRNA|Imago|KCNA|Kyodo|Newsis"
    r"|News1|PTI|Reuters|SANA|Shutterstock|Sipa|Sputnik|TASS|UPI|Xinhua|Yonhap"
)
_CREDITED = (
    rf"\b(?:{_WORLD})\b|photos?\b|\bpool\b|\bfile\b|courtesy|provided|handout|archives?\b|graphics?\b"
    r"|screen|caption|출처|사진|뉴스|연합|/|="
)
CREDIT_AT_END = re.compile(
    rf"\s*(?:[(\[](?=[^()\[\]]{{0,60}}(?:{_CREDITED}))[^()\[\]]{{2,80}}[)\]]\.?"
    r"|\[[A-Z][A-Z ,.&’'-]{2,60}\]"
    rf"|(?<=[.?!”\"])\s[\w/&’'-][\w /&’'-]{{0,60}}\b(?:{_WORLD})\b[^.:“”\"]{{0,60}}"
    rf"|(?<=[.?!”\"])\s(?:{_WORLD})(?:[/-][\w /-]{{0,40}})?)$",
    re.IGNORECASE,
)
"""The source of a picture at the end of its caption."""
OF_A_PICTURE = re.compile(
    r"/|\bphotos?\b|\bvia\b|\bfile\b|\bpool\b|\bgetty\b|courtesy|©|handout|provided|\bimages?\b|\]",
    re.IGNORECASE,
)
"""What tells such a source from that of an article."""
_BARE_CREDIT = re.compile(rf"[^.:“”\"]{{0,60}}\b(?:{_WORLD}|Getty Images)\b[^.:“”\"]{{0,40}}$")

# What tells a line's kind whatever follows, so each has to be more than a common first word.
_CERTAIN = {
    "caption": r"""
        (?:file|stock|undated|handout|related)?\s?(?:photo(?:graph)?|picture|image|illustration
            |(?:info)?graphic|drawing|screenshot|cartoon|video|audio|caption|chart|map)s?
            (?:\s(?:caption|gallery|\d+))?\s?:
        |(?:figure|fig\.|table|box|graph|exhibit)(?:\s\d+)?\s?[:.]\s
        |file\sphoto\b|illustrative\s?:|\[\d{1,2}/\d{1,2}\]
        |an?\s(?:still|file|combination|handout)\s(?:image|photo(?:graph)?|picture)
            \s(?:from|of|shows?|taken)\b
        |(?:in|on)\sthe\s(?:photo(?:graph)?|picture|image)s?\s?[,:]
        |(?:in\s)?this\s(?:\w+\s){0,3}(?:photo(?:graph)?|picture|image|screengrab|satellite\simage)\b
            (?=[^.]{0,80}\b(?:shows?|taken|provided|released|made|from|by|on|obtained|distributed)\b)
        |(?:photo(?:graph)?|picture|image|illustration|graphic)s?\s(?:by\s[A-Z]|courtesy|credit
            |from\sthe\s(?:archive|web|internet)|(?:[A-Z-]+\s)?archive).{0,80}$
        """,
    "navigation": r"""
        (?:also\sread|read\s(?:also|more|next|on|too)|see\salso|also\ssee|related(?:\s\w+){0,2}
            |associated\s\w+|more\son(?:\s\w+){0,3}|recommended|also\sin\sthis\s\w+|also\son\s\w+
            |most\s(?:read|viewed|popular|visited|shared)(?:\sin\s\w+)?|suggested\s\w+|inside
            |watch(?:\sthis\svideo|\smore|\svideo)?(?:\s[\d:]+)?|listen|up\snext|don.t\smiss|explainer
            |tags?|topics?|key\s?words?|search\skeywords|companies|filed\sunder|section|contents
            |on\sthe\snet|download|share(?:\sthis(?:\s\w+)?)?|tools|analysis|opinion|timeline)\s?[:»]
        |(?:read|see)\s(?:the\s)?(?:full\s|original\s)(?:text|story|article|statement)
        |(?:sign\sup|subscribe|register)\b.{0,60}\b(?:newsletters?|app|briefing|inbox|updates
            |bulletin|column|channel|mailing\slist|daily|weekly|alerts|here)\b
        |get\s.{0,60}\b(?:inbox|newsletter|daily\sedition|by\se-?mail)\b
        |follow\s(?:us|our|@\w+|\w+)\son\b|follow\s(?:@|our\s(?:coverage|news|elections))
        |share\s(?:this|via|on|with)\b.{0,60}$|(?:click|tap)\s(?:here|the|on)\b|link\scopied|ad\sfeedback|keep\sreading|list\s(?:of\s)?\d+\s(?:of|items)|end\sof\slist|back\sto\stop
        |scroll\s(?:down|to\stop)|continue\sreading
        |advertisement\b.{0,25}$|skip\s(?:to|ad)
        |while\syou.re\shere\b|join\s(?:our|the)\s(?:\w+\s)?(?:community|conversation|channel|newsletter)
        |do\syou\svalue\sour\b|download\sthe\s.{0,30}\bapp\b
        """,
    "credit": r"""
        [^.]{0,40}[©ⓒ]|\(c\)\s(?:copyright|\d{4})
        |copyrights?\b(?!\s(?:law|act|infring|protect|case|rule|dispute|claim))
        |all\srights\sreserved|all\scontent\sis\b|all\smaterials?\s(?:on|of)\sthis\b
        |(?:additional\s|further\s)?reporting\s(?:for\sthis|by\s[A-Z].{0,80}(?:edit|writ|$))
        |(?:edit(?:ed|ing)|translat(?:ed|ion)|produced|compiled|proofread)\s(?:by|for|from)\b.{0,80}$
        |additional\sreporting\b|with\s(?:additional\s)?(?:input|reporting|inputs)\sfrom\b
        |[^.“”\"]{0,90}\bcontributed\s(?:reporting|to\sthe\sreporting
            |to\sthis\s(?:report|story|article|piece))\b[^.“”\"]{0,40}\.?$
        |[^.“”\"]{0,40}\b(?:writer|correspondent|reporter|producer)s?\b[^.“”\"]{0,60}\bcontributed\.?$
        |the\sreporting\sfor\sthis\b
        |any\suse\sof\s(?:this|the)\smaterial
        |(?:un\w+|full|any)\s(?:reproduction|copying|reprint|redistribution).{0,120}$
        |(?:reprint|reproduction|redistribution|republication)\w*\s.{0,60}\b(?:prohibited|only|permitted
            |permission|reference|link)\b
        |(?:while\s)?(?:citing|quoting)\s(?:and\s\w+\s)?(?:any\s)?materials?\b|when\squoting,
        |(?:this|a\sversion\sof\sthis)\s(?:article|story|piece|report)\s(?:was\s)?(?:first\s|originally\s)?
            (?:appeared|published|produced|translated|ran)\b
        |\(?(?:first|originally)\s(?:published|appeared)\b
        |published\sin\sthe\s(?:\w+\s)?(?:edition|newspaper|print)
        |distributed\sat\sthe\srequest\b|for\sinformation\smedia\b|source\s?:|credits?\s?:
        |editor(?:\sin\scharge)?\s?:|image\scredits?\b|views?\s:\s?\d+
        |[\W_]{0,3}(?:end|ends|enditem|more)[\W_]{0,3}$|==\w+$|-\s?0\s?-$
        """,
    "note": r"""
        (?:the\s)?(?:views?|opinions?|assessments?)\s(?:and\s\w+\s)?
            (?:expressed\s(?:here|in|are|by\sthe\sauthor)|are\s(?:personal|those|his|her)|of\sthe\sauthor|here|in\sthis)\b
        |(?:the\s)?(?:opinion|position|view)s?\sof\sthe\s(?:author|editor|writer)s?\b
        |.{0,40}\b(?:views|opinions|comments|articles|contents?|authors?)\b.{0,60}\b(?:do|does|may|might)
            \snot\s(?:necessarily\s)?(?:reflect|represent|coincide)\b.{0,60}
            \b(?:editor|author|publication|(?:news)?paper|magazine|site|institution|organi[sz]ation)
        |.{0,40}\b(?:views|opinions|assessments|statements)\b.{0,30}\bare\s(?:solely\s)?those\sof\b
        |(?:author|editor|ed|translator|publisher)(?:s|.s|s.)?\.?\s(?:note|comment)s?\b
        |from\sthe\seditors?\s?:
        |disclaimer\b|correction\b\s?[:(-]|clarification\s?:
        |about\sthe\s(?:author|writer)s?\b|for\sreference\s?:
        |this\s(?:article|story|post|report|piece|transcript|page|interview)\s(?:was|has\sbeen|is|will\sbe)
            \s(?:\w+\s)?(?:corrected|updated|amended|edited|revised|being|part\sof|developing|condensed
            |funded|adapted)\b
        |an\searlier\sversion\sof\sthis\b|the\smaterial\sis\sbeing\ssupplemented
        |(?:if\syou\s(?:notice|find|see|spot)|found)\s(?:an?\s)?(?:error|mistake|typo)\b
        |.{0,300}\bexclusively\sfor\s(?:the\s)?(?:\w+\s){0,3}(?:online|magazine|journal|site|internet|“)
        |.{0,80}\bis\snot\s(?:responsible|liable)\sfor\sthe\scontents?\b
        |unofficial\stranslation\b|check\sagainst\sdelivery
        """,
    "footer": r"""
        leave\sa\s(?:comment|reply)\b|this\ssite\suses\b|your\s(?:e-?mail|comment)\s?(?:address|:|on|will)
        |(?:post|add|write|send|view)\s(?:a|your|all)?\s?comments?\b.{0,30}$|comments?\s?(?:\(\d|\d|:)
        |[\d,.]+\s(?:comments?|views?|shares?|likes?)\b.{0,40}$
        |(?:readers.\s)?comments?\s(?:are|will\sbe)\s(?:closed|moderated|disabled|not)\b|readers.\scomments\b
        |(?:please\s)?log\sin\sto\b|to\scomment,|have\syour\ssay\b|have\sa\stip\b|sound\soff\b
        |contact\s(?:us|the\s(?:writer|author|editor|reporter|newsroom)s?|editor)\b
        |letters\s(?:to\sthe\seditor|of\sreaders)\b|send\s(?:us|your|news|this|to)\b.{0,50}$
        |our\s(?:standards|editorial\steam)\b|terms\sof\s(?:use|service)\b|(?:privacy|cookie)\spolicy\b
        |(?:please\s)?support\s(?:our|us|independent)\b.{0,60}$|[^.]{0,60}\bavailable\son\srequest
        |continued\son\spage\b|bookmark\swith\b|discuss\s\(|good\sarticle\srecommendation
        """,
}
_CERTAIN_KINDS = tuple(
    (kind, re.compile(rf"[^\w“‘\"']{{0,4}}(?:{pattern})", re.IGNORECASE | re.VERBOSE))
    for kind, pattern in _CERTAIN.items()
)

# What only a line that is no sentence begins with.
_LIKELY_KINDS = (
    ("caption", re.compile(r"(?:photo|picture|figure|map|chart|table|graphic)s?\b", re.IGNORECASE)),
    (
        "navigation",
        re.compile(
            r"(?:related|more|most|also|read|see|share|print|e-?mail|follow|home|archive|latest|tags"
            r"|topics|save|bookmark|search|short\slink|section|photo gallery|story highlights|menu"
            r"|facebook|twitter|\[?print|in the news|you may also like|explore|watch|recommended"
            r"|documents?|download|\d+\smin(?:ute)?s?\sread|news\s(?:id|code)|back to)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "footer",
        re.compile(
            r"(?:comments?|contact|letters|send|page\s\w?\d+|weather|classifieds|editorial,|letters"
            r"|support|our\sstandards|terms|to\ssubscribe)\b",
            re.IGNORECASE,
        ),
    ),
    ("note", re.compile(r"the (?:author|writer|columnist)s? (?:is|was|are|were)\b", re.IGNORECASE)),
    ("credit", _BARE_CREDIT),
)
_TRAIL = re.compile(r"\s[|»›•·]\s|\s>\s(?=[A-Z])|(?<=\w)\|(?=\w)")
_SPACED_OUT = re.compile(r"[^.,;]{1,30}(?: {2,}[^.,;]{1,30}){2,12}")
_BYLINE = re.compile(
    r"(?:[^|]{0,60}\|\s)?(?:by|written by|text by|words by|story by|authors?\s?:"
    r"|reporters?\b\s?:?|writers?\s?:|text\s?:|from our|from a"
    r"|our (?:\w+ ){0,3}(?:correspondent|reporter|editor|staff)"
    r"|staff\b|special (?:to|correspondent)|special to the|trainee reporter|reporting from)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w.’'-]*){1,3}), (?P<rest>[^,]{3,30}(?:, \d{4})?)$"
)
_NAME_AFTER = re.compile(
    r"(?:by|authors?\s?:|reporters?\s?:?|writers?\s?:|text\s?:)\s+"
    r"(?P<name>[^|•·—/(<\n]{2,80})",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"(?:\s+(?:published|updated|posted|last|on|\S+@\S*|\d.*)\b.*"
    r"|\s*[|,;–-]\s*(?:published|updated|\d).*|[\s:,.;–-]+)$",
    re.IGNORECASE,
)
_MOST_BYLINE_WORDS = 16
_LONGEST_ANNOUNCED = 600
"""Characters above which a line is a paragraph, whatever its first words."""


def certain_kind(text: str) -> str | None:
    """Tell the kind of a line that announces it, even if it is a full sentence."""
    if len(text) > _LONGEST_ANNOUNCED:
        return None
    return next((kind for kind, pattern in _CERTAIN_KINDS if pattern.match(text)), None)


def is_aside(text: str) -> bool:
    """Tell whether a whole line stands in brackets: the page speaks, not the article."""
    enclosed = (text[0], text[-1]) in {("(", ")"), ("[", "]"), ("<", ">")}
    return enclosed and text.count(text[0]) == 1


def likely_kind(text: str) -> str | None:
    """Tell the kind of a line that is known to be no sentence of the body."""
    for kind, pattern in _LIKELY_KINDS:
        if pattern.match(text):
            return kind
    if CREDIT_AT_END.search(text[-200:]):
        return "caption"
    return "navigation" if is_trail(text) else None


def is_trail(text: str) -> bool:
    """Tell whether a line is a row of links or the path to the page: "Home » Business"."""
    return bool(_TRAIL.search(text[:300]) or _SPACED_OUT.fullmatch(text[:300]))


def is_byline(text: str) -> bool:
    """Tell whether a line that is no sentence names who wrote the article."""
    if len(text.split(None, _MOST_BYLINE_WORDS)) > _MOST_BYLINE_WORDS:
        return False
    return bool(_BYLINE.match(text)) or _signature(text) is not None


def _signature(text: str) -> str | None:
    """Give the name in "Jane Roe, August 7", where it is no place's in a dateline."""
    signed = _SIGNED.match(text)
    if signed and is_date_line(signed["rest"]) and signed["name"] not in _places():
        return signed["name"]
    return None


@cache
def _places() -> frozenset[str]:
    return frozenset(
        name
        for country in countries()
        for name in (country.name, country.capital, *country.aliases, *country.capital_aliases)
    )


def byline_name(text: str) -> str | None:
    """Give the name in a byline: "Ji Da-gyum" of "By Ji Da-gyum"."""
    if signature := _signature(text):
        return signature
    named = _NAME_AFTER.search(text)
    name = _AFTER_NAME.sub("", named["name"]).strip() if named else ""
    return name or None
