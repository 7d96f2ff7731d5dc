"""What rows are called where one of them is pointed at: 那家店, 第二名, that campaign."""

import re
from collections.abc import Mapping

from domain.metrics.catalog import DIMENSIONS

# What rows are called, and the dimensions that may be meant.
_CALLED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"店铺|网店|店|shop|store", ("shop", "platform")), (r"平台|渠道|platform|channel", ("platform", "shop")),
    (r"家", ("shop", "platform", "customer")),
    (r"仓库?|warehouse", ("warehouse",)), (r"商品|产品|单品|品|货|款|件|product|item", ("product", "sku")),
    (r"码|码数|尺码|尺寸|颜色|色号|规格", ("sku",)),
    (r"品类|类目|类|category", ("category",)), (r"客户|买家|顾客|客人|customer|buyer", ("customer",)),
    (r"人|员工|同事|位|person|guy|colleague|staff", ("staff", "customer")),
    (r"省份?|地方|地区|province|region|place", ("province",)),
    (r"计划|活动|campaign", ("campaign",)), (r"账户|account", ("account",)),
    (r"天|日|day", ("day",)), (r"周|星期|week", ("week",)), (r"月份?|month", ("month",)))
NOUNS_ZH = ("店铺|网店|店|平台|渠道|家|仓库?|商品|产品|单品|品类|类目|品|货|款|件|类|客户|买家|顾客|客人|人|员工|同事"
             "|位|省份?|地方|地区|计划|账户|码数?|尺[码寸]|颜色|色号|规格")
NOUNS_EN = ("shop|store|platform|channel|warehouse|product|item|category|customer|buyer|person|guy|colleague|province"
             "|region|place|campaign|account")
TIMES_ZH, TIMES_EN = "天|周|星期|月", "day|week|month"
ORDINALS: Mapping[str, int] = {
    "一": 1, "头": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "one": 1, "two": 2, "three": 3, "top": 1}


def dimensions_called(noun: str | None) -> tuple[str, ...]:
    """Those that the noun may mean; all of them where there is none."""
    if not noun:
        return tuple(DIMENSIONS)
    return next((meant for words, meant in _CALLED if re.fullmatch(words, noun)), tuple(DIMENSIONS))
