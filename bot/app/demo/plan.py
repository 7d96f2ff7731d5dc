"""How each shop of the demo trades: share of the orders, taste, prices, fees, habits of its platform."""

from dataclasses import dataclass
from typing import NamedTuple

from domain.catalog.model import Platform
from domain.orders.model import Hold

HOUR_S = 3600
DAY_S = 24 * HOUR_S


class Campaign(NamedTuple):
    """One advertising campaign: the share of the shop's sales it is credited with, its return, cost of a click."""

    name: str
    credited: float
    roi: float
    click_minor: float
    click_rate: float


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """One shop. Rates are fractions, amounts fen (of the currency the shop sells in)."""

    platform: Platform
    prefix: str  # order numbers: prefix, day, running number of the day
    share: float  # of all orders of a plain day
    taste: dict[str, float]  # category -> factor
    coupon: float  # mean discount on a plain day
    fee_rate: float
    refund_rate: float
    conversion: float
    hold: Hold
    account: str
    settle_days: int
    campaigns: tuple[Campaign, ...] = ()
    currency: str = "CNY"
    least_orders: int = 0  # of any one day
    ship_within_s: int = 48 * HOUR_S
    free_freight_from: int = 4900
    freight_minor: int = 600


SHOPS: dict[str, ShopPlan] = {
    "天猫旗舰店": ShopPlan(
        Platform.TAOBAO, "TB", share=0.335, taste={"女装": 1.2, "美妆": 1.2}, coupon=0.165, fee_rate=0.056,
        refund_rate=0.088, conversion=0.032, hold=Hold.PLATFORM, account="支付宝", settle_days=9, least_orders=8,
        campaigns=(
            Campaign("关键词推广", credited=0.17, roi=3.4, click_minor=130, click_rate=0.036),
            Campaign("人群推广", credited=0.10, roi=2.5, click_minor=95, click_rate=0.021),
            Campaign("全站推广", credited=0.14, roi=4.3, click_minor=110, click_rate=0.028),
            Campaign("超级直播", credited=0.05, roi=1.8, click_minor=70, click_rate=0.048))),
    "京东旗舰店": ShopPlan(
        Platform.JD, "JD", share=0.18, taste={"数码": 1.8, "家居": 1.2, "女装": 0.6, "男装": 0.8}, coupon=0.155,
        fee_rate=0.068, refund_rate=0.064, conversion=0.037, hold=Hold.MANUAL, account="招商银行", settle_days=14,
        least_orders=8,
        campaigns=(
            Campaign("京东快车", credited=0.18, roi=3.6, click_minor=145, click_rate=0.031),
            Campaign("购物触点", credited=0.09, roi=2.3, click_minor=85, click_rate=0.017),
            Campaign("京东海投", credited=0.11, roi=4.0, click_minor=105, click_rate=0.024))),
    "拼多多专营店": ShopPlan(
        Platform.PDD, "PDD", share=0.205, taste={"食品": 1.5, "家居": 1.3, "女装": 0.55, "美妆": 0.8}, coupon=0.20,
        fee_rate=0.022, refund_rate=0.094, conversion=0.042, hold=Hold.RISK, account="微信支付", settle_days=10,
        least_orders=8, free_freight_from=0,
        campaigns=(
            Campaign("多多搜索", credited=0.16, roi=3.1, click_minor=62, click_rate=0.034),
            Campaign("多多场景", credited=0.08, roi=2.1, click_minor=41, click_rate=0.015),
            Campaign("多多全站推广", credited=0.20, roi=4.6, click_minor=55, click_rate=0.029))),
    "抖音小店": ShopPlan(
        Platform.DOUYIN, "DY", share=0.16, taste={"女装": 1.3, "食品": 1.3, "美妆": 1.3, "数码": 0.7}, coupon=0.19,
        fee_rate=0.055, refund_rate=0.112, conversion=0.022, hold=Hold.PLATFORM, account="微信支付", settle_days=8,
        campaigns=(
            Campaign("千川直播带货", credited=0.24, roi=2.6, click_minor=88, click_rate=0.042),
            Campaign("千川短视频", credited=0.16, roi=2.0, click_minor=73, click_rate=0.026),
            Campaign("千川商城推广", credited=0.10, roi=3.9, click_minor=64, click_rate=0.033),
            Campaign("达人合作", credited=0.08, roi=1.6, click_minor=120, click_rate=0.055))),
    "小红书店": ShopPlan(
        Platform.XHS, "XHS", share=0.08, taste={"女装": 1.5, "美妆": 1.7, "数码": 0.4, "男装": 0.4}, coupon=0.12,
        fee_rate=0.05, refund_rate=0.085, conversion=0.019, hold=Hold.PLATFORM, account="招商银行", settle_days=10),
    "Shopify 海外店": ShopPlan(
        Platform.SHOPIFY, "SP", share=0.04, taste={"食品": 0.15, "家居": 1.6, "女装": 1.2, "男装": 0.7}, coupon=0.07,
        fee_rate=0.044, refund_rate=0.04, conversion=0.021, hold=Hold.RISK, account="PayPal", settle_days=3,
        currency="USD", ship_within_s=72 * HOUR_S, free_freight_from=5000, freight_minor=699),
}

