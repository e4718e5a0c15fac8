"""Who speaks: sources resolved to canonical speakers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.articles.actors.actors import resolve
from demarche.articles.actors.speakers import Speaker, Speakers, known_speakers
from demarche.articles.parts import Attribution, Unit, Voice
from demarche.corpus.pages import real_pages
from demarche.evaluation.reading import same_party, same_speaker


def listen(*sentences, speakers=None, before=""):
    """Give the voices of sentences, each a text or a pair of a text and its source."""
    text, units, attributions = before, [], []
    for sentence in sentences:
        said, source = sentence if isinstance(sentence, tuple) else (sentence, None)
        start = len(text)
        text += said + " "
        units.append(Unit(start, start + len(said), said, 1))
        if source is None:
            attributions.append(Attribution("narration"))
            continue
        at = start + said.index(source)
        attributions.append(Attribution("indirect", "said", (at, at + len(source))))
    return resolve(text, units, attributions, speakers)


def last(*sentences, **options):
    return listen(*sentences, **options)[-1]


BERG = ("Swedish Foreign Minister Anna Berg said the talks were over.", "Anna Berg")
CAMARA = ("Guinean President Ibrahima Camara said the door was open.", "Ibrahima Camara")


def test_a_title_tells_the_side():
    assert last(BERG) == Voice("Anna Berg", "Sweden", "official")


@pytest.mark.parametrize(
    ("sentence", "source", "side"),
    [
        ("Anna Berg, the prime minister of Norway, said so.", "Anna Berg", "Norway"),
        ("The head of the Norwegian navy, Anna Berg, said so.", "Anna Berg", "Norway"),
        ("The chief of the Norwegian navy, Admiral Anna Berg, said so.", "Anna Berg", "Norway"),
        ("Norway's ambassador to Chad, Anna Berg, said so.", "Anna Berg", "Norway"),
        ("Anna Berg, Norwegian ambassador to the United Nations, said so.", "Anna Berg", "Norway"),
        ("Anna Berg (Norway) said so.", "Anna Berg", "Norway"),
        ("In Chad, Norwegian Defence Minister Anna Berg said so.", "Anna Berg", "Norway"),
        ("IAEA spokeswoman Anna Berg said so in Chad.", "Anna Berg", "IAEA"),
        ("Anna Berg, a spokeswoman for the African Union, said so.", "Anna Berg", "African Union"),
        ("UN envoy for Chad Anna Berg said so.", "Anna Berg", "United Nations"),
    ],
)
def test_the_side_is_the_one_spoken_for_not_the_place_or_the_counterpart(sentence, source, side):
    voice = last((sentence, source))
    assert voice.speaker == "Anna Berg"
    assert same_party(voice.side, side)
    assert voice.role == "official"


@pytest.mark.parametrize(
    "sentence",
    [
        "Anna Berg, a professor of law at the University of Oslo, said so.",
        "Analyst Anna Berg said so.",
        "Anna Berg of the Meridian Institute said so.",
        "Anna Berg, of the Meridian Institute in Norway, said so.",
        "Anna Berg, vice president of the Korea Institute for Border Studies, said so.",
        "Anna Berg, who teaches history in Oslo, said so.",
        "Anna Berg, a former Norwegian ambassador, said so.",
    ],
)
def test_analysts_speak_for_no_party(sentence):
    assert last((sentence, "Anna Berg")) == Voice("Anna Berg", "none", "analyst")


def test_surname_title_and_pronoun_mean_the_person_introduced():
    voices = listen(
        BERG,
        CAMARA,
        ("Berg said more.", "Berg"),
        ("She said even more.", "She"),
        ("The president said nothing new.", "The president"),
        ("He was sorry, he said.", "he"),
        ("The Swedish minister was not.", "The Swedish minister"),
    )
    berg, camara = voices[0], voices[1]
    assert voices[2:] == [berg, berg, camara, camara, berg]


def test_a_deputy_is_not_the_minister():
    deputy = ("Swedish Deputy Foreign Minister Eva Dahl agreed.", "Eva Dahl")
    assert last(BERG, deputy, ("The deputy minister left.", "The deputy minister")).speaker == (
        "Eva Dahl"
    )
    assert last(BERG, deputy, ("The minister left.", "The minister")).speaker == "Anna Berg"


def test_he_may_mean_a_woman_where_no_man_is_near():
    spoke = ("Swedish spokeswoman Anna Berg said so.", "Anna Berg")
    assert last(spoke, ("He also added a word.", "He")).speaker == "Anna Berg"


def test_spellings_of_one_person_are_joined():
    first = ("Russian envoy Mariya Volkonskaya said so.", "Mariya Volkonskaya")
    assert last(first, ("Maria Volkonskaya said more.", "Maria Volkonskaya")) == last(first)


def test_similar_names_of_two_persons_stay_apart():
    voices = listen(
        ("Chairman Kim Do-yun spoke.", "Kim Do-yun"),
        ("Vice Minister Kim Ha-rin spoke.", "Kim Ha-rin"),
        ("Chairman Kim spoke again.", "Kim"),
    )
    assert [voice.speaker for voice in voices] == ["Kim Do-yun", "Kim Ha-rin", "Kim Do-yun"]


def test_east_asian_surnames_come_first():
    spoke = ("South Korean Foreign Minister Seo Min-jun said so.", "Seo Min-jun")
    assert last(spoke, ("Seo said more.", "Seo")) == last(spoke)


def test_a_well_known_name_needs_no_introduction():
    assert last(("Putin said so.", "Putin")) == Voice("Vladimir Putin", "Russia", "official")
    assert last(("Kim Jong Un said so.", "Kim Jong Un")).speaker == "Kim Jong-un"


def test_a_namesake_is_not_the_well_known_person():
    voice = last(("Chadian Health Minister Angela Merkel said so.", "Angela Merkel"))
    assert voice == Voice("Angela Merkel", "Chad", "official")


def test_the_owner_of_a_spokesman_does_not_speak():
    voices = listen(
        CAMARA,
        ("Camara's spokesman, Sekou Diallo, said so.", "Camara's spokesman, Sekou Diallo"),
        ("A spokesman for President Camara said so.", "A spokesman for President Camara"),
    )
    assert voices[1] == Voice("Sekou Diallo", "Guinea", "official")
    assert voices[2].speaker != "Ibrahima Camara"
    assert voices[2].side == "Guinea"


@pytest.mark.parametrize(
    ("source", "speaker", "side", "role"),
    [
        ("Oslo", "Government of Norway", "Norway", "official"),
        ("Norway", "Government of Norway", "Norway", "official"),
        ("the Netherlands", "Government of the Netherlands", "Netherlands", "official"),
        ("Norwegian officials", "Government of Norway", "Norway", "official"),
        (
            "A US military official",
            "Military of the United States",
            "United States",
            "official",
        ),
        ("Norwegian defence officials", "Ministry of Defence of Norway", "Norway", "official"),
        (
            "the Foreign Ministry in Oslo",
            "Ministry of Foreign Affairs of Norway",
            "Norway",
            "official",
        ),
        (
            "Norway's Ministry of Natural Resources",
            "Ministry of Natural Resources of Norway",
            "Norway",
            "official",
        ),
        ("the Russian embassy in Seoul", "Embassy of Russia in Seoul", "Russia", "official"),
        (
            "the South Korean presidential office",
            "Office of the President of South Korea",
            "South Korea",
            "official",
        ),
        (
            "the official Norwegian news agency",
            "State News Agency of Norway",
            "Norway",
            "state_media",
        ),
        ("state television in Oslo", "State Television of Norway", "Norway", "state_media"),
        ("KCNA", "Korean Central News Agency", "North Korea", "state_media"),
        ("a UN spokesman", "United Nations", "United Nations", "official"),
        ("Amnesty International", "Amnesty International", "none", "analyst"),
        ("the Meridian Institute", "Meridian Institute", "none", "analyst"),
        (
            "the Joint River Commission",
            "Joint River Commission",
            "Joint River Commission",
            "official",
        ),
        ("a spokesman for the Kremlin", "Kremlin", "Russia", "official"),
    ],
)
def test_bodies_have_one_name(source, speaker, side, role):
    voice = last("Norway, Russia and South Korea met.", (f"It was so, {source} said.", source))
    assert (voice.speaker, voice.role) == (speaker, role)
    assert same_party(voice.side, side)


def test_a_bare_noun_means_the_body_named_last():
    greek = ("The Greek Defence Ministry said so.", "The Greek Defence Ministry")
    chad = ("The Health Ministry of Chad said so.", "The Health Ministry of Chad")
    assert last(greek, chad, ("The ministry said more.", "The ministry")).side == "Chad"
    again = last(greek, chad, ("The Greek ministry said more.", "The Greek ministry"))
    assert again == Voice("Ministry of Defence of Greece", "Greece", "official")
    council = "Anna Berg of Norway leads the Joint River Commission."
    named = last(council, ("The commission said so.", "The commission"))
    assert named.speaker == "Joint River Commission"
    alliance = last("NATO met in Oslo.", ("The alliance said so.", "The alliance"))
    assert alliance == Voice("NATO", "NATO", "official")


def test_an_unnamed_official_keeps_his_body():
    voices = listen(
        BERG,
        ("A Chadian army officer said so.", "A Chadian army officer"),
        ("The officer said more.", "The officer"),
        ("The same official said more.", "The same official"),
    )
    assert voices[1].side == "Chad"
    assert voices[2] == voices[3] == voices[1]


def test_it_means_the_body_or_country_of_the_sentence():
    assert last(BERG, ("Chad said that it would not go.", "it")) == Voice(
        "Government of Chad", "Chad", "official"
    )
    ministry = ("The Health Ministry of Chad said so.", "The Health Ministry of Chad")
    assert last(ministry, ("It said more.", "It")) == last(ministry)


def test_a_document_is_its_issuers():
    ministry = ("The Health Ministry of Chad spoke.", "The Health Ministry of Chad")
    assert last(ministry, ("The statement said more.", "The statement")) == last(ministry)
    report = "a report by the Meridian Institute"
    assert last((f"It was so, {report} said.", report)).speaker == "Meridian Institute"


def test_the_secretary_general_is_no_general():
    voices = listen(
        ("NATO Secretary General Anna Berg said so.", "Anna Berg"),
        ("Norwegian General Ole Dahl said so.", "Ole Dahl"),
        ("The general said more.", "The general"),
    )
    assert [voice.speaker for voice in voices] == ["Anna Berg", "Ole Dahl", "Ole Dahl"]


def test_a_title_without_country_is_of_the_one_spoken_of():
    voice = last(
        "Chad rejects the note.",
        ("In Oslo, Foreign Minister Anna Berg said she was sorry.", "Anna Berg"),
    )
    assert voice.side == "Norway"


def test_captions_and_labels_introduce_persons():
    caption = "Photo: Norwegian Foreign Minister Anna Berg on Monday.\n"
    assert last(("Berg said so.", "Berg"), before=caption) == Voice(
        "Anna Berg", "Norway", "official"
    )


def test_narration_is_the_authors_and_a_speaker_carries_over():
    text = "Anna Berg said so. And more. Then it rained."
    units = [Unit(0, 18, text[:18], 1), Unit(19, 28, text[19:28], 1), Unit(29, 44, text[29:], 1)]
    voices = resolve(
        text,
        units,
        [
            Attribution("indirect", "said", (0, 9)),
            Attribution("direct", carried=0),
            Attribution("narration"),
        ],
    )
    assert voices[0].speaker == voices[1].speaker == "Anna Berg"
    assert voices[2] == Voice("author", "none", "author")


def test_a_speaker_carries_backwards():
    text = "“No. Never,” Anna Berg said."
    units = [Unit(0, 4, text[:4], 1), Unit(5, 28, text[5:], 1)]
    attributions = [
        Attribution("direct", carried=1),
        Attribution("direct", "said", (text.index("Anna"), text.index(" said"))),
    ]
    assert [voice.speaker for voice in resolve(text, units, attributions)] == ["Anna Berg"] * 2


def test_the_users_rows_win():
    rows = [
        *known_speakers(),
        Speaker("Vladimir Putin", ("Putin",), "Chad", "analyst", "person"),
        Speaker("River Board", ("the Board",), "River Board", "official", "organisation"),
    ]
    table = Speakers(rows)
    assert last(("Putin said so.", "Putin"), speakers=table) == Voice(
        "Vladimir Putin", "Chad", "analyst"
    )
    assert last(("The Board said so.", "The Board"), speakers=table).speaker == "River Board"


def test_speakers_of_the_real_articles_are_found_where_they_are_named():
    """With a person's name as source, wherever a statement holds it once."""
    right, all_of_them = 0, 0
    for page in real_pages():
        units, attributions, wanted = [], [], []
        for label in page.sentences:
            said = page.text[label.start : label.end]
            units.append(Unit(label.start, label.end, said, len(units)))
            names = label.speaker.split()
            name = next((n for n in names if said.count(n) == 1 and len(n) > 3), None)
            body = not {"of", "and", "News", "author"}.isdisjoint(names)
            if label.mode == "narration" or body or name is None:
                attributions.append(Attribution("narration"))
                wanted.append(None)
                continue
            at = label.start + said.index(name)
            attributions.append(Attribution(label.mode, "said", (at, at + len(name))))
            wanted.append(label)
        for label, voice in zip(wanted, resolve(page.text, units, attributions), strict=True):
            if label is not None:
                all_of_them += 1
                right += (
                    same_speaker(label.speaker, voice.speaker)
                    and same_party(label.side, voice.side)
                    and label.role == voice.role
                )
    assert all_of_them > 30
    assert right / all_of_them >= 0.95


