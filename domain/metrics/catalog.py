"""Every metric and dimension, declared once: name, unit, right, meaning, and the measures it is made of.

A metric is one entry here; its synonyms live in bot/understanding/lexicon. A metric's value is
(Σ factor × measure) or, with `per`, that sum divided by (Σ factor × measure).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from domain.metrics.measures import MEASURES, MOMENT, Source
from domain.people import Permission


class Unit(StrEnum):
    """How a figure is read. MONEY is minor units of the base currency, RATE a fraction."""

    MONEY = "money"
    COUNT = "count"
    RATE = "rate"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True)
class Metric:
    """One figure the shop can be asked for. What follows from its measures is worked out once."""

    id: str
    zh: str
    en: str
    unit: Unit
    permission: Permission
    sum: Mapping[str, float]
    definition_zh: str
    definition_en: str
    per: Mapping[str, float] = field(default_factory=dict)
    rising_is_good: bool | None = True

    @cached_property
    def measures(self) -> frozenset[str]:
        return frozenset(self.sum) | frozenset(self.per)

    @cached_property
    def sources(self) -> frozenset[Source]:
        return frozenset(MEASURES[name].source for name in self.measures)

    @cached_property
    def is_of_the_moment(self) -> bool:
        """Stock, waiting orders and balances take no period."""
        return self.sources <= MOMENT

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """What it can be split and filtered by: what all its measures can."""
        return frozenset.intersection(*(MEASURES[name].dimensions for name in self.measures))


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split figures."""

    id: str
    zh: str
    en: str
    is_time: bool = False
    values: tuple[str, ...] = ()  # the closed list of values, where there is one


def _of(*names: str) -> dict[str, float]:
    """One of each measure; a leading minus subtracts it."""
    return {name.lstrip("-"): -1.0 if name.startswith("-") else 1.0 for name in names}


_NET = ("revenue", "-refund_amount")
_COGS = ("cost_sold", "-cost_returned")
_GROSS = (*_NET, "-cost_sold", "cost_returned")
_NET_PROFIT = (*_GROSS, "-platform_fees", "-shipping_cost", "-ad_spend", "-expenses")

