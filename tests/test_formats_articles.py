"""What an article is made of: title, front matter, furniture, captions, Markdown."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.formats import DEFAULTS, ImportOptions, NewArticle, furniture, importer_for
from reader.formats.frontmatter import front_matter
from reader.formats.title import is_title_like
from tests.test_formats_split import assert_law

SEEDS = Path(__file__).parent.parent / "seeds"


def read(text: str | bytes, name: str = "notes.txt", options: ImportOptions = DEFAULTS) -> NewArticle:
    data = text.encode() if isinstance(text, str) else text
    (found,) = importer_for(name).read(io.BytesIO(data), name, options)
    assert isinstance(found, NewArticle)
    return found


def roles(article: NewArticle) -> list[str]:
    return [paragraph.role for paragraph in article.paragraphs]


def parts(article: NewArticle) -> list[str]:
    return [article.text[p.start : p.end] for p in article.paragraphs]


# -- the shape of a pasted page --------------------------------------------------------------------

PAGE = (
    "Share",
    "Council delays the vote on the mill bridge",
    "For the third time this year the members went home without a decision.",
    "Advertisement",
    "“We have talked enough”, the mayor said.",
    "The bridge has been closed since a barge struck it in May.",
    "Advertisement",
    "Volunteers stack sandbags beside the closed bridge on Monday",
)


def test_a_pasted_page() -> None:
    article = read("\n\n".join(PAGE) + "\n")
    assert article.title == "Council delays the vote on the mill bridge"
    assert roles(article) == ["furniture", "heading", "body", "furniture", "body", "body", "furniture", "body"]
    assert article.split.importer == "text"
    assert article.split.rule == "blank"
    assert article.media_type == "text/plain"
    assert article.source == "notes.txt"
    assert article.remarks == ()


def test_the_hash_is_of_the_bytes_as_read() -> None:
    data = "\ufeffA line.\r\nAnother.\r\n".encode()
    article = read(data)
    assert article.source_sha256 == hashlib.sha256(data).hexdigest()
    assert article.text == "A line.\nAnother.\n"


def test_the_guess_is_a_remark() -> None:
    article = read("Der Fluß trat über die Ufer.".encode("cp1252"))
    assert article.remarks == ("read as cp1252, a guess; --encoding chooses another",)


def test_options_are_obeyed() -> None:
    article = read("один\nдва".encode("koi8-r"), options=ImportOptions(encoding="koi8-r", split="blank"))
    assert parts(article) == ["один\nдва"]
    assert article.remarks == ()


# -- title -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Lamps\n\nThey went out.", "Lamps"),
        ("Who put them out?\n\nNobody knows.", "Who put them out?"),
        ("He said “no”\n\nThat was all.", "He said “no”"),
        ("It was late.\n\nLamps\n\nThey went out.", "Lamps"),
        ("It was late.\n\nThey went out.", "notes"),
        ("夜が明けた。\n\n港の朝\n\n船が出た。", "港の朝"),
        ("रात बीत गई।\n\nसुबह", "सुबह"),
        ("انتهى الليل۔\n\nالصباح\n\nكلام.", "الصباح"),
        ("“It was late.”\n\nLamps\n\nOut.", "Lamps"),
        ("x" * 121 + "\n\nLamps\n\nOut.", "Lamps"),
        ("Dear all,\n\nLamps\n\nOut.", "Lamps"),
        ("* * *\n\nLamps\n\nOut.", "Lamps"),
        ("I: Well\n\nR: So\n\nI: Yes\n\nR: No", "notes"),
        ("Two lines\nof a title\n\nOut.", "Two lines of a title"),
    ],
)
def test_title_of_a_text(text: str, title: str) -> None:
    assert read(text).title == title


def test_the_title_paragraph_becomes_a_heading_and_no_other() -> None:
    assert roles(read("Lamps\n\nCandles\n\nOut.")) == ["heading", "body", "body"]


def test_the_only_paragraph_of_a_text_stays_its_body() -> None:
    article = read("just a few words")
    assert article.title == "just a few words"
    assert roles(article) == ["body"]


def test_a_short_line_far_down_is_no_title() -> None:
    text = "\n\n".join([f"This is sentence {n}." for n in range(30)] + ["short"])
    assert read(text, name="folder/essay.v2.txt").title == "essay.v2"


def test_the_name_of_standard_input() -> None:
    assert read("It was late.\n\nThey slept.", name="-").title == "standard input"


@given(st.text(max_size=140))
def test_a_title_is_short_and_has_a_word(words: str) -> None:
    if is_title_like(words):
        assert len(words) <= 120
        assert any(sign.isalnum() for sign in words)
        assert not words.endswith((".", "。", "।", "۔"))


# -- front matter ----------------------------------------------------------------------------------

FRONT = """---
Title: "The long way: home"
url: https://paper.example/long-way
author: R. Tamm
published: 2024-05-01
Section: travel   # no comment in a value
keywords:
  - boats
  - lamps
