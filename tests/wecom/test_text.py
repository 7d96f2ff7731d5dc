"""Text within WeCom's bytes, cut where a line ends, and taken for no markup."""

import pytest

from bot.channels.wecom_robot import MAX_MARKDOWN_BYTES, MAX_TEXT_BYTES, plan
from bot.channels.wecom_text import as_markdown, close_up, fitted, size
from bot.outgoing import Document, Outgoing

PNG = b"\x89PNG\r\n\x1a\n"


def test_what_fits_is_left_alone() -> None:
    text = "毛利\n" * 100
    assert fitted(text, size(text)) == text


@pytest.mark.parametrize("most", [200, 1000, 4096])
@pytest.mark.parametrize("line", ["连衣裙 还能卖 3.5 天", "x", "😀😀😀"])
def test_whole_lines_are_kept_and_what_is_missing_is_counted(most: int, line: str) -> None:
    text = "\n".join(f"{number} {line}" for number in range(2000))
    cut = fitted(text, most)
    kept = cut.split("\n")[:-1]
    assert most - size(f"1999 {line}\n") - 10 <= size(cut) <= most
    assert kept == text.split("\n")[:len(kept)]
    assert f"还有 {2000 - len(kept)} 行" in cut


def test_a_line_longer_than_a_message_is_cut_between_characters() -> None:
    cut = fitted("毛" * 5000, 1000)
    assert 980 < size(cut) <= 1000
    assert set(cut.split("\n")[0]) == {"毛"}


def test_nobody_is_called_and_nothing_is_bold_by_the_name_of_a_product() -> None:
    assert as_markdown("# 5*3 <@all> [x](http://y)\n> `a`") == "＃ 5＊3 ＜@all> ［x](http://y)\n＞ ｀a｀"


@pytest.mark.parametrize(("text", "kind", "most"), [
    ("毛" * 682, "text", MAX_TEXT_BYTES), ("毛" * 683, "markdown", MAX_MARKDOWN_BYTES),
    ("*" * 4000, "markdown", MAX_MARKDOWN_BYTES)])
def test_a_text_becomes_markdown_where_it_is_longer_than_a_text_may_be(text: str, kind: str, most: int) -> None:
    part, = plan(Outgoing("wecom_robot:1", text))
    assert part.kind == kind
    assert size(part.content["content"]) <= most


def test_pictures_it_would_not_take_are_left_out() -> None:
    documents = (Document("a.png", PNG, is_picture=True), Document("b.png", PNG * 300_000, is_picture=True),
                 Document("c.gif", b"GIF", is_picture=True), Document("d.xlsx", b"PK"))
    assert [part.kind for part in plan(Outgoing("wecom_robot:1", "日报", documents=documents))] == ["text", "image"]


def test_columns_lose_their_padding_and_lines_keep_their_indent() -> None:
    assert close_up("          11月28日   比周五\n销售额    ¥27,385.41   ↓23.6%\n  华东仓 4 件") == (
        "11月28日  比周五\n销售额  ¥27,385.41  ↓23.6%\n  华东仓 4 件")
