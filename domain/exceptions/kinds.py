"""Every kind of exception: its names, what to do about it, who may see it, how urgent it is.

A kind is one entry here, one detector of the same id in storage.exceptions, and one sentence of the messages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.people import Permission


@dataclass(frozen=True, slots=True)
class Kind:
    """`severity` 1 costs money or a buyer today, 2 this week, 3 makes figures wrong.

    One of a shop names it as its place; others are about goods that all shops sell.
    """

    id: str
    zh: str
    en: str
    todo_zh: str
    todo_en: str
    right: Permission
    severity: int
    is_of_shop: bool = True


NOT_TOLD = "write_back_failed"  # its detail is a reason of our own, or the platform's words
_P = Permission
_KINDS = (
    Kind("overdue_shipment", "超时未发", "overdue shipments", "今天先发这一单,或在平台报备延迟",
         "ship this one first, or report the delay to the platform", _P.FULFILMENT, 1),
    Kind("oversold", "超卖", "oversold", "补货或调拨;平台上先下架,来不及就和买家商量退款",
         "buy or transfer pieces; take it off the platform, or agree on a refund with the buyers", _P.STOCK, 1,
         is_of_shop=False),
    Kind("address_changed", "打包后改地址", "address changed after packing",
         "已发的联系快递改派或拦截,再联系买家;合单没发的先说「取消合单 订单号」",
         'ask the carrier to redirect or intercept what has left, then tell the buyer; of what is merged say "unmerge" '
         "with the order first", _P.FULFILMENT, 1),
    Kind("refund_on_shipped", "已发货又申请退款", "refunds on shipped goods", "先让快递拦截,收到退回再同意退款",
         "have the parcel intercepted, and approve the refund when the goods are back", _P.FULFILMENT, 1),
    Kind("write_back_failed", "平台回传失败", "platform not told",
         "照原因改好后说「重新回传 订单号」,或到平台后台自己填运单号,再标为已处理;授权由店主更新后自动补传",
         'put right what is said there, then say "tell the platform again" with the order; or enter the waybill on the '
         "platform and mark it handled; once the owner has renewed keys it is told by itself", _P.FULFILMENT, 1),
    Kind("cancelled_but_sent", "已取消但货在路上", "cancelled orders on their way",
         "让快递拦截,再说「拦截 …」;货到了说「… 退货入库」",
         'have the carrier intercept it and say "intercept …"; when it is back, say "returned …"', _P.FULFILMENT, 1),
    Kind("unknown_contents", "包裹内容不明", "parcels of unknown contents",
         "看清楚发了什么,再说「… 的包裹里是 商品编码×件数」;之后才能发剩下的",
         'find out what was sent and say "the parcel of … held 1 SKU"; the rest can be shipped then', _P.FULFILMENT, 2),
    Kind("intercepted", "拦截的货没回来", "intercepted goods not back", "催快递;货到了说「… 退货入库」",
         'ask the carrier; when the goods are there, say "returned …"', _P.FULFILMENT, 2),
    Kind("unknown_status", "平台状态不明", "unknown platform status", "到平台看这一单的实际状态;没弄清之前不要发货",
         "look at the order on the platform; do not ship it before that is clear", _P.FULFILMENT, 2),
    Kind("unmatched_sku", "商品没对上 SKU", "unmatched SKU", "问「哪些商品没对上」,照着对上;之后才扣库存、算成本",
         'ask "which products are unmatched" and match them; until then they move no stock, have no cost', _P.STOCK, 2),
    Kind("negative_margin", "亏本订单", "negative margin", "检查售价、优惠和成本;价格设错就改链接价格",
         "check price, discounts and cost; correct the listing if the price is wrong", _P.PROFIT, 2),
    Kind("stock_drift", "账实不符", "stock drift", "先说「按流水修正 … 在 … 的库存」,再盘点一次",
         'say "repair stock of … in …", then count the SKU once', _P.STOCK, 2, is_of_shop=False),
    Kind("missing_cost", "缺成本", "missing cost", "补上成本:「… 成本改成 …元」,或导入带进价的商品表",
         'give its cost: "revalue … at …", or import a product list with costs', _P.PROFIT, 3,
         is_of_shop=False),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.id: kind for kind in _KINDS})


def kinds_for(rights: Collection[Permission], *, only_of_shops: bool = False) -> tuple[str, ...]:
    """The kinds that somebody with these rights may see, the most urgent first."""
    return tuple(kind.id for kind in KINDS.values() if kind.right in rights and (kind.is_of_shop or not only_of_shops))