CATEGORY_REFUNDS = {"女装": 1.35, "男装": 1.1, "家居": 0.85, "数码": 0.8, "美妆": 0.7, "食品": 0.5}

# How an order is spread over the day: people buy at lunch and, most of all, in the evening.
HOUR_WEIGHTS = (2.6, 1.5, 0.8, 0.5, 0.4, 0.5, 1.1, 2.2, 3.6, 5.2, 6.0, 5.8,
                5.6, 5.2, 5.2, 5.2, 5.0, 4.6, 4.6, 5.8, 7.4, 8.2, 7.4, 4.8)
# On a big sale many wait for midnight.
SALE_HOUR_WEIGHTS = (13.0, 6.0, 2.2, 1.0, 0.7, 0.8, 1.6, 2.8, 4.2, 5.4, 5.8, 5.2,
                     4.8, 4.4, 4.2, 4.2, 4.0, 4.0, 4.4, 6.0, 8.4, 9.2, 8.8, 6.4)

LINES_PER_ORDER = ((1, 0.67), (2, 0.23), (3, 0.07), (4, 0.03))
# Pieces of a line, by list price in fen: few people buy two coats, many buy two cables.
PIECES = ((5_000, ((1, 0.70), (2, 0.21), (3, 0.07), (5, 0.02))), (10_000, ((1, 0.84), (2, 0.14), (3, 0.02))),
          (1_000_000, ((1, 0.97), (2, 0.03))))

# The carrier's name, the share of parcels it gets, how its waybills begin, and how many digits follow.
CARRIERS = (("中通", 0.30, "78", 12), ("圆通", 0.20, "YT", 13), ("韵达", 0.17, "43", 13), ("申通", 0.12, "77", 13),
            ("极兔", 0.12, "JT", 13), ("顺丰", 0.09, "SF1", 12))
JD_CARRIER = ("京东快递", 1.0, "JDVA", 11)
OVERSEAS_CARRIER = ("邮政", 1.0, "LZ", 9)
OVERSEAS_PARCEL_MINOR = 3_800  # fen, to the postal service
OVERSEAS_TRANSIT_DAYS = 11.0
OVERSEAS_WAREHOUSE = "华南仓"

PACKERS = {"华东仓": ("小王", "小张"), "华南仓": ("小张", "小王")}  # who packs there, and who stands in
STAND_IN_SHARE = 0.12

RAW_STATUS = {
    "to_pay": "等待买家付款", "to_ship": "等待卖家发货", "held": "平台锁定", "shipped": "卖家已发货",
    "signed": "买家已签收", "completed": "交易成功", "cancelled": "交易关闭", "after_sale": "退款处理中",
}
