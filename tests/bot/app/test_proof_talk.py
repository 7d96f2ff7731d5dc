"""Talking on from an answer: why, which rows, what it means, as a file; and what a role may not have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.cli import main
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.rendering.reply import Reply
from bot.turn import Person
from domain.people import Role

HEADER = "platform,shop,order_no,status,created_at,paid_at,buyer_id,buyer_name,province,sku_code,title,quantity,"
ROWS = """unit_price,line_paid,refund_amount,refunded_at
jd,京东店,J1,completed,2026-11-21 09:00:00,2026-11-21 09:05:00,b1,王小明,广东省,DY-M,大衣,1,200,200,,
jd,京东店,J2,completed,2026-11-21 10:00:00,2026-11-21 10:05:00,b2,李四,浙江省,BZ-1,杯子,2,20,40,5,2026-11-21 20:00:00
pdd,拼多多店,P1,to_ship,2026-11-22 09:00:00,2026-11-22 09:05:00,b3,赵六,广东省,BZ-1,杯子,1,25,25,,
jd,京东店,J3,completed,2026-11-22 11:00:00,2026-11-22 11:05:00,b1,王小明,广东省,BZ-1,杯子,3,20,60,20,2026-11-22 20:00:00
"""
PRODUCTS = "sku_code,product,category,unit_cost\nDY-M,大衣,女装,80\nBZ-1,杯子,家居,7\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[OpenShop]:
    (tmp_path / "orders.csv").write_text(HEADER + ROWS, encoding="utf-8")
    (tmp_path / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("products.csv", "orders.csv")]
    assert main(["import", *files, "--data-dir", str(tmp_path / "home")]) == 0
    with open_shop(Settings(tmp_path / "home")) as opened:
        yield opened


def say(shop: OpenShop, *messages: str, role: Role = Role.OWNER, charts: Path | None = None) -> Reply:
    at = shop.moment("2026-11-23T15:00")
    assert at is not None
    return [shop.dispatcher.reply(text, person=Person(role.value, role), at=at, chat="c", chart_dir=charts)
            for text in messages][-1]


@pytest.mark.parametrize("messages", [("昨天毛利为什么涨了",), ("昨天毛利", "为什么"), ("昨天毛利多少", "怎么这么低?")])
def test_why_is_answered_with_parts_that_add_up(shop: OpenShop, messages: tuple[str, ...]) -> None:
    reply = say(shop, *messages)
    assert reply.kind == "answer"
    assert [column.id for column in reply.columns] == ["dimension", "part", "before", "after", "change"]
    before, after = 24000 - 500 - 9400, 8500 - 2000 - 2800
    groups = {str(row[0]) for row in reply.rows}
    assert groups >= {"reason", "product", "shop", "province"}
    for group in groups:
        changes = [row[4] for row in reply.rows if row[0] == group]
        assert sum(change for change in changes if isinstance(change, int)) == after - before
    assert reply.query is not None
    assert reply.query.compare == "previous_period"
    assert "比前天(11月21日)的 ¥141.00" in reply.text
    assert "口径:毛利 = 净销售额 − 商品成本。" in reply.text


def test_who_asks_why_it_rose_when_it_fell_is_told_so(shop: OpenShop) -> None:
    assert "并没有涨,是降了。" in say(shop, "昨天毛利为什么涨了").text
    assert "It did not rise, it fell." in say(shop, "why did gross profit go up yesterday").text
    assert "并没有" not in say(shop, "昨天毛利为什么降了").text


@pytest.mark.parametrize("text", ["昨天毛利为什么降了", "why did gross profit drop yesterday", "昨天订单数为什么少了"])
def test_the_change_is_drawn_where_there_is_something_to_draw(shop: OpenShop, tmp_path: Path, text: str) -> None:
    reply = say(shop, text, charts=tmp_path / "charts")
    if "毛利" in text or "profit" in text:
        assert Path(reply.charts[0]).read_bytes().startswith(b"\x89PNG")
    else:
        assert reply.charts == []


@pytest.mark.parametrize("text", ["昨天毛利为什么降了", "昨天毛利明细", "导出昨天毛利", "昨天毛利口径", "毛利怎么算的"])
def test_profit_is_refused_to_who_may_not_see_it(shop: OpenShop, text: str) -> None:
    for role in (Role.WAREHOUSE, Role.SERVICE):
        reply = say(shop, text, role=role)
        assert reply.kind == "refused"
        assert not reply.rows
        assert not reply.files


def test_rows_are_shown_with_masked_names(shop: OpenShop) -> None:
    reply = say(shop, "昨天销售额", "明细")
    assert "共 2 单,合计 ¥85.00" in reply.text
    assert "王**" in reply.text
    assert "王小明" not in reply.text
    ids = [column.id for column in reply.columns]
    assert sum(int(row[ids.index("revenue")] or 0) for row in reply.rows) == 8500


def test_the_warehouse_sees_which_orders_wait_and_neither_amount_nor_buyer(shop: OpenShop) -> None:
    reply = say(shop, "待发货明细", role=Role.WAREHOUSE)
    assert "P1" in reply.text
    assert "¥" not in reply.text
    assert not {"paid", "refund", "buyer"} & {column.id for column in reply.columns}
    reply = say(shop, "待发货明细", role=Role.SERVICE)
    assert "¥25.00" in reply.text


def test_the_definition_says_everything_the_figure_rests_on(shop: OpenShop) -> None:
    text = say(shop, "昨天毛利", "口径").text
    for said in ("毛利:净销售额 − 商品成本", "2026-11-22 至 2026-11-22", "全部店铺", "2 单", "成本:每一行都有成本",
                 "· 京东店:2026-11-22", "· 拼多多店:2026-11-22"):
        assert said in text
    assert "JD" in say(shop, "definition of revenue for JD yesterday").text


def test_an_answer_rows_and_reasons_become_files(shop: OpenShop) -> None:
    for messages in (("昨天各平台销售额", "导出"), ("昨天销售额", "明细", "导出成csv"), ("昨天毛利", "为什么", "导出")):
        reply = say(shop, *messages)
        path = Path(reply.files[0])
        assert path.name in reply.text
        assert path.stat().st_size > 0
        assert path.suffix == (".csv" if "csv" in messages[-1] else ".xlsx")
        assert "files" not in reply.as_json()


def test_nothing_found_is_said_and_not_a_zero(shop: OpenShop) -> None:
    assert say(shop, "上月销售额明细").text.startswith("上月(10月)没有符合的订单")
    assert "没有数据" in say(shop, "上月销售额为什么降了").text
    assert not say(shop, "导出上月销售额").files


def test_after_ten_minutes_and_for_somebody_else_there_is_nothing_to_go_on(shop: OpenShop) -> None:
    say(shop, "昨天毛利")
    later = shop.moment("2026-11-23T15:11")
    assert later is not None
    owner = Person("owner", Role.OWNER)
    assert shop.dispatcher.reply("为什么", person=owner, at=later, chat="c").kind == "clarify"
    say(shop, "昨天毛利")
    assert say(shop, "为什么", role=Role.MANAGER).kind == "clarify"
