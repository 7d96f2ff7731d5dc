"""What is said of suppliers and of purchase orders by their number. Names of suppliers are free text, kept as typed."""

import re
from typing import Any

from bot.understanding.actions import acts
from bot.understanding.actions import arguments as find
from bot.understanding.actions.arrivals import ALL, ASKS, COUNT, Spread
from bot.understanding.readings import Act, Command, Reading, Refused
from bot.understanding.text.normalise import Normalised, normalise

_NAME = r"[^,，:：;；]{1,80}?"
_LEAD_ZH = rf"(?:交期|交货期|货期|到货期|交货时间)\s*(?:是|为|改成|改为|约)?\s*[:：]?\s*(?P<lead>{COUNT})\s*天"
_LEAD_EN = rf"(?:(?:with )?(?:a )?lead time(?: of| is|:)?\s*(?P<lead>{COUNT})\s*days?)"
_CONTACT_ZH = r"(?:联系人|联系方式|联系|电话|手机|微信)\s*(?:是|为)?\s*[:：]?\s*(?P<contact>.{2,80})"
_CONTACT_EN = r"(?:contact|phone|call)(?: is|:)?\s+(?P<contact>.{2,80})"
_BETWEEN = r"\s*[,，:：;；的]?\s*"
_SET = tuple(re.compile(pattern) for pattern in (
    (rf"(?P<new>新增|新建|添加|设置|登记|修改)?(?:一[个家])?供应商{_BETWEEN}(?P<name>{_NAME})"
    rf"(?:{_BETWEEN}{_LEAD_ZH})?(?:{_BETWEEN}{_CONTACT_ZH})?"),
    rf"(?P<new>)(?P<name>[^,，:：;；\d的]{{2,40}}?)\s*的?\s*{_LEAD_ZH}(?P<contact>)",
    (rf"(?P<new>add|new|set)?(?: an?| the)?\s*supplier{_BETWEEN}(?P<name>{_NAME})"
    rf"(?:{_BETWEEN}(?:and )?{_LEAD_EN})?(?:{_BETWEEN}(?:and )?{_CONTACT_EN})?"),
))
_ITS_PRICE = "供货价|供应价|供价|采购价|拿货价|报价"
_PRICE = tuple(re.compile(pattern) for pattern in (
    (rf"(?:供应商)?\s*(?P<name>[^,，a-z]{{2,40}}?)\s*(?:供应?的?|给的?|的)?\s*(?P<sku>[a-z][a-z\d_-]*\d[a-z\d_-]*)\s*的?"
    rf"(?:{_ITS_PRICE})\s*(?:是|为|改成|改为|每件)?\s*[:：]?\s*(?P<price>-?[\d.]+)\s*(?:元|块)?钱?(?:[一每]?[件个条盒袋支])?"),
    (rf"(?:供应商)?\s*(?P<name>{_NAME})\s*(?:供应?的?|给的?|的)?\s*(?P<sku>[^,，\s]+(?:\s[^,，\s\d]+)?)\s*的?"
    rf"(?:{_ITS_PRICE})(?:是|为|改成|改为|每件)?\s*[:：]?\s*(?P<price>-?[\d.]+)\s*(?:元|块|块钱)?"),
    (rf"(?:supplier )?(?P<name>{_NAME})(?:'s\b| sells?\b|:)\s*(?:price (?:of|for) )?(?P<sku>[^,，]+?)"
    r" (?:at|is|to|for|=)\s*(?P<price>-?[\d.]+)(?: (?:yuan|each|apiece))*"),
))
_OF_SUPPLIER = tuple(re.compile(pattern) for pattern in (
    rf"(?:向|跟|找|从)\s*(?:供应商)?\s*(?P<name>{_NAME})\s*(?=(?:[下开做]一?[个张份]?)?采购|订购|订货|进货|下单|订|进)",
    rf"\s*[,，]?\s*供应商\s*(?:是|为)?\s*[:：]?\s*(?P<name>{_NAME})$",
    rf"\s*[,，]?\s*\bfrom (?:the )?(?:supplier )?(?P<name>{_NAME})$",
))
_BUYS = re.compile(r"下单|[进订](?:点|货)?")  # from somebody, that is buying
CUES = "供价采订进下取交期 supplier sell price from po"
# Every message about them has one of these in it; most have none, and the long patterns need not be tried.
_HINT = re.compile(
    r"供|(?<!客单)价|采购|订(?!单)|进|下单|supplier|sell|price|from|(?<![a-z\d])po\d|取消|交期|货期|交货")
_NUMBER = re.compile(r"(?<![a-z\d])po\d{6}-\d{1,12}(?![\d-])")
_DETAIL = re.compile(r"\s*的?(?:电话|联系方式|联系人|微信|价格|报价|供货价|资料|详情|信息)$")
_CANCEL = re.compile(r"取消|撤销|撤(?:掉|了|单)|不要了?|作废|不等了|\bcall(?:ed)? off\b|\bcancel(?:led)?\b")
_ANYBODY = {"供应商", "供货商", "厂家", "厂商", "厂里", "工厂", "supplier", "the factory", "factory", "vendor"}
_ALONE = (
    ("cancel_purchase", re.compile(r"(?:取消|撤销)采购(?:订)?单|cancel (?:the |a )?purchase order")),
    ("receive_purchase", re.compile(r"采购(?:订)?单?(?:到货|到了|收货)了?|receive (?:the |a )?purchase order")))
