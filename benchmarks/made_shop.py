"""A shop made for measuring questions: six shops, five thousand SKUs, fourteen months; always the same."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from domain.catalog.model import ItemKind, Platform
from domain.clock import ShopCalendar
from domain.drafts import Kind, LineDraft, OrderDraft, ProductDraft, StockDraft
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from domain.ports import ImportSink

CALENDAR = ShopCalendar.named("Asia/Shanghai")
AT = datetime(2026, 11, 23, 15, tzinfo=CALENDAR.zone)  # the moment the made shop's data end
DAYS = 425
PRODUCTS = 2_000
SKUS_EACH = (1, 2, 2, 3, 4)
SHOPS = (("淘宝旗舰店", Platform.TAOBAO), ("京东旗舰店", Platform.JD), ("拼多多店", Platform.PDD),
         ("抖音小店", Platform.DOUYIN), ("小红书店", Platform.XHS), ("淘宝二店", Platform.TAOBAO))
WAREHOUSES = ("杭州仓", "广州仓")
PROVINCES = (
    "广东省", "浙江省", "江苏省", "山东省", "河南省", "四川省", "湖北省", "湖南省", "福建省", "安徽省", "河北省",
    "江西省",
    "陕西省", "辽宁省", "黑龙江省", "吉林省", "山西省", "贵州省", "云南省", "甘肃省", "海南省", "北京市", "上海市",
    "天津市",
    "重庆市", "广西壮族自治区", "内蒙古自治区", "新疆维吾尔自治区", "宁夏回族自治区", "西藏自治区")
ORDERS_PER_BUYER = 3
SHORT_SHARE = 0.03  # of all SKUs at or below their reorder point
REFUNDED_SHARE, UNPAID_SHARE = 0.04, 0.03
BATCH = 4_000
_LINES = (1, 1, 1, 2, 2, 3, 4, 6)  # of an order, 2.5 on average
_THINGS = ("抱枕", "保温杯", "台灯", "雨伞", "收纳盒", "毛巾", "拖鞋", "床单", "茶具", "书包", "围巾", "地毯")
_KINDS = ("云朵", "星空", "格子", "简约", "复古", "加厚", "便携", "亲肤", "北欧", "日式", "卡通", "商务")
_COLOURS = ("红色", "蓝色", "白色", "黑色")


class MadeShop:
    """Draws products, stock and orders in one fixed sequence."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._rng = Random(lines)
        self.products = list(_products(self._rng))
        self._popular = list(accumulate(1 / (rank + 20) for rank in range(len(self.products))))

    def stage(self, sink: ImportSink) -> None:
        sink.stage(Kind.PRODUCTS, self.products)
        sink.stage(Kind.STOCK, list(self._stock()))
        for orders, lines in self._batches():
            sink.stage_orders(orders, lines)

    def _stock(self) -> Iterator[StockDraft]:
        for item in self.products:
            is_short = self._rng.random() < SHORT_SHARE
            for number, warehouse in enumerate(WAREHOUSES):
                yield StockDraft(item.sku_code, warehouse, self._rng.randrange(8 if is_short else 300) + 20 * (
                    not is_short), 0, None, number)

    def _batches(self) -> Iterator[tuple[Sequence[OrderDraft], Sequence[LineDraft]]]:
        orders: list[OrderDraft] = []
        lines: list[LineDraft] = []
        start = AT - timedelta(days=DAYS)
        made, every = 0, timedelta(days=DAYS) * sum(_LINES) / len(_LINES) / self._lines
        while made < self._lines:
            number = len(orders) + made
            at = start + every * (made * len(_LINES) / sum(_LINES))
            order, own = self._order(number, min(at, AT), made)
            orders.append(order)
            lines.extend(own)
            made += len(own)
            if len(orders) == BATCH:
                yield orders, lines
                orders, lines = [], []
        yield orders, lines

    def _order(self, number: int, at: datetime, row_no: int) -> tuple[OrderDraft, list[LineDraft]]:
        rng = self._rng
        shop, platform = SHOPS[number % len(SHOPS)]
        code, at = f"M{number:09d}", CALENDAR.utc(at)
        is_paid, is_back = rng.random() > UNPAID_SHARE, rng.random() < REFUNDED_SHARE
        buyers = int(self._lines * len(_LINES) / sum(_LINES) / ORDERS_PER_BUYER) + 1
        is_sent = AT - at > timedelta(days=2) and is_paid
        order = OrderDraft(
            shop, code, platform, Payment.PAID if is_paid else Payment.UNPAID,
            Fulfilment.COMPLETED if is_sent else Fulfilment.UNSHIPPED, AfterSale.NONE, Hold.NONE, "", None, at,
            at if is_paid else None, None, at + timedelta(days=1) if is_sent else None,
            at + timedelta(days=2) if is_sent else None, None, "CNY", rng.choice((0, 0, 800)),
            f"b{rng.randrange(buyers)}", None, None, rng.choice(PROVINCES), None, None, None, None,
            WAREHOUSES[number % 2] if is_sent else None, None, None)
        return order, [self._line(order, row_no + place, is_back=is_back and is_paid)
                       for place in range(rng.choice(_LINES))]

    def _line(self, order: OrderDraft, row_no: int, *, is_back: bool) -> LineDraft:
        item = self.products[bisect(self._popular, self._rng.random() * self._popular[-1])]
        quantity, price = self._rng.choice((1, 1, 1, 2, 3)), item.price_minor or 0
        discount = self._rng.choice((0, 0, 100))
        paid = price * quantity - discount
        back_at = min(order.created_at + timedelta(days=3), CALENDAR.utc(AT))
        return LineDraft(order.shop, order.external_id, row_no + 1, None, None, item.sku_code, item.product,
                         ItemKind.GOODS, quantity, price * 100, discount, paid, paid if is_back else 0,
                         back_at if is_back else None, 0, hash((row_no, paid)) % 2**48)


def product_names(count: int) -> Iterator[str]:
    """Different names of goods, as shops give them."""
    for number in range(count):
        thing, kind = _THINGS[number % len(_THINGS)], _KINDS[number // len(_THINGS) % len(_KINDS)]
        yield f"{kind}{thing}{number // (len(_THINGS) * len(_KINDS)) or ''}"


def _products(rng: Random) -> Iterator[ProductDraft]:
    for number, name in enumerate(product_names(PRODUCTS)):
        for variant in range(rng.choice(SKUS_EACH)):
            price = rng.randrange(19, 400) * 100
            yield ProductDraft(f"P{number:05d}-{variant + 1}", name, _COLOURS[variant], (), _THINGS[number % 12],
                               ItemKind.GOODS, price * rng.randrange(30, 70), price, "CNY", 20, None, is_active=True)