---
First words.

Second words.
"""


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_front_matter(name: str) -> None:
    article = read(FRONT, name)
    assert article.title == "The long way: home"
    assert article.meta == {
        "url": "https://paper.example/long-way",
        "author": "R. Tamm",
        "published": "2024-05-01",
        "Section": "travel   # no comment in a value",
        "keywords": "boats, lamps",
    }
    assert article.sources == (name, "https://paper.example/long-way")
    assert roles(article) == ["furniture", "body", "body"]
    assert parts(article)[0] == FRONT[: FRONT.index("First")].strip()
    assert_law(article.text, article.paragraphs)


def test_blank_lines_in_front_matter_do_not_cut_it() -> None:
    article = read("---\ntitle: One\n\nauthor: Two\n---\n\nWords.")
    assert parts(article) == ["---\ntitle: One\n\nauthor: Two\n---", "Words."]


def test_the_paragraph_that_repeats_the_given_title_is_its_heading() -> None:
    article = read("---\ntitle: Lamps out\n---\n\nShare\n\nLamps  out\n\nThey went out.")
    assert roles(article) == ["furniture", "furniture", "heading", "body"]


@pytest.mark.parametrize(
    "text",
    [
        "---\nA line of prose.\n---\nMore.",
        "---\ntitle: x\nA line of prose.\n---\nMore.",
        "---\ntitle: never closed\n\nMore.",
        "---\n---\nMore.",
        "words\n---\ntitle: x\n---\n",
        "----\ntitle: x\n----\n",
        "---\nhttp://no.example\n---\n",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert front_matter(text) is None


def test_a_value_that_goes_on_and_one_that_comes_twice() -> None:
    found = front_matter("---\nabstract: one\n  two\nauthor: A\nauthor: B\nempty:\nquoted: 'it''s'\n---\nx")
    assert found is not None
    assert found.values == {"abstract": "one, two", "author": "A; B", "quoted": "it's"}


def test_a_text_of_front_matter_alone() -> None:
    article = read("---\ntitle: Nothing yet\n---\n")
    assert article.title == "Nothing yet"
    assert roles(article) == ["furniture"]


def test_a_transcript_with_front_matter_is_taken_by_lines() -> None:
    article = read("---\ntitle: P7\n---\n\nI: So?\nR: So.\nI: Yes?\nR: No.")
    assert [p.speaker for p in article.paragraphs] == ["", "I", "R", "I", "R"]
    assert article.split.rule == "line"


# -- furniture -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Share", "SHARE", " Share ", "Share this article", "Advertisement", "ADVERTISEMENT", "— Advertisement —", "[Advertisement]",
        "Read more", "Read more »", "Read more: The bridge reopens", "READ MORE: The bridge", "Read more...", "Related: Lamps out",
        "Related articles", "Also read: Lamps out", "Also read Lamps out on the quay", "Sign up for our daily newsletter",
        "Sign up for our weekly newsletter and get the news in your inbox.", "Subscribe to our newsletter", "Follow us on Twitter",
        "Follow us on Instagram and Facebook", "We use cookies to improve your experience on this site.",
        "This website uses cookies. By continuing you agree to their use.", "Accept all cookies", "12 comments", "3 min read",
        "1,204 shares", "Story continues below advertisement", "Article continues after this advertisement", "Share on Facebook",
        "Share via Email", "Share\nTweet\nPrint", "* * *", "—————", "Read more about the mill bridge",
        "Anzeige", "Teilen", "Lesen Sie auch: Die Brücke", "Lesen Sie auch Die alte Brücke", "Mehr zum Thema", "Newsletter abonnieren",
        "Publicité", "Partager", "Lire aussi : Le vieux pont", "À lire aussi", "Publicidad", "Compartir", "Lea también: El puente",
        "Suscríbete", "Pubblicità", "Condividi", "Leggi anche: Il ponte", "Publicidade", "Compartilhar", "Leia também: A ponte",
        "إعلان", "شارك", "اقرأ أيضاً: الجسر القديم", "اقرأ المزيد", "Реклама", "Поделиться", "Читайте также: Старый мост",
        "Читать далее", "广告", "分享", "延伸阅读：老桥", "阅读更多",
    ],
)  # fmt: skip
def test_debris(words: str) -> None:
    assert furniture.role_of(words) == "furniture"


@pytest.mark.parametrize(
    "words",
    [
        "Share prices fell.", "Share\nThe bridge is closed, and nobody minds", "Share.", "Shares", "Advertisement rates rose by half this year.", "Read more books, she said.",
        "Related-party deals fell sharply.", "Also read the letter, he said.", "Follow us, the guide said, and mind the step.",
        "Cookies were baked in the galley.", "We use cookies as rewards for the children.", "Sign up was easy.", "More.", "Home",
        "The newsletter was printed on Fridays.", "Sign up for the army, they told him, and see the world.",
        "She sent 12 comments to the editor.", "Related: " + "a long sentence about the bridge " * 8, "—", "…", "Teilen wir das Brot?",
        "Anzeige gegen den Müller erstattet", "La publicité est partout.", "Реклама двигатель торговли.", "广告无处不在。", "👍", "12",
    ],
)  # fmt: skip
def test_prose_is_not_debris(words: str) -> None:
    assert furniture.role_of(words) == "body"


@pytest.mark.parametrize(
    "words",
    ["Photo: R. Tamm", "Image caption The quay at dawn", "Image caption", "Caption: The quay", "PHOTO: x", "Foto: Die Brücke", "Légende : le pont",
     "Фото: мост", "图：老桥", "صورة: الجسر", "*Photo: R. Tamm*"],
)  # fmt: skip
def test_captions(words: str) -> None:
    assert furniture.role_of(words) == "caption"


@pytest.mark.parametrize(
    "words", ["Photos of the quay were found.", "Image captions are rare.", "The photo: a quay.", "Photo:"]
)
def test_what_is_no_caption(words: str) -> None:
    assert furniture.role_of(words) == "body"


def test_what_somebody_says_is_not_debris() -> None:
    article = read("I: What did the sign say?\n\nR: Share\n\nI: Share?\n\nR: Advertisement")
    assert roles(article) == ["body"] * 4


def test_a_line_of_a_long_turn_is_not_debris() -> None:
    turn = "\n".join([f"Then came part {n}." for n in range(12)] + ["Share", "So it said."])
    assert set(roles(read(f"I: Tell me.\nR: Well.\n{turn}\nI: Thank you."))) == {"body"}


def test_rules_are_there_for_all_languages_and_hold_together() -> None:
    import tomllib

    data = tomllib.loads((Path(furniture.__file__).parent / "furniture.toml").read_text("utf-8"))
    assert set(data) >= {"en", "de", "fr", "es", "pt", "it", "ar", "ru", "zh"}
    for language, kinds in data.items():
        assert set(kinds) <= {
            "labels",
            "patterns",
            "teasers",
            "openings",
            "captions",
            "caption_labels",
            "not_speakers",
        }, language
        for label in kinds["labels"]:
            assert furniture.role_of(label) == "furniture", label
        assert len(kinds["labels"]) == len(set(kinds["labels"])), language


# -- Markdown --------------------------------------------------------------------------------------

MARKDOWN = """# The *old* [bridge](https://x.example) #
Text right below
the heading.

