"""Bytes to text: encodings, line ends, what is no text."""

from __future__ import annotations

import codecs
import gzip
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import Unreadable, UsageError
from reader.formats.decode import decode

no_control = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")
texts = st.text(no_control, min_size=1).filter(lambda text: bool(text.strip()))

MARKED = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@given(texts, st.sampled_from(sorted(MARKED)))
def test_a_marked_text_comes_back_exactly(text: str, encoding: str) -> None:
    found = decode(MARKED[encoding] + text.encode(encoding), "x.txt")
    assert found.text == text
    assert found.encoding == encoding
    assert found.remarks == ()


@given(texts.filter(lambda text: not text.startswith(("%PDF", "PK\x03\x04", "{\\rtf", "GIF8"))))
def test_utf8_without_a_mark_comes_back_exactly(text: str) -> None:
    assert decode(text.encode(), "x.txt") == (text, "utf-8", ())


@given(texts, st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32", "gb18030", "utf-7"]))
def test_a_named_encoding_comes_back_exactly(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "x.txt", encoding).text == text


@given(st.lists(st.tuples(st.text(st.sampled_from("aä雨 "), max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))))
def test_line_ends_become_lf(lines: list[tuple[str, str]]) -> None:
    # A bare CR before a bare LF is one line end, not two.
    joined = "begin" + "".join(line + end for line, end in lines)
    found = decode(joined.encode(), "x.txt").text
    assert "\r" not in found
    assert found == "\n".join(joined.replace("\r\n", "\n").split("\r"))


def test_other_line_breaks_are_kept() -> None:
    text = "a\x85b\u2028c\u2029d\x0be\x0cf"
    assert decode(text.encode(), "x.txt").text == text


def test_the_text_is_not_normalised() -> None:
    composed, decomposed = "é", "e\u0301"
    assert unicodedata.normalize("NFC", decomposed) == composed
    text = f"{composed}{decomposed}\u212b\ufb01"
    assert decode(text.encode(), "x.txt").text == text


def test_one_mark_is_taken_off_and_no_more() -> None:
    assert decode(codecs.BOM_UTF8 * 2 + b"x", "x.txt").text == "\ufeffx"
    assert decode(codecs.BOM_UTF8 + b"x", "x.txt", "utf-8").text == "x"
    assert decode("\ufeffx".encode("utf-16-le"), "x.txt", "utf-16-le").text == "x"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le café était fermé, « trop tard » a dit l’élève.", "cp1252"),
        ("Über den Fluß führt eine Brücke, die niemand mehr benutzt.", "cp1252"),
        ("El niño señaló la montaña y calló.", "cp1252"),
        ("He said “no” and left – that’s all.", "cp1252"),
        ("café", "cp1252"),
        ("Вчера вечером рыбаки вернулись в порт после долгой бури.", "cp1251"),
        ("Вчера вечером рыбаки вернулись в порт после долгой бури.", "koi8_r"),
        ("Zażółć gęślą jaźń, powiedział rybak i odszedł do domu.", "cp1250"),
        ("הדייגים חזרו אתמול בערב לנמל אחרי סערה ארוכה", "cp1255"),
        ("昨晚渔民在长时间的风暴之后回到了港口。", "gb18030"),
    ],
)
def test_other_encodings_are_guessed_and_the_guess_is_said(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding), "x.txt")
    assert found.text == text
    assert found.remarks == (f"read as {found.encoding}, a guess; --encoding chooses another",)


def test_the_guess_looks_at_the_lines_that_tell() -> None:
    data = b"plain words\n" * 200_000 + "El niño señaló la montaña.\n".encode("cp1252")
    assert decode(data, "x.txt").text.endswith("El niño señaló la montaña.\n")


def test_a_few_broken_bytes_do_not_spoil_utf8() -> None:
    data = "Über den Fluß führt eine Brücke. ".encode() * 10
    found = decode(data + b"\xc3", "cut.txt")
    assert found.encoding == "utf-8"
    assert found.text.endswith("Brücke. \ufffd")
    assert "1 place is not" in found.remarks[0]


@pytest.mark.parametrize("data", [b"", b"  \n\t\r\n", "\u3000\u2028".encode(), codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^x\.txt is empty"):
        decode(data, "x.txt")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"text\0text", "binary"),
        ("utf-16 without its mark".encode("utf-16-le"), "binary"),
        (b"%PDF-1.7\nwords", "PDF"),
        (b"PK\x03\x04words", "zip"),
        (gzip.compress(b"words", mtime=0), "compressed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (bytes(range(1, 32)) * 20 + b"\xff\xfe\xfd", "binary"),
        (codecs.BOM_UTF8 + b"text\0text", "binary"),
    ],
)
def test_a_binary_file_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(Unreadable, match=rf"^x\.txt is .*{kind}"):
        decode(data, "x.txt")


def test_a_named_encoding_reads_utf16_without_its_mark() -> None:
    assert decode("grüße".encode("utf-16-le"), "x.txt", "utf-16-le").text == "grüße"


def test_an_unknown_encoding_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no encoding 'wndows-1252'; the nearest is 'windows-1252'"):
        decode(b"x", "x.txt", "wndows-1252")
    with pytest.raises(UsageError, match=r"no encoding 'qqqqqq'; try utf-8"):
        decode(b"x", "x.txt", "qqqqqq")


@pytest.mark.parametrize("name", ["hex", "rot13", "zip", "idna", "unicode_escape", "undefined"])
def test_what_is_no_encoding_of_text_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no encoding of a text"):
        decode(b"x", "x.txt", name)


def test_a_text_that_is_not_in_the_named_encoding() -> None:
    with pytest.raises(Unreadable, match=r"x\.txt is not utf-8 \(byte 1 is 0xe9\); --encoding"):
        decode(b"h\xe9", "x.txt", "utf-8")
    with pytest.raises(Unreadable, match="half a character"):
        decode(b"+2AA-", "x.txt", "utf-7")


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        found = decode(data, "x.txt")
    except Unreadable as error:
        assert str(error).startswith("x.txt ")  # noqa: PT017  both ends are right, this is one of them
        return
    assert found.text.strip()
    assert "\0" not in found.text
    assert "\r" not in found.text
    found.text.encode()
