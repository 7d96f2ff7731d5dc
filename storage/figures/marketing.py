"""Advertising and traffic, by day."""

from sqlalchemy import case, func

from storage.figures.facts import Fact, Key, Sum, compose, shop_join, shop_keys, time_keys
from storage.schema import metadata

_ads, _traffic = metadata.tables["ad_spend"], metadata.tables["traffic"]

ADS = Fact(
    _ads, {**time_keys(_ads.c.day), **shop_keys(_ads.c.shop_id, _ads.c.currency), "campaign": Key(_ads.c.campaign)},
    {"ad_spend": Sum(func.sum(_ads.c.spend_base)), "ad_clicks": Sum(func.sum(_ads.c.clicks)),
     "ad_impressions": Sum(func.sum(_ads.c.impressions)), "attributed_revenue": Sum(func.sum(_ads.c.attributed_base)),
     "ads_without_revenue": Sum(func.sum(case((_ads.c.attributed_base.is_(None), 1), else_=0)))},
    _ads.c.day, joins=shop_join(_ads.c.shop_id))
ads = compose((ADS,))

TRAFFIC = Fact(
    _traffic, {**time_keys(_traffic.c.day), **shop_keys(_traffic.c.shop_id)},
    {"visitors": Sum(func.sum(_traffic.c.visitors))}, _traffic.c.day, joins=shop_join(_traffic.c.shop_id))
traffic = compose((TRAFFIC,))