Second heading
==============
Third
---

```python
x = 1

# not a heading
y = 2
```
After the code.
~~~
never closed

- one
- two
---

    # indented, no heading

#hashtag, no heading

***
"""


def test_markdown() -> None:
    article = read(MARKDOWN, "bridge.md")
    assert article.text == MARKDOWN
    assert article.media_type == "text/markdown"
    assert article.split.importer == "markdown"
    assert article.title == "The old bridge"
    assert [(p.role, article.text[p.start : p.end]) for p in article.paragraphs] == [
        ("heading", "# The *old* [bridge](https://x.example) #"),
        ("body", "Text right below\nthe heading."),
        ("heading", "Second heading\n=============="),
        ("heading", "Third\n---"),
        ("body", "```python\nx = 1\n\n# not a heading\ny = 2\n```"),
        ("body", "After the code.\n~~~\nnever closed"),
        ("body", "- one\n- two\n---"),
        ("body", "# indented, no heading"),
        ("body", "#hashtag, no heading"),
        ("furniture", "***"),
    ]
    assert_law(article.text, article.paragraphs)


def test_a_heading_with_an_underline_gives_the_title() -> None:
    assert read("Intro words.\n\nThe mill\n===\n\nText.", "x.markdown").title == "The mill"


def test_markdown_without_a_heading() -> None:
    assert read("**Lamps out**\n\nThey went out.", "x.md").title == "Lamps out"


def test_names_with_underscores_keep_them_in_titles() -> None:
    assert read("# the snake_case_name and 2*3*4", "x.md").title == "the snake_case_name and 2*3*4"


def test_debris_in_markdown_links() -> None:
    assert (
        roles(read("# T\n\n[Share](https://x.example)\n\n**Advertisement**\n\nWords.", "x.md"))[1:3]
        == ["furniture"] * 2
    )


def test_a_markdown_transcript() -> None:
    article = read("# P7\n\n**I:** So?\n\n**R:** So.\n\n**I:** Yes?\n", "p7.md")
    assert [p.speaker for p in article.paragraphs] == ["", "I", "R", "I"]


lines = st.sampled_from(
    ["# h", "## h ##", "text", "more text.", "", " ", "```", "````", "~~~", "===", "---", "- item", "> quote", "    code", "title: x", "I: so", "R: no", "Share",
     "\u2028", "   # h", "```x`y", "=", "雨。"]
)  # fmt: skip


@given(st.lists(lines, max_size=30), st.sampled_from(["x.md", "x.txt"]), st.sampled_from(["auto", "blank", "line"]))
def test_the_law_holds_for_whole_articles(found: list[str], name: str, split: str) -> None:
    text = "\n".join(["words", *found])
    front = "---\ntitle: x\n---\n" + text
    for source in (text, front, "\n".join([*found, "words"])):
        article = read(source, name, ImportOptions(split=split))
        assert article.text == source
        assert_law(article.text, article.paragraphs)
        assert article.title


# -- the samples that come with the program --------------------------------------------------------


def test_the_sample_article() -> None:
    article = read((SEEDS / "harbour-news.txt").read_bytes(), "seeds/harbour-news.txt")
    assert article.title == "Ferry that nobody ordered waits in Velm harbour"
    debris = [part for part, role in zip(parts(article), roles(article), strict=True) if role == "furniture"]
    assert [part.split()[0] for part in debris] == [
        "Share",
        "Advertisement",
        "Read",
        "Sign",
        "Advertisement",
        "Related:",
        "Follow",
        "12",
    ]
    assert roles(article).count("caption") == 1
    assert roles(article).count("heading") == 1
    assert 18 <= roles(article).count("body") <= 26


def test_the_sample_interview() -> None:
    article = read((SEEDS / "interview-night-shift.txt").read_bytes(), "seeds/interview-night-shift.txt")
    assert sum(bool(p.speaker) for p in article.paragraphs) >= 60
    assert {p.speaker for p in article.paragraphs} == {"", "I", "R"}
    assert article.title == "Interview 4: the night shift"


def test_the_sample_of_scripts() -> None:
    article = read((SEEDS / "many-scripts.md").read_bytes(), "seeds/many-scripts.md")
    assert article.title == "Notes from the reading room"
    for sign in ("\u0627", "\u05d0", "\u4e00", "\U0001f468\u200d\U0001f469", "e\u0301", "s\u0323\u0307"):
        assert sign in article.text, sign
    assert_law(article.text, article.paragraphs)
