"""Questions and, beside each, SQL of its own over the facts: no rollups, none of the program's queries.

Days are business days as the facts hold them. Each row of SQL is a row of the answer, its key first.
"""

SALE = "FROM orders o WHERE o.excluded IS NULL AND o.paid_on"
LINE = "FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.excluded IS NULL AND o.paid_on"
BACK = ("FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.excluded IS NULL AND r.status = 'succeeded' "
        "AND r.refunded_on")
SHOP = "JOIN shops s ON s.id = o.shop_id"
SHOP_SALE, SHOP_BACK = (part.replace("WHERE", f"{SHOP} WHERE") for part in (SALE, BACK))
OCT, LAST_WEEK, DAYS_30 = (f"BETWEEN '{first}' AND '{last}'" for first, last in (
    ("2026-10-01", "2026-10-31"), ("2026-11-16", "2026-11-22"), ("2026-10-24", "2026-11-22")))
YESTERDAY, DOUBLE_11, Q3 = "= '2026-11-22'", "= '2026-11-11'", "BETWEEN '2026-07-01' AND '2026-09-30'"
THIS_MONTH = "BETWEEN '2026-11-01' AND '2026-11-23'"


def money(period: str) -> dict[str, str]:
    """Every figure of money for the period, as a scalar expression of SQL."""
    revenue = f"(SELECT coalesce(sum(o.paid_base), 0) {SALE} {period})"
    refunds = f"(SELECT coalesce(sum(r.amount_base), 0) {BACK} {period})"
    cost = f"(SELECT coalesce(sum(l.cost_base), 0) {LINE} {period})"
    returned = (f"(SELECT coalesce(sum(x.cost_base), 0) FROM refund_lines x JOIN refunds r ON r.id = x.refund_id "
                f"JOIN orders o ON o.id = r.order_id WHERE o.excluded IS NULL AND r.status = 'succeeded' "
                f"AND r.refunded_on {period})")
    charge = "(SELECT coalesce(sum(amount_base), 0) FROM charges WHERE kind = '{}' AND occurred_on {})"
    found = {
        "revenue": revenue, "refunds": refunds, "cogs": f"({cost} - {returned})",
        "fees": charge.format("platform_fee", period), "shipping": charge.format("shipping", period),
        "ads": f"(SELECT coalesce(sum(spend_base), 0) FROM ad_spend WHERE day {period})",
        "expenses": f"(SELECT coalesce(sum(amount_base), 0) FROM expenses WHERE day {period})",
        "orders": f"(SELECT count(*) {SALE} {period})",
        "visitors": f"(SELECT sum(visitors) FROM traffic WHERE day {period})"}
    found["gross"] = "({revenue} - {refunds} - {cogs})".format(**found)
    found["net"] = "({gross} - {fees} - {shipping} - {ads} - {expenses})".format(**found)
    return found


def _alone(word: str, period: str) -> list[tuple[str, str]]:
    """Every figure of a period by itself."""
    of = money(period)
    kept = f"({of['revenue']} - {of['refunds']})"
    ratio = {"退款率": (of["refunds"], of["revenue"]), "转化率": (of["orders"], of["visitors"]),
             "毛利率": (of["gross"], kept), "净利率": (of["net"], kept)}
    plain = {"销售额": "revenue", "订单数": "orders", "退款金额": "refunds", "商品成本": "cogs", "毛利": "gross",
             "平台扣点": "fees", "运费成本": "shipping", "推广费": "ads", "其他费用": "expenses", "净利": "net",
             "访客数": "visitors"}
    rows = [(f"{word}{name}", f"SELECT {of[key]}") for name, key in plain.items()]
    rows += [(f"{word}{name}", f"SELECT 1.0 * {top} / {bottom}") for name, (top, bottom) in ratio.items()]
    return [*rows,
            (f"{word}净销售额", f"SELECT {kept}"),
            (f"{word}客单价", f"SELECT round(1.0 * {of['revenue']} / {of['orders']})"),
            (f"{word}平均发货时长", ("SELECT avg(julianday(h.shipped_at) - julianday(o.paid_at)) * 24 FROM shipments h "
             f"JOIN orders o ON o.id = h.order_id WHERE h.shipped_on {period}")),
            (f"{word}件数", f"SELECT sum(l.quantity) {LINE} {period}"),
            (f"{word}优惠金额", f"SELECT sum(o.discount_base) {SALE} {period}"),
            (f"{word}退款单数", f"SELECT count(DISTINCT r.order_id) {BACK} {period}"),
            (f"{word}买家数", f"SELECT count(DISTINCT o.customer_id) {SALE} {period}"),
            (f"{word}已发货单数", f"SELECT count(DISTINCT order_id) FROM shipments WHERE shipped_on {period}"),
            (f"{word}已签收单数", f"SELECT count(DISTINCT order_id) FROM shipments WHERE signed_on {period}"),
            (f"{word}广告点击量", f"SELECT sum(clicks) FROM ad_spend WHERE day {period}"),
            (f"{word}广告展现量", f"SELECT sum(impressions) FROM ad_spend WHERE day {period}"),
            (f"{word}投产比", f"SELECT 1.0 * sum(attributed_base) / sum(spend_base) FROM ad_spend WHERE day {period}"),
            (f"{word}收款", f"SELECT sum(amount_base) FROM cash_moves WHERE amount_base > 0 AND occurred_on {period}"),
            (f"{word}付款", f"SELECT -sum(amount_base) FROM cash_moves WHERE amount_base < 0 AND occurred_on {period}")]


