"""The last question told in another unit: the rate instead, in yuan and not in percent, the amount and the count."""

from dataclasses import replace

from bot.understanding.conversation.turning import Form, Turn, form
from domain.metrics.catalog import METRICS
from domain.metrics.query import MetricQuery

# What else is told of the same: 率 of refunds, the amount of what is in stock.
_AS_RATE = {"refund_amount": "refund_rate", "refund_orders": "refund_rate", "gross_profit": "gross_margin",
            "net_profit": "net_margin"}
_AS_AMOUNT = {"refund_rate": "refund_amount", "refund_orders": "refund_amount", "gross_margin": "gross_profit",
              "net_margin": "net_profit", "stock_available": "stock_value", "stock_on_hand": "stock_value"}


def _as_rate(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    return _told_as(_AS_RATE, last)


def _as_amount(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    return _told_as(_AS_AMOUNT, last)


_AS_COUNT = {"refund_rate": "refund_orders", "refund_amount": "refund_orders", "revenue": "orders"}


def _as_count(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    return _told_as(_AS_COUNT, last)


def _as_both(_turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Amount and count: of refunds, or of sales."""
    figures = next((both for both in (("refund_amount", "refund_orders"), ("revenue", "orders"))
                    if last.metrics[0] in {*both, *(name for name in _AS_AMOUNT if _AS_AMOUNT[name] in both)}), None)
    return replace(last, metrics=figures) if figures and not last.having else None


def _told_as(other: dict[str, str], last: MetricQuery) -> MetricQuery | None:
    """The same in another unit, and ranked by it; a bound in the old one would mean nothing."""
    figure = other.get(last.metrics[0]) if len(last.metrics) == 1 and not last.having else None
    if figure is None or not {*last.by, *last.where, *last.exclude} <= METRICS[figure].dimensions:
        return None
    order = tuple(replace(one, by=figure) if one.by in last.metrics else one for one in last.order)
    return replace(last, metrics=(figure,), order=order)


_ASKING = (r"(?:(?:what about|how about|show(?: me)?|give me|use|switch to|(?:i'?d|i would) (?:rather|prefer)|see|as"
           r"|in|to|i (?:want|need|meant?|asked for)|make (?:it|that)|put (?:it|that)|convert(?: (?:it|that))?)\s+)*"
           r"(?:the |an? )?")
_ASKING_ZH = "(?:我)?(?:是)?(?:说|问)?(?:要|想)?(?:看)?(?:的是)?(?:换成|换算成|换|改成|改看|用|按|看|以)?"
_NOT_THE_OTHER = (r"(?: (?:instead|rather))?"
                  r"(?:,? (?:and )?(?:not|rather than|instead of) (?:the |an? |in |as )*[a-z% ]{1,24})?")
_NOT_THE_OTHER_ZH = r"(?:,?(?:而)?不(?:是|要|看)(?:看)?[^,]{1,6})?"
FORMS: tuple[tuple[str, Form], ...] = (
    ("rate percent ratio", form(
        rf"(?P<what>){_ASKING}(?:rates?|ratios?|percent(?:age)?s?){_NOT_THE_OTHER}", _as_rate)),
    ("率例百", form(rf"(?P<what>){_ASKING_ZH}(?:比率|比例|百分比|率){_NOT_THE_OTHER_ZH}", _as_rate)),
    ("amount value yuan rmb money cny", form(
        rf"(?P<what>){_ASKING}(?:amounts?|values?|yuan|rmb|cny|money(?: terms)?){_NOT_THE_OTHER}", _as_amount)),
    ("额钱元", form(
        rf"(?P<what>){_ASKING_ZH}(?:具体)?的?(?:金额|数额|多少钱|钱数?|元){_NOT_THE_OTHER_ZH}", _as_amount)),
    ("number count", form(
        rf"(?P<what>){_ASKING}(?:number|count|number of (?:them|orders|cases)){_NOT_THE_OTHER}", _as_count)),
    ("单笔", form(rf"(?P<what>){_ASKING_ZH}(?:单数|笔数|单量|多少单|多少笔|几单|几笔){_NOT_THE_OTHER_ZH}", _as_count)),
    ("amount value money", form(
        rf"(?P<what>){_ASKING}(?:both )?(?:the )?(?:amounts?|values?|money) and (?:the )?(?:counts?|numbers?)",
        _as_both)),
    ("count number", form(
        rf"(?P<what>){_ASKING}(?:both )?(?:the )?(?:counts?|numbers?) and (?:the )?(?:amounts?|values?|money)",
        _as_both)),
    ("额钱", form(
        rf"(?P<what>){_ASKING_ZH}(?:(?:金额|多少钱)[和跟与,]?(?:单数|笔数|多少单|多少笔|几单|几笔)"
        r"|(?:单数|笔数|多少单|多少笔|几单|几笔)[和跟与,]?(?:金额|多少钱))(?:都|也)?(?:要|看|说)?", _as_both)))
