"""Stored texts: any paragraph and any stretch reads back as it is in the text, whatever its script."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import Damage
from reader.model import ROLES, Paragraph
from reader.store.texts import StoredText, encode_paragraphs, head_line

pieces = st.lists(
    st.tuples(
        st.text(st.sampled_from("ab é漢👩‍👩‍👧‍👦\u0301ש\u200f"), min_size=1, max_size=8).filter(lambda s: s.strip()),
        st.sampled_from(["\n\n", "\n", "  \n \n"]),
        st.sampled_from(ROLES),
        st.sampled_from(["", "I", "R", "Schwester Ä"]),
    ),
    max_size=8,
)


def stored(folder: Path, text: str, paragraphs: list[Paragraph]) -> StoredText:
    body = encode_paragraphs(text, paragraphs)
    (folder / "a.txt").write_bytes(text.encode())
    (folder / "a.paragraphs").write_bytes(head_line({"id": "a", "title": "ü"}, body) + body.data)
    return StoredText(folder / "a.txt", folder / "a.paragraphs")


@given(st.sampled_from(["", "\n ", "\n\n"]), pieces, st.data())
def test_every_stretch_reads_back(lead: str, parts: list[tuple[str, str, str, str]], data: st.DataObject) -> None:
    text, paragraphs = lead, []
    for number, (words, gap, role, speaker) in enumerate(parts, 1):
        paragraphs.append(Paragraph(number, len(text), len(text) + len(words), role, speaker))  # type: ignore[arg-type]
        text += words + gap
    with TemporaryDirectory() as folder:
        found = stored(Path(folder), text, paragraphs)
        assert len(found) == len(paragraphs)
        assert found.length == len(text)
        assert [found.paragraph(p.number) for p in paragraphs] == paragraphs
        assert [found.text_of(p.number) for p in paragraphs] == [text[p.start : p.end] for p in paragraphs]
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        assert found.slice(start, end) == text[start:end]
        if paragraphs:
            position = data.draw(st.integers(0, len(text)))
            expected = next((p.number for p in paragraphs if p.end > position), len(paragraphs))
            assert found.number_at(position) == expected


def test_numbers_out_of_range_are_refused(tmp_path: Path) -> None:
    found = stored(tmp_path, "one", [Paragraph(1, 0, 3)])
    for number in (0, 2, -1):
        with pytest.raises(IndexError):
            found.paragraph(number)
        with pytest.raises(IndexError):
            found.text_of(number)


@pytest.mark.parametrize("place", [0, 3, 12, 40])
def test_a_damaged_head_is_said(tmp_path: Path, place: int) -> None:
    stored(tmp_path, "one", [Paragraph(1, 0, 3)])
    path = tmp_path / "a.paragraphs"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Damage):
        StoredText(tmp_path / "a.txt", path)


def test_a_missing_text_is_said(tmp_path: Path) -> None:
    stored(tmp_path, "one", [Paragraph(1, 0, 3)])
    (tmp_path / "a.txt").unlink()
    text = StoredText(tmp_path / "a.txt", tmp_path / "a.paragraphs")
    assert text.paragraph(1) == Paragraph(1, 0, 3)  # where its marks stand can still be told
    with pytest.raises(Damage, match=r"a\.txt"):
        text.text_of(1)
    (tmp_path / "a.paragraphs").unlink()
    with pytest.raises(Damage, match=r"a\.paragraphs"):
        StoredText(tmp_path / "a.txt", tmp_path / "a.paragraphs")