_FIRST = f"(SELECT o.customer_id, min(o.paid_on) AS day {SALE} IS NOT NULL GROUP BY 1)"
_TIMES = f"(SELECT o.customer_id, count(*) AS n, min(o.paid_on) AS day {SALE} {OCT} GROUP BY 1)"
_STOCK = "FROM stock_balances b JOIN skus k ON k.id = b.sku_id JOIN products p ON p.id = k.product_id"
_LEFT = "sum(b.on_hand - b.reserved)"

CHECKED: list[tuple[str, str]] = [
    *_alone("10月", OCT), *_alone("上周", LAST_WEEK),
    ("10月新客数", f"SELECT count(*) FROM {_FIRST} f WHERE f.day {OCT}"),
    ("10月复购率", (f"SELECT 1.0 * sum(t.n > 1 OR f.day < t.day) / count(*) FROM {_TIMES} t "
     f"JOIN {_FIRST} f USING (customer_id)")),
    # of the moment
    ("库存金额", (f"SELECT round(sum(v) / 100.0) FROM (SELECT sum(b.on_hand) * k.unit_cost_e4 + "
     f"k.cost_remainder_e4 AS v {_STOCK} GROUP BY k.id)")),
    ("可售天数", (f"SELECT 30.0 * (SELECT {_LEFT} {_STOCK}) / (SELECT sum(l.quantity) {LINE} {DAYS_30} "
     "AND l.sku_id IS NOT NULL)")),
    ("建议补货量", ("SELECT sum(CASE WHEN have <= point AND point + sold > have THEN point + sold - have "
     "ELSE 0 END) FROM (SELECT k.reorder_point AS point, sum(b.on_hand - b.reserved + b.incoming) AS have, "
     f"(SELECT coalesce(sum(l.quantity), 0) {LINE} {DAYS_30} AND l.sku_id = k.id) AS sold {_STOCK} GROUP BY k.id)")),
    ("支付宝余额", ("SELECT a.opening_minor + (SELECT sum(amount_minor) FROM cash_moves m WHERE m.account_id = a.id) "
     "FROM accounts a WHERE a.name = '支付宝'")),
    ("库存", f"SELECT {_LEFT} {_STOCK}"), ("在库", f"SELECT sum(b.on_hand) {_STOCK}"),
    ("占用", f"SELECT sum(b.reserved) {_STOCK}"), ("在途", f"SELECT sum(b.incoming) {_STOCK}"),
    ("待付款订单", "SELECT count(*) FROM orders WHERE status = 'to_pay'"),
    ("待发货订单", "SELECT count(*) FROM orders WHERE status IN ('to_ship', 'partly_shipped')"),
    ("超时未发", ("SELECT count(*) FROM orders WHERE status IN ('to_ship', 'partly_shipped') "
     "AND ship_by < '2026-11-23 07:00:00'")),
    ("各仓库库存", f"SELECT w.name, {_LEFT} {_STOCK} JOIN warehouses w ON w.id = b.warehouse_id GROUP BY 1"),
    ("各类目库存", f"SELECT p.category, {_LEFT} {_STOCK} GROUP BY 1"),
    ("华东仓面膜库存", (f"SELECT {_LEFT} {_STOCK} JOIN warehouses w ON w.id = b.warehouse_id "
     "WHERE w.name = '华东仓' AND p.name = '玻尿酸补水面膜'")),
    ("库存低于50的SKU", f"SELECT k.code, {_LEFT} {_STOCK} GROUP BY 1 HAVING {_LEFT} < 50"),
    ("哪些货要补", f"SELECT k.code, {_LEFT} {_STOCK} GROUP BY 1, k.reorder_point HAVING {_LEFT} <= k.reorder_point"),
    # split
    ("上周各店销售额", f"SELECT s.name, sum(o.paid_base) {SHOP_SALE} {LAST_WEEK} GROUP BY 1"),
    ("10月各平台订单数", f"SELECT s.platform, count(*) {SHOP_SALE} {OCT} GROUP BY 1"),
    ("上周每天订单数", f"SELECT o.paid_on, count(*) {SALE} {LAST_WEEK} GROUP BY 1"),
    ("双11每小时订单数", f"SELECT o.paid_hour, count(*) {SALE} {DOUBLE_11} GROUP BY 1"),
    ("10月各币种订单数", f"SELECT o.currency, count(*) {SALE} {OCT} GROUP BY 1"),
    ("近30天各推广计划推广费", f"SELECT campaign, sum(spend_base) FROM ad_spend WHERE day {DAYS_30} GROUP BY 1"),
    ("近30天各店访客数", (f"SELECT s.name, sum(t.visitors) FROM traffic t JOIN shops s ON s.id = t.shop_id "
     f"WHERE t.day {DAYS_30} GROUP BY 1")),
    ("上周各员工已发货单数", ("SELECT t.name, count(DISTINCT h.order_id) FROM shipments h "
     f"JOIN staff t ON t.id = h.staff_id WHERE h.shipped_on {LAST_WEEK} GROUP BY 1")),
    ("上周各仓库已发货单数", ("SELECT w.name, count(DISTINCT h.order_id) FROM shipments h "
     f"JOIN warehouses w ON w.id = h.warehouse_id WHERE h.shipped_on {LAST_WEEK} GROUP BY 1")),
    ("10月各账户收款", ("SELECT a.name, sum(m.amount_base) FROM cash_moves m JOIN accounts a ON a.id = m.account_id "
     f"WHERE m.amount_base > 0 AND m.occurred_on {OCT} GROUP BY 1")),
    # filtered, ranked, bounded
    ("广东10月销售额", f"SELECT sum(o.paid_base) {SALE} {OCT} AND o.province = '广东省'"),
    ("拼多多三季度订单数", f"SELECT count(*) {SHOP_SALE} {Q3} AND s.platform = 'pdd'"),
    ("除了拼多多10月销售额", f"SELECT sum(o.paid_base) {SHOP_SALE} {OCT} AND s.platform <> 'pdd'"),
    ("抖音昨天退款金额", (f"SELECT coalesce(sum(r.amount_base), 0) {SHOP_BACK} {YESTERDAY} "
     "AND s.platform = 'douyin'")),
    ("牛轧糖10月销量",
     f"SELECT sum(l.quantity) {LINE} {OCT} AND l.sku_id = (SELECT id FROM skus WHERE code = 'SP-02')"),
    ("本月销量前3的商品", ("SELECT p.name, sum(l.quantity) FROM orders o JOIN order_lines l ON l.order_id = o.id "
     "JOIN skus k ON k.id = l.sku_id JOIN products p ON p.id = k.product_id WHERE o.excluded IS NULL "
     f"AND o.paid_on {THIS_MONTH} GROUP BY 1 ORDER BY 2 DESC LIMIT 3")),
    ("10月订单数超过500的省份", (f"SELECT o.province, count(*) {SALE} {OCT} AND o.province <> '' GROUP BY 1 "
     "HAVING count(*) > 500")),
    ("小王上周已发货单数", ("SELECT count(DISTINCT h.order_id) FROM shipments h JOIN staff t ON t.id = h.staff_id "
     f"WHERE h.shipped_on {LAST_WEEK} AND t.name = '小王'")),
    ("10月1号到7号订单数", f"SELECT count(*) {SALE} BETWEEN '2026-10-01' AND '2026-10-07'"),
]

# (question, the figure, the one it is set beside)
COMPARED: list[tuple[str, str, str]] = [
    ("上周销售额环比", f"SELECT sum(o.paid_base) {SALE} {LAST_WEEK}",
     f"SELECT sum(o.paid_base) {SALE} BETWEEN '2026-11-09' AND '2026-11-15'"),
    ("10月订单数环比", f"SELECT count(*) {SALE} {OCT}",
     f"SELECT count(*) {SALE} BETWEEN '2026-09-01' AND '2026-09-30'"),
    ("双11销售额同比", f"SELECT sum(o.paid_base) {SALE} {DOUBLE_11}",
     f"SELECT coalesce(sum(o.paid_base), 0) {SALE} = '2025-11-11'"),
    ("昨天订单数比前天", f"SELECT count(*) {SALE} {YESTERDAY}", f"SELECT count(*) {SALE} = '2026-11-21'"),
]
