"""Saved web pages become text that the page reader reads."""

import socket

import pytest

from demarche.articles.page import web
from demarche.articles.page.page import read_page
from demarche.articles.page.web import is_web_page, read_web_page
from demarche.errors import DataError

LEAD = "The foreign ministry on Tuesday expressed deep regret over the closing of the bridge."
QUOTE = "“We will answer in kind,” its spokesman, Jan Berg, told reporters in the capital."
HTML = f"""<!DOCTYPE html>
<html lang="en"><head><title>Ministry regrets closing | The Daily</title>
<meta name="author" content="Ann Roe">
<meta property="article:published_time" content="2024-10-15T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Ministry regrets closing</h1><p>{LEAD}</p><p>{QUOTE}</p>
<h2>The old quarrel</h2><p>The two countries have quarrelled over the river since 1951 at least.</p>
</article><div id="comments"><p>What a strange text this is.</p></div>
<footer>Copyright 2024</footer><script>var text = "The script.";</script></body></html>"""


def test_a_web_page_gives_title_and_paragraphs() -> None:
    text = read_web_page(HTML)
    assert text.startswith("Ministry regrets closing\n\n")
    assert f"\n\n{LEAD}\n\n{QUOTE}\n\n" in text
    for left_out in ("script", "Copyright", "strange", "<p>"):
        assert left_out not in text


def test_the_page_reader_finds_what_the_web_page_said() -> None:
    text = read_web_page(HTML)
    page = read_page(text)
    assert page.title == "Ministry regrets closing"
    assert (page.date, page.byline) == ("2024-10-15", "Ann Roe")
    body = [text[block.start : block.end] for block in page.blocks if block.kind == "body"]
    assert body[:2] == [LEAD, QUOTE]
    assert len(body) == 3


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert LEAD in read_web_page(HTML.replace("</head>", '<base href="https://x.example"></head>'))


@pytest.mark.parametrize(
    "html",
    ["<html><body></body></html>", "<html>", "", "<!doctype html><body><img src='a.png'></body>"],
)
def test_a_web_page_without_text_is_an_error_of_one_line(html: str) -> None:
    with pytest.raises(DataError, match="no text") as caught:
        read_web_page(html)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        HTML,
        "\ufeff\n<html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">',
        "<!-- saved from url=(0014)about:internet -->\n<HTML>",
        "<div class='story'><p>He left.</p></div>",
    ],
)
def test_html_is_known(text: str) -> None:
    assert is_web_page(text)


@pytest.mark.parametrize(
    "text",
    ["", LEAD, f"# Title\n\n{LEAD} <b>bold</b>", "<Copyrights reserved>", "<3 they said", "a < b"],
)
def test_plain_text_and_markdown_are_no_web_page(text: str) -> None:
    assert not is_web_page(text)


def test_an_image_within_the_page_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST", len(HTML) + 1000)
    image = f'<img src="data:image/png;base64,{"iVBORw0KGgo/+" * 1000}==">'
    assert read_web_page(HTML.replace("<h2>", f"{image}<h2>")) == read_web_page(HTML)


def test_a_page_too_large_to_be_read_in_time_is_refused() -> None:
    with pytest.raises(DataError, match="9 MB without its images, more than 8; save its text"):
        read_web_page(HTML + " " * 2**20 * 9)
