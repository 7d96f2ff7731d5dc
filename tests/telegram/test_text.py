"""Text as Telegram counts it: any text comes through whole, in pieces it takes, with markup that never breaks."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.app.server import MAX_DEPTH, parsed
from bot.channels.telegram_text import as_html, pieces, plain, units
from tests.telegram import rules

TABLE = "可用库存 7 个:\nSKU       可用库存\nSP-02            0\n─────────────────\n口径:在库 < 占用 & 其他"
LINES = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60), max_size=30).map("\n".join)


@given(LINES)
def test_every_piece_is_taken_and_together_they_are_the_text(text: str) -> None:
    made = pieces(text, 80)
    for piece in made:
        assert units(piece) <= 80
        rules.parsed(piece, "HTML")
    if text.strip():
        kept = "".join("".join(rules.parsed(piece, "HTML").split()) for piece in made)
        assert kept == "".join(text.split())


@given(LINES)
def test_without_its_markup_it_is_what_was_meant(text: str) -> None:
    if "<pre>" not in text and "</pre>" not in text:
        assert plain(as_html(text)).split() == text.split()


def test_an_emoji_is_two_units_and_never_cut() -> None:
    made = pieces("🧣" * 5000)
    assert [units(piece) for piece in made] == [4096, 4096, 1808]
    assert "".join(made) == "🧣" * 5000


def test_a_table_stands_in_fixed_width_and_sentences_do_not() -> None:
    shown = as_html(TABLE)
    assert shown.startswith("可用库存 7 个:\n<pre>SKU")
    assert shown.endswith("</pre>\n口径:在库 &lt; 占用 &amp; 其他")


@given(st.recursive(st.text('[]{}"\\a', max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=20))
def test_what_is_not_too_deep_is_read_as_json_reads_it(content: object) -> None:
    assert parsed(json.dumps({"a": content}).encode()) == {"a": content}


def test_what_is_too_deep_is_refused_before_it_is_read() -> None:
    assert parsed(b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}") is not None
    assert parsed(b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}") is None
