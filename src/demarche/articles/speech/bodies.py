"""Nouns of what speaks: bodies, the texts they issue, and things that do not speak."""

from demarche.articles.speech.grammar import words

BODIES = words(
    """
    ministry ministries government governments administration cabinet embassy embassies mission
    consulate parliament senate duma congress assembly house council committee commission
    commissions party parties bloc coalition alliance union agency agencies army navy military
    forces force command staff guard guards police service services office department bureau
    secretariat presidency kremlin authority authorities court tribunal prosecutors prosecution
    bank federation association organization organisation institute centre center university
    company airline group newspaper daily paper broadcaster channel station television radio news
    press media outlet magazine website side sides delegation delegations capital capitals
    leadership
    regime state states country countries nation nations body chair chairmanship board faction
    caucus opposition movement militia rebels troops junta palace residence observatory watchdog
    regulator operator ngo think-tank foundation summit conference meeting forum gathering leaders
    officials ministers diplomats lawmakers deputies members experts analysts scholars observers
    residents witnesses traders critics supporters opponents rulers republic kingdom bulletin
    neighbours neighbors panel jury
    """
)
DOCUMENTS = words(
    """
    statement statements communique communiqué declaration report record commentary editorial
    article note notes letter message resolution text document documents release reply answer
    bulletin post tweet broadcast programme program readout motion petition dispatch despatch
    paragraph account version commentaries announcement speech remarks interview memo memorandum
    paper view opinion comment protest demarche démarche notice order decree address
    minutes study survey
    """
)
THINGS = words(
    """
    figures data records reports files results images photographs pictures footage agreement
    agreements treaty treaties
    talks visit law laws clock map maps ship vessel aircraft plane missile missiles protocol
    exercise exercises war incident row dispute dates date price prices rate rates ties relations
    census statistics evidence move moves decision deal accord vote poll polls numbers sanctions
    line border boundary road bridge river island tone
    """
)
OUTLETS = words(
    """
    agency newspaper newspapers daily broadcaster television tv radio media magazine outlet press
    tass yonhap reuters ap afp xinhua interfax kcna kyodo bloomberg cnn bbc anadolu irna tasnim
    novosti sputnik nhk dpa efe ansa aljazeera newsis ukrinform belta pti upi times post
    telegraph guardian herald
    """
)
"""What relays the words of others."""
