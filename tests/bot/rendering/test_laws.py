"""Laws that hold or are broken, as the shop owner reads them."""

from bot.rendering.laws import as_json, render_verified
from domain.invariants import LAWS, Breach, Break

BROKEN = [Break(LAWS["stock_is_the_sum_of_its_moves"], 12, (Breach("DY-M · 华东仓", "31", "30"),)),
          Break(LAWS["moves_have_a_balance"], 1, (Breach("#7"),))]


def test_a_break_names_the_law_the_rows_and_the_repair() -> None:
    assert render_verified(BROKEN, 20, "zh").text.splitlines() == [
        "检查了 20 条规则,2 条不成立:", "不成立:在库等于全部出入库流水之和(12 处)", "  - DY-M · 华东仓:现为 31,应为 30",
        "  - 还有 11 处", "  修复办法:先说「按流水修正 … 在 … 的库存」,再盘点一次。",
        "不成立:有流水的商品和仓库都有库存记录(1 处)",
        "  - #7", "  修复办法:先说「按流水修正 … 在 … 的库存」,再盘点一次。"]


def test_all_is_well_in_both_languages() -> None:
    assert render_verified([], 20, "zh").text == "账实一致:20 条规则全部成立。"
    assert render_verified([], 9, "en").text == "everything agrees: all 9 laws hold"


def test_scripts_read_the_same() -> None:
    said = as_json(BROKEN, 20)
    assert said["laws"] == 20
    assert said["breaks"][0] | {"sentence": "", "repair": ""} == {
        "law": "stock_is_the_sum_of_its_moves", "sentence": "", "repair": "", "count": 12,
        "compared": "stock_balances.on_hand = Σ stock_moves.quantity",
        "rows": [{"subject": "DY-M · 华东仓", "found": "31", "expected": "30"}]}


def test_every_law_is_said_in_both_languages_with_its_repair() -> None:
    assert all(law.zh and law.en and law.compared and law.repair_zh and law.repair_en for law in LAWS.values())