_FRAME = re.compile(r"采购(?:订)?单|先(?=[到收入])|剩(?:下|余)的?|其余的?|把"
                    r"|\b(?:purchase orders?|(?:the )?rest|of|from|has|have)\b")


def about_suppliers(message: Normalised, spread: Spread) -> Reading | None:
    """None for what speaks neither of a supplier nor of a purchase order by its number."""
    if not _HINT.search(message.text):
        return None
    return (_alone(message, spread) or _of_number(message, spread) or _price(message, spread)
            or _terms(message, spread) or _order(message, spread))


def _alone(message: Normalised, spread: Spread) -> Reading | None:
    """取消采购单, and no more: of which one is asked."""
    action = next((name for name, said in _ALONE if said.fullmatch(message.text.strip(" .。!"))), None)
    return acts.read_act(action, spread(normalise(""))) if action else None


def _of_number(message: Normalised, spread: Spread) -> Reading | None:
    """PO261123-3 到货 YS-01-M 20 件; 取消采购单 PO261123-3; its number alone is looked up."""
    found = _NUMBER.search(message.text)
    if found is None:
        return None
    number = found[0].upper()
    rest = _FRAME.sub(" ", f"{message.text[:found.start()]} {message.text[found.end():]}")
    if ASKS.search(rest) or not rest.strip(" :：,，.。"):
        return Command("purchases", number)
    known = {"purchase": number}
    if _CANCEL.search(rest):
        return acts.read_act("cancel_purchase", spread(normalise(_CANCEL.sub(" ", rest))), known)
    return acts.read_act("receive_purchase", spread(normalise(ALL.sub(" ", rest))), known)


def _terms(message: Normalised, spread: Spread) -> Reading | None:
    """供应商 恒源纺织 交期 7 天 联系人 王经理; the name alone is looked up."""
    for pattern in _SET:
        found = pattern.fullmatch(message.text.strip(" .。!"))
        if found is None:
            continue
        known: dict[str, Any] = {"supplier": _said(message, found, "name")}
        is_said = "供应商" in message.text or "supplier" in message.text
        if not is_said and not _is_strange(spread, str(known["supplier"])):
            return None
        if found["lead"]:
            find.quantity_as("lead_days")(spread(normalise(found["lead"])), known)
        if found["contact"]:
            known["contact"] = _said(message, found, "contact")
        if len(known) > 1 or found["new"]:
            return Act("set_supplier", known)
        name = _DETAIL.sub("", str(known["supplier"]))
        return None if ASKS.search(message.text) or not name else Command("suppliers", name)
    return None


def _price(message: Normalised, spread: Spread) -> Reading | None:
    """恒源纺织的 YS-01-M 供货价 320; where the goods are known, or look like a code."""
    for pattern in _PRICE:
        found = pattern.fullmatch(message.text.strip(" .。!"))
        if found is None or ASKS.search(message.text):
            continue
        goods = spread(normalise(f"{_said(message, found, 'sku')} {found['price']}元"))
        named = find.Arguments()
        find.sku(goods, named)
        if "sku" in named and found["price"].startswith("-"):
            return Refused("price_below_nothing", {"price": found["price"]})
        if "sku" in named or goods.trouble:
            again = spread(normalise(f"{_said(message, found, 'sku')} {found['price']}元"))
            return acts.read_act("set_supplier_price", again, {"supplier": _said(message, found, "name")})
    return None


def _order(message: Normalised, spread: Spread) -> Reading | None:
    """向恒源纺织采购 YS-01-M 50 件; order 50 YS-01-M from Hengyuan."""
    for pattern in _OF_SUPPLIER:
        found = pattern.search(message.text)
        if found is None:
            continue
        name = _said(message, found, "name")
        ordered = normalise(message.replaced(found.start(), found.end(), " "))
        if (verb := _BUYS.search(ordered.text)) and acts.action_of(spread(ordered).tokens) != "create_purchase_order":
            ordered = normalise(ordered.replaced(verb.start(), verb.end(), "采购"))
        rest = spread(ordered)
        if acts.action_of(rest.tokens) == "create_purchase_order" and not _is_ours(spread, name):
            return acts.read_act("create_purchase_order", rest, {} if name in _ANYBODY else {"supplier": name})
    return None


def _is_strange(spread: Spread, name: str) -> bool:
    """A name of which nobody knows anything, as a supplier's is."""
    return all(token.is_unknown for token in spread(normalise(name)).tokens)


def _is_ours(spread: Spread, name: str) -> bool:
    """A warehouse or something we sell is no supplier."""
    tokens = spread(normalise(name)).tokens
    return len(tokens) == 1 and bool(tokens[0].names)


def _said(message: Normalised, found: re.Match[str], group: str) -> str:
    """As it was typed."""
    text = message.text.strip(" .。!")
    shift = message.text.index(text) if found.string == text else 0
    return message.original(found.start(group) + shift, found.end(group) + shift).strip()