MARKS = ["“", "”", ",", ".", ";", "(", ")", "-", "’", "3", "大統領", "﷽"]
WORDS = st.sampled_from(
    MARKS
    + """the a of in said President minister Kim Berg Anna Chad de Norwegian's UN U.N. al-Berg J.D.
    spokesman Ministry Foreign Affairs agency who heads its he it Hamas""".split()
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_any_text_and_any_source_give_one_voice_a_sentence_twice_the_same(sentences, data):
    text, units, attributions = "", [], []
    for number, words in enumerate(sentences):
        said = " ".join(words)
        start, end = len(text), len(text) + len(said)
        text += said + "\n"
        units.append(Unit(start, end, said, number))
        first = data.draw(st.integers(start, end))
        attributions.append(
            data.draw(
                st.sampled_from(
                    [
                        Attribution("narration"),
                        Attribution("direct", carried=data.draw(st.integers(0, number))),
                        Attribution("mixed", "said", (first, data.draw(st.integers(first, end)))),
                        Attribution("indirect", "said", None),
                    ]
                )
            )
        )
    voices = resolve(text, units, attributions)
    assert len(voices) == len(units)
    assert all(voice.speaker and voice.side and voice.role for voice in voices)
    assert resolve(text, units, attributions) == voices


@pytest.mark.parametrize(
    ("sentence", "source", "side"),
    [
        ("In Chad, Foreign Minister Anna Berg of Norway said so.", "Anna Berg", "Norway"),
        ("At the United Nations, Norwegian ambassador Anna Berg spoke.", "Anna Berg", "Norway"),
        (
            "Anna Berg, director of the Norwegian National Cyber Centre, said so.",
            "Anna Berg",
            "Norway",
        ),
        (
            "Arcadia Aerospace Chairman Anna Berg of Norway said so.",
            "Arcadia Aerospace Chairman Anna Berg",
            "Norway",
        ),
        (
            "The chair of the Norwegian Commission on Geodesy, Anna Berg, said so.",
            "The chair of the Norwegian Commission on Geodesy, Anna Berg",
            "Norway",
        ),
    ],
)
def test_a_country_or_a_body_beside_the_name_is_the_persons(sentence, source, side):
    voice = last("Chad and Norway met.", (sentence, source))
    assert (voice.speaker, voice.side) == ("Anna Berg", side)


def test_its_spokesman_is_of_the_body_spoken_of():
    spokesman = ("Its spokesman, Ole Dahl, said so.", "Its spokesman, Ole Dahl")
    assert last("Chad met.", "The World Bank gave a loan.", spokesman).side == "World Bank"


def test_a_foreign_office_is_the_one_of_a_country_spoken_of():
    office = ("The Foreign Office said so.", "The Foreign Office")
    assert last("Chad met.", office).speaker == "Ministry of Foreign Affairs of Chad"
    spokesman = ("Foreign Office spokesman Ole Dahl said so.", "Ole Dahl")
    assert last("Chad met.", spokesman).side == "Chad"


def test_unnamed_officials_of_two_countries_stay_apart_and_pronouns_mean_them():
    voices = listen(
        BERG,
        ("The delegate of Chad said so.", "The delegate of Chad"),
        ("He said more.", "He"),
        ("The delegate of Peru said so.", "The delegate of Peru"),
        ("He said more.", "He"),
        ("The delegate repeated it.", "The delegate"),
    )
    assert [voice.side for voice in voices[1:]] == ["Chad", "Chad", "Peru", "Peru", "Peru"]


def test_a_wider_noun_means_who_spoke_last_whatever_the_rank():
    deputy = ("Swedish Deputy Foreign Minister Eva Dahl agreed.", "Eva Dahl")
    diplomat = ("The Swedish diplomat said more.", "The Swedish diplomat")
    assert last(BERG, deputy, diplomat).speaker == "Eva Dahl"


def test_the_head_of_government_is_the_prime_minister():
    premier = ("Swedish Prime Minister Eva Dahl spoke.", "Eva Dahl")
    head = ("The head of government said more.", "The head of government")
    assert last(premier, BERG, head).speaker == "Eva Dahl"


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("The Federation of Metal Users of Norway", "Federation of Metal Users of Norway"),
        ("the Norwegian Olympic committee", "Olympic Committee of Norway"),
        ("The National Hospital Association of Norway", "National Hospital Association of Norway"),
        ("the Norwegian chamber of commerce", "Chamber of Commerce of Norway"),
        ("Norway, an ally of Chad,", "Government of Norway"),
        ("a notice to sailors issued by the Norwegian navy", "Navy of Norway"),
        ("a communique issued in Oslo", "Government of Norway"),
    ],
)
def test_bodies_are_read_to_the_end_of_their_names(source, speaker):
    assert last("Chad met.", (f"It was so, {source} said.", source)).speaker == speaker


def test_the_rank_of_a_label_is_no_name():
    label = "Admiral Ole Dahl\n\nADM. DAHL: \n"
    text = label + "We wait."
    start, at = len(label), text.index("ADM.")
    how = Attribution("direct", None, (at, at + len("ADM. DAHL")))
    [voice] = resolve(text, [Unit(start, len(text), "We wait.", 1)], [how])
    assert voice.speaker == "Ole Dahl"
