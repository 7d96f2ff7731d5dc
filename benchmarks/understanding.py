"""`understanding`: what reading a message costs beside small and large vocabularies of names."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from time import perf_counter

from benchmarks import hassil_grammar
from benchmarks.made_shop import AT, PROVINCES, SHOPS, WAREHOUSES, product_names
from benchmarks.report import Report, Spread, Table, percentile
from bot.understanding.readings import Context
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.understand import Understanding
from domain.ports import Name

NAME = "understanding"
WHAT = "microseconds to read one message, beside few and many names of goods"
MICRO = 1_000_000
# {goods}, {sku} and {n} are others each time, so that the reader meets sentences that it has not read before.
MESSAGES = (
    "今天卖了多少", "昨天销售额", "昨天毛利多少", "本周订单数", "上月各平台销售额", "近{n}天销售额走势",
    "上月销量最高的{n}个商品",
    "哪些货要补", "{goods}还剩多少", "{goods}上周卖了几件", "京东旗舰店本月退款率", "今年各月净利",
    "双11成交额同比", "上周客单价环比",
    "广东省上月买家数", "淘宝和京东昨天的订单数", "除了拼多多本月销售额", "昨天待发货多少单", "超时未发的订单有多少",
    "杭州仓库存金额",
    "{sku} 库存", "本季度推广费和投产比", "前天每小时订单数", "近{n}天退款最多的5个商品", "毛利率低于{n}%的商品",
    "上周末销售额",
    "revenue yesterday", "gross profit last month by shop", "top {n} products this month", "what needs reordering",
    "orders by province last week", "refund rate this year by month", "给{sku}入库{n}件",
    "订单 M0000000{n} 发货 顺丰 SF12345678{n}",
    "记一笔快递费 {n} 元", "确认 7K2", "帮助", "今天天气怎么样", "你好", "那上周呢",
)


class MadeNames:
    """A shop's names (domain.ports.Names): so many products, each with a SKU, and what every shop has."""

    def __init__(self, count: int) -> None:
        self._count = count

    def version(self) -> int:
        return self._count

    def all(self) -> Iterable[Name]:
        yield from self._places()
        for number, name in enumerate(product_names(self._count // 2)):
            yield Name(name, "product", name)
            yield Name(f"P{number:05d}-1", "sku", f"P{number:05d}-1", name)

    def _places(self) -> Iterator[Name]:
        yield from (Name(shop, "shop", shop) for shop, _ in SHOPS)
        yield from (Name(name, "warehouse", name) for name in WAREHOUSES)
        yield from (Name(name, "province", name) for name in PROVINCES)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--names", type=int, nargs="+", default=[1_000, 50_000], help="how many names of goods")
    parser.add_argument("--repeat", type=int, default=25, help="how often all messages are read")


def run(given: argparse.Namespace, report: Report) -> None:
    report.say("data", f"{len(MESSAGES)} kinds of messages, read {given.repeat} times each")
    rows, figures = [], []
    for count in given.names:
        builds = Spread.of(_build(count) for _ in range(3))
        understanding = Understanding(MadeNames(count))
        understanding.read(MESSAGES[0], AT, Context())  # the first one builds lexicon and names
        spent = {message: _read(understanding, _filled(message, given.repeat)) for message in MESSAGES}
        every = [micros for each in spent.values() for micros in each]
        slowest = max(spent, key=lambda message: median(spent[message]))
        micros_of = f"{median(every):,.0f} / {percentile(every, 0.99):,.0f} / {max(every):,.0f}"
        rows.append((f"{count:,}", builds.shown(), micros_of, f"{slowest}: {median(spent[slowest]):,.0f}"))
        figures.append({"names": count, "build_ms": builds._asdict(), "p50_us": median(every),
                        "p99_us": percentile(every, 0.99), "max_us": max(every)})
    report.add(Table("Reading a message", ("names", "build ms least / median / most", "µs p50 / p99 / most",
                                           "slowest message, its median µs"), rows, figures))
    _beside_hassil(given, report)


def _beside_hassil(given: argparse.Namespace, report: Report) -> None:
    """Only the messages that both read, one after the other in one run."""
    rows, figures = [], []
    for count in given.names:
        reads = hassil_grammar.reader(name.text for name in MadeNames(count).all())
        if reads is None:
            report.say("hassil", "not installed; pip install hassil to measure beside it")
            return
        understanding = Understanding(MadeNames(count))
        both = [message for message in MESSAGES if reads(_filled(message, 1)[0])]
        messages = [message for each in both for message in _filled(each, given.repeat)]
        ours, theirs = _read(understanding, messages), _timed(reads, messages)
        shown = [f"{median(spent):,.0f} / {percentile(spent, 0.99):,.0f}" for spent in (ours, theirs)]
        rows.append((f"{count:,}", f"{len(both)} of {len(MESSAGES)}", *shown, f"{median(theirs) / median(ours):.1f}"))
        figures.append({"names": count, "both": len(both), "p50_us": median(ours), "hassil_p50_us": median(theirs)})
    report.add(Table("Beside hassil, messages that both read", (
        "names", "hassil reads", "ours µs p50 / p99", "hassil µs p50 / p99", "hassil ÷ ours"), rows, figures))


def _filled(message: str, count: int) -> list[str]:
    """The message so many times, with other goods and another number in it each time."""
    return [message.format(goods=goods, sku=f"P{number:05d}-1", n=number + 10)
            for number, goods in enumerate(product_names(count))]


def _timed(read: Callable[[str], object], messages: Sequence[str]) -> list[float]:
    spent = []
    for message in messages:
        start = perf_counter()
        read(message)
        spent.append((perf_counter() - start) * MICRO)
    return spent


def _build(count: int) -> float:
    names = list(MadeNames(count).all())
    start = perf_counter()
    Gazetteer.of(names)
    return (perf_counter() - start) * 1000


def _read(understanding: Understanding, messages: Sequence[str]) -> list[float]:
    return _timed(lambda message: understanding.read(message, AT, Context()), messages)
