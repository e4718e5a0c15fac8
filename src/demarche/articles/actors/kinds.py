"""Kinds of bodies that many countries have, and what they are called here."""

import re

KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), name)
    for pattern, name in (
        (r"foreign office|mfa", "Ministry of Foreign Affairs"),
        (r"home office", "Home Office"),
        (r"high commission(?= in)", "High Commission"),
        (r"embass(?:y|ies)|ambassadors?", "Embassy"),
        (r"consulate[- ]general|consul[- ]general", "Consulate General"),
        (r"consulate|consul", "Consulate"),
        (
            r"(?:mission|representation|delegation|representative) to the (?:united nations|un)",
            "Mission to the United Nations",
        ),
        # As minutes have it: "The representative of Norway said that ..."
        (
            r"(?:representative|observer) of(?= ¤(?! (?:to|at|in|on)\b))",
            "Permanent Mission to the United Nations",
        ),
        (
            r"presidential|presidency|(?<!vice )(?<!vice-)president",
            "Office of the President",
        ),
        (
            r"prime minister|prime ministerial|premier",
            "Office of the Prime Minister",
        ),
        (r"chancellery", "Chancellery"),
        (r"joint chiefs(?: of staff)?", "Joint Chiefs of Staff"),
        (r"general staff", "General Staff"),
        (r"revolutionary guards?", "Revolutionary Guards"),
        (r"armed forces|forces", "Armed Forces"),
        (r"air force", "Air Force"),
        (r"coast ?guards?", "Coast Guard"),
        (r"border (?:guards?|service|troops)", "Border Guard"),
        (r"supreme court", "Supreme Court"),
        (r"central bank", "Central Bank"),
        (r"chamber of commerce", "Chamber of Commerce"),
        (r"(?:central |national )?elect(?:ion|oral) commission", "Election Commission"),
        (r"police", "Police"),
        (r"military|troops|generals?|army officers?|commanders?", "Military"),
        (r"navy|naval|admirals?", "Navy"),
        (r"army", "Army"),
        (r"intelligence", "Intelligence Service"),
        (r"security (?:services?|forces|officials?|sources?)", "Security Services"),
        (r"customs", "Customs Administration"),
        (r"opposition(?: part(?:y|ies)| lawmakers?| leaders?| bloc)?$", "Opposition"),
        (r"parliaments?|legislature|lawmakers?|legislators?|mps?", "Parliament"),
        (r"senate|senators?", "Senate"),
        (r"diplomats?|diplomatic (?:sources?|officials?)", "Ministry of Foreign Affairs"),
    )
)
"""What a phrase holds, in the order in which to look, and what its body is called."""