_P = Permission
_M, _C, _R = Unit.MONEY, Unit.COUNT, Unit.RATE
_METRICS = (
    Metric("revenue", "销售额", "revenue", _M, _P.SALES, _of("revenue"),
           "按付款时间,买家实付(货款+运费),未扣退款",
           "paid by buyers, goods and freight, by time of payment, before refunds"),
    Metric("orders", "订单数", "orders", _C, _P.COUNTS, _of("orders"),
           "期间内付款的订单", "orders paid in the period"),
    Metric("units", "销量", "units sold", _C, _P.COUNTS, _of("units"),
           "已付款订单的件数,赠品不计", "pieces in paid orders, gifts not counted"),
    Metric("aov", "客单价", "average order value", _M, _P.SALES, _of("revenue"),
           "销售额 ÷ 订单数", "revenue / orders", per=_of("orders")),
    Metric("discount", "优惠金额", "discounts", _M, _P.SALES, _of("discount"),
           "已付款订单的店铺优惠", "seller discounts on paid orders", rising_is_good=None),
    Metric("refund_amount", "退款金额", "refunds", _M, _P.SALES, _of("refund_amount"),
           "期间内退款成功的金额", "refunds that succeeded in the period", rising_is_good=False),
    Metric("refund_orders", "退款单数", "refund count", _C, _P.COUNTS, _of("refund_orders"),
           "期间内退款成功的笔数", "refunds that succeeded in the period", rising_is_good=False),
    Metric("refund_rate", "退款率", "refund rate", _R, _P.SALES, _of("refund_amount"),
           "退款金额 ÷ 销售额", "refunds / revenue", per=_of("revenue"), rising_is_good=False),
    Metric("net_revenue", "净销售额", "net revenue", _M, _P.SALES, _of(*_NET),
           "销售额 − 退款金额", "revenue − refunds"),
    Metric("customers", "买家数", "customers", _C, _P.CUSTOMERS, _of("customers"),
           "期间内付款的买家,去重", "distinct buyers who paid in the period"),
    Metric("new_customers", "新客数", "new customers", _C, _P.CUSTOMERS, _of("new_customers"),
           "首次付款在期间内的买家", "buyers whose first payment falls in the period"),
    Metric("repeat_rate", "复购率", "repeat rate", _R, _P.CUSTOMERS, _of("repeat_customers"),
           "期间买家中,以前买过或期间内买过至少两次的占比",
           "share of the period's buyers who bought before or at least twice in it", per=_of("customers")),
    Metric("cogs", "商品成本", "cost of goods", _M, _P.PROFIT, _of(*_COGS),
           "已售商品成本 − 退回商品成本;缺成本的行不计成本,另行注明",
           "cost of goods sold less cost of goods returned; lines without cost add none and are told",
           rising_is_good=None),
    Metric("cost_sold", "售出成本", "cost of what was sold", _M, _P.PROFIT, _of("cost_sold"),
           "已售商品的成本,退回的不扣;缺成本的行不计成本,另行注明",
           "cost of goods sold before returns; lines without cost add none and are told", rising_is_good=None),
    Metric("gross_profit", "毛利", "gross profit", _M, _P.PROFIT, _of(*_GROSS),
           "净销售额 − 商品成本", "net revenue − cost of goods"),
    Metric("gross_margin", "毛利率", "gross margin", _R, _P.PROFIT, _of(*_GROSS),
           "毛利 ÷ 净销售额", "gross profit / net revenue", per=_of(*_NET)),
    Metric("platform_fees", "平台扣点", "platform fees", _M, _P.PROFIT, _of("platform_fees"),
           "平台佣金与手续费;账单到之前为估算", "commission and fees; estimated until the bill comes",
           rising_is_good=False),
    Metric("shipping_cost", "运费成本", "shipping cost", _M, _P.PROFIT, _of("shipping_cost"),
           "付给快递的运费;账单到之前为估算", "paid to carriers; estimated until the bill comes", rising_is_good=False),
    Metric("ad_spend", "推广费", "ad spend", _M, _P.ADS, _of("ad_spend"),
           "各推广计划花费", "spent on advertising", rising_is_good=None),
    Metric("expenses", "其他费用", "other expenses", _M, _P.PROFIT, _of("expenses"),
           "房租、工资等记账费用", "booked expenses such as rent and wages", rising_is_good=False),
    Metric("net_profit", "净利润", "net profit", _M, _P.PROFIT, _of(*_NET_PROFIT),
           "毛利 − 平台扣点 − 运费成本 − 推广费 − 其他费用",
           "gross profit − platform fees − shipping cost − ad spend − other expenses"),
    Metric("net_margin", "净利率", "net margin", _R, _P.PROFIT, _of(*_NET_PROFIT),
           "净利润 ÷ 净销售额", "net profit / net revenue", per=_of(*_NET)),
    Metric("stock_on_hand", "在库", "stock on hand", _C, _P.STOCK, _of("stock_on_hand"),
           "仓库里的件数", "pieces in the warehouses", rising_is_good=None),
    Metric("stock_reserved", "占用", "reserved stock", _C, _P.STOCK, _of("stock_reserved"),
           "已被订单占用、还没发出的件数", "held by orders that have not left", rising_is_good=None),
    Metric("stock_available", "可用库存", "available stock", _C, _P.STOCK, _of("stock_available"),
           "在库 − 占用", "on hand − reserved", rising_is_good=None),
    Metric("stock_incoming", "在途", "incoming stock", _C, _P.STOCK, _of("stock_incoming"),
           "已采购还没入库的件数,加上在途调拨还没到的件数",
           "pieces ordered and not yet received, and pieces on their way from another warehouse", rising_is_good=None),
    Metric("stock_value", "库存金额", "stock value", _M, _P.STOCK_VALUE, _of("stock_value"),
           "(在库 + 调拨在途)件数 × 单位成本,在途的算在要去的仓库;缺成本的不计",
           "pieces on hand, and those on their way between warehouses (counted where they go), × unit cost; those "
           "without cost are left out", rising_is_good=None),
    Metric("days_of_cover", "可售天数", "days of cover", Unit.DAYS, _P.STOCK, _of("stock_available"),
           "可用库存 ÷ 近30天日均销量(分仓时只算从该仓发出的)",
           "available stock / average daily units of the last 30 days (of a warehouse: those that left from it)",
           per=_of("daily_units"), rising_is_good=None),
    Metric("reorder_quantity", "建议补货量", "suggested reorder", _C, _P.STOCK, _of("reorder_quantity"),
           "补到(补货点 + 30天销量)还差的件数,已扣可用与在途;到补货点才建议",
           "pieces to reach the reorder point plus 30 days of sales, less available and incoming, at the reorder point",
           rising_is_good=None),
    Metric("orders_to_pay", "待付款", "orders to pay", _C, _P.FULFILMENT, _of("orders_to_pay"),
           "已下单、还没付款", "placed and not yet paid", rising_is_good=None),
    Metric("orders_to_ship", "待发货", "orders to ship", _C, _P.FULFILMENT, _of("orders_to_ship"),
           "已付款、还没发完、没有锁定", "paid, not fully shipped, not held", rising_is_good=None),
    Metric("orders_overdue", "超时未发", "overdue orders", _C, _P.FULFILMENT, _of("orders_overdue"),
           "过了发货时限还没发完", "not fully shipped after the latest ship time", rising_is_good=False),
    Metric("orders_shipped", "已发货单数", "orders shipped", _C, _P.FULFILMENT, _of("orders_shipped"),
           "按发货时间", "by ship time"),
    Metric("orders_signed", "已签收单数", "orders signed for", _C, _P.FULFILMENT, _of("orders_signed"),
           "按签收时间", "by time of signature"),
    Metric("ship_hours", "平均发货时长", "hours to ship", Unit.HOURS, _P.FULFILMENT, {"ship_seconds": 1 / 3600},
           "从付款到发货的平均小时数,按发货时间", "average hours from payment to shipping, by ship time",
           per=_of("timed_shipments"), rising_is_good=False),
    Metric("visitors", "访客数", "visitors", _C, _P.TRAFFIC, _of("visitors"),
           "各店每日访客之和", "daily visitors of the shops, summed"),
    Metric("conversion_rate", "转化率", "conversion rate", _R, _P.TRAFFIC, _of("orders"),
           "订单数 ÷ 访客数", "orders / visitors", per=_of("visitors")),
    Metric("ad_clicks", "广告点击量", "ad clicks", _C, _P.TRAFFIC, _of("ad_clicks"), "广告被点击的次数",
           "clicks on ads"),
    Metric("ad_impressions", "广告展现量", "ad impressions", _C, _P.TRAFFIC, _of("ad_impressions"),
           "广告被展示的次数", "times ads were shown"),
    Metric("roi", "投产比", "return on ad spend", Unit.RATIO, _P.ADS, _of("attributed_revenue"),
           "广告带来的成交额 ÷ 推广费", "revenue attributed to ads / ad spend", per=_of("ad_spend")),
    Metric("cash_in", "收款", "cash in", _M, _P.CASH, _of("cash_in"), "各账户收到的钱", "money into the accounts"),
    Metric("cash_out", "付款", "cash out", _M, _P.CASH, _of("cash_out"), "各账户付出的钱", "money out of the accounts",
           rising_is_good=False),
    Metric("balance", "账户余额", "account balance", _M, _P.CASH, _of("balance"),
           "期初余额 + 收款 − 付款,到此刻,外币按最新汇率",
           "opening balance + in − out, up to the moment, at the latest rates"),
)
METRICS: Mapping[str, Metric] = MappingProxyType({metric.id: metric for metric in _METRICS})

