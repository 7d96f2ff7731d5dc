"""Sentences that say what a platform's listing is: 直播间福袋 随机款 就是 YS-01-M, match X of 抖音小店 to YS-01-M.

What the platform calls it is free text; the other end is codes of our own, with how many of each.
"""

import re
from typing import Any

from bot.understanding.readings import Act
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import spelled

_QUOTES = " \t「」『』“”‘’\"'《》。.!!"
_CODE = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+|[A-Za-z0-9][\w-]*"
_UNIT = r"(?:件|个|条|盒|袋|支|只|瓶|双|套|包|pcs?|pieces?)"
_PART = re.compile(
    rf"(?:(?P<first>\d{{1,6}})\s*(?:{_UNIT}|[x×*])\s*(?:of\s+)?)?(?P<code>{_CODE})"
    rf"(?:\s*[x×*]\s*(?P<times>\d{{1,6}})|\s+(?P<last>\d{{1,6}})\s*{_UNIT})?\s*{_UNIT}?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[+＋、,，&和加]|\band\b)\s*", re.IGNORECASE)
_SURE = r"(?:其实)?(?:就是|对应(?:的是|到)?|匹配(?:成|到)|对上)"
_FRAMES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    rf"(?:把|将)?\s*(?P<text>.{{1,200}}?)\s*{_SURE}\s*(?P<parts>.{{1,300}})",
    r"match\s+(?P<text>.{1,200}?)(?:\s+(?:of|in|from)\s+(?P<shop>[^「」]{1,80}?))?\s+(?:to|with)\s+(?P<parts>.{1,300})",
))
_SAID_SHOP = re.compile(r"(?P<text>.{1,200}?)\s*(?:是|\bis\b)\s*(?P<parts>.{1,300})", re.IGNORECASE)  # needs a shop
_PLATFORMS = {"抖店": "抖音", "抖音": "抖音", "淘宝": "淘宝", "天猫": "天猫", "京东": "京东", "拼多多": "拼多多",
              "小红书": "小红书"}
_KIND = re.compile(r"\s*(?:上|里|店)?的?\s*(?:平台)?(?:sku|商品编码|商品|链接|编码)?\s*[::]?\s*", re.IGNORECASE)
_QUOTED = re.compile(r"(?P<shop>[^「]{2,80}?)\s*的?\s*「(?P<text>[^」]{1,200})」?")
CUES = "是对匹 match is"
_ASKS = re.compile(r"[?？吗么]$|哪|什么|多少|几|谁|怎么|记住|记得")


def matching_of(said: str, gazetteer: Gazetteer) -> Act | None:
    """match_sku with the listing as it was typed; None when it is another sentence."""
    text = said.strip(_QUOTES)
    if _ASKS.search(text):
        return None
    for frame in _FRAMES:
        if (found := frame.fullmatch(text)) and (lines := _lines(found["parts"], gazetteer)):
            shop, listing = _after_shop(found["text"], gazetteer)
            return _act(listing, lines, found.groupdict().get("shop") or shop)
    if (found := _SAID_SHOP.fullmatch(text)) and (lines := _lines(found["parts"], gazetteer)):
        shop, listing = _after_shop(found["text"], gazetteer)
        return _act(listing, lines, shop) if shop else None
    return None


def _act(listing: str, lines: list[dict[str, Any]], shop: str | None) -> Act | None:
    listing = listing.strip(_QUOTES)
    if not listing:
        return None
    return Act("match_sku", {"listing": listing, "lines": lines, **({"shop": shop.strip(_QUOTES)} if shop else {})})


def _lines(parts: str, gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """Codes with a dash, or those we know; nothing where anything else is said."""
    rows = []
    for part in _BETWEEN.split(parts.strip(_QUOTES)):
        found = _PART.fullmatch(part.strip())
        if found is None or not ("-" in found["code"] or spelled(found["code"]) in gazetteer.names):
            return []
        rows.append({"sku": found["code"].upper(),
                     "quantity": int(found["first"] or found["times"] or found["last"] or 1)})
    return rows


def _after_shop(text: str, gazetteer: Gazetteer) -> tuple[str | None, str]:
    """The shop that leads, and what is left: 抖店 SKU X, 抖音小店的 X."""
    text = text.strip()
    if (quoted := _QUOTED.fullmatch(text)) and not _KIND.fullmatch(quoted["shop"]):
        return _PLATFORMS.get(quoted["shop"], quoted["shop"]), quoted["text"]
    shops = [*gazetteer.shops, *(name for name, meant in gazetteer.names.items()
                                 if any(one.dimension == "shop" for one in meant)), *_PLATFORMS]
    for shop in sorted(set(shops), key=len, reverse=True):
        if text.lower().startswith(shop.lower()) and (rest := _rest(text[len(shop):])):
            return _PLATFORMS.get(shop, text[:len(shop)]), rest
    return None, _KIND.sub("", text, count=1) if re.match(r"(?:平台\s*)?sku\s", text, re.IGNORECASE) else text


def _rest(text: str) -> str:
    """What follows the name of a shop, where it is said that something of it follows."""
    lead = _KIND.match(text)
    return text[lead.end():] if lead and lead.end() else ""