PLATFORM_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "taobao": ("淘宝/天猫", "Taobao/Tmall"), "jd": ("京东", "JD"), "pdd": ("拼多多", "Pinduoduo"), "douyin": ("抖音",
    "Douyin"),
    "xhs": ("小红书", "Xiaohongshu"), "shopify": ("Shopify", "Shopify"), "woocommerce": ("WooCommerce", "WooCommerce"),
    "other": ("其他", "other"),
})
STATUS_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "to_pay": ("待付款", "to pay"), "to_ship": ("待发货", "to ship"), "partly_shipped": ("部分发货", "partly shipped"),
    "shipped": ("已发货", "shipped"), "signed": ("已签收", "signed"), "completed": ("已完成", "completed"),
    "cancelled": ("已取消", "cancelled"), "after_sale": ("售后中", "after-sale"), "held": ("锁定", "held"),
})
SEGMENT_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "champions": ("重要价值客户", "champions"), "loyal": ("忠诚客户", "loyal"), "potential": ("潜力客户",
    "potential loyalists"),
    "new": ("新客户", "new"), "promising": ("有希望客户", "promising"), "need_attention": ("需关注客户",
    "need attention"),
    "about_to_sleep": ("即将沉睡客户", "about to sleep"), "at_risk": ("流失风险客户", "at risk"),
    "cant_lose": ("重点挽留客户", "can't lose"), "hibernating": ("沉睡客户", "hibernating"),
})

_DIMENSIONS = (
    Dimension("day", "日期", "day", is_time=True), Dimension("week", "周", "week", is_time=True),
    Dimension("month", "月份", "month", is_time=True), Dimension("hour", "小时", "hour", is_time=True),
    Dimension("weekday", "星期", "weekday", is_time=True),
    Dimension("shop", "店铺", "shop"), Dimension("platform", "平台", "platform", values=tuple(PLATFORM_NAMES)),
    Dimension("sku", "SKU", "SKU"), Dimension("product", "商品", "product"), Dimension("category", "类目", "category"),
    Dimension("warehouse", "仓库", "warehouse"), Dimension("customer", "客户", "customer"),
    Dimension("segment", "客户分层", "segment", values=tuple(SEGMENT_NAMES)), Dimension("province", "省份", "province"),
    Dimension("staff", "员工", "staff"), Dimension("order_status", "订单状态", "order status",
    values=tuple(STATUS_NAMES)),
    Dimension("campaign", "推广计划", "campaign"), Dimension("currency", "币种", "currency"),
    Dimension("account", "账户", "account"),
)
DIMENSIONS: Mapping[str, Dimension] = MappingProxyType({dimension.id: dimension for dimension in _DIMENSIONS})
