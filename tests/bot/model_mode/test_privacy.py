"""Nothing about a person leaves the machine: what is masked, what comes back, and what need not be hidden."""

import pytest

from bot.model_mode.privacy import Mask
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import scan
from tests.bot.understanding.shop import tea_shop

GAZETTEER = Gazetteer.of(tea_shop())


def masked(text: str) -> tuple[str, Mask]:
    mask, message = Mask(), normalise(text)
    return mask.masked(message, scan(message, GAZETTEER)), mask


@pytest.mark.parametrize(("text", "personal"), [
    ("13800138000这个人买过几回", "13800138000"),
    ("１３８００１３８０００买过几回", "１３８００１３８０００"),
    ("手机尾号 138-0013-8000 的单子", "138-0013-8000"),
    ("+86 138 0013 8000 下过单没", "138 0013 8000"),
    ("电话010-62345678的客人", "010-62345678"),
    ("一三八零零一三八零零零是哪位", "一三八零零一三八零零零"),
    ("138****8000 是谁", "138****8000"),
    ("身份证11010519491231002X的订单", "11010519491231002"),
    ("li.lei@example.com 买了啥", "li.lei@example.com"),
    ("发到浙江省杭州市西湖区文三路391号5栋的那单", "文三路391号"),
    ("寄到北京市朝阳区幸福小区3号楼2单元的", "幸福小区3号楼2单元"),
    ("ship to 221 Baker Street please", "221 Baker Street"),
    ("王小花上个月薅了多少羊毛", "王小花"),
    ("李雷同学是不是又来了", "李雷"),
    ("张先生那单咋样了", "张先生"),
    ("收货人:欧阳娜娜 的包裹", "欧阳娜娜"),
    ("老周今儿表现如何", "老周"),
    ("how much did Johnny spend", "Johnny"),
    ("TB202611220007走到哪儿啦", "TB202611220007"),
    ("tb_lilei88 这位还会来吗", "tb_lilei88"),
])
def test_personal_data_stay_here(text: str, personal: str) -> None:
    sent, mask = masked(text)
    assert personal not in sent
    assert mask.restore(sent) == text


@pytest.mark.parametrize("text", [
    "昨天哪个台子最能打", "2026-11-01 到 2026-11-05 卖得咋样", "20261101那天如何", "11月20号流水",
    "龙井卖爆了没", "把WJ-R的数给我捋捋", "杭州仓还有啥", "赚了1,200,000没有", "how did we fare moneywise",
])
def test_what_is_nobodys_is_sent_as_it_was_typed(text: str) -> None:
    assert masked(text)[0] == text


def test_the_same_text_has_the_same_label() -> None:
    sent, _ = masked("13800138000和13900139000,还有13800138000")
    assert sent.count("[code 1]") == 2
    assert sent.count("[code 2]") == 1


def test_an_error_that_quotes_what_is_hidden_is_covered_again() -> None:
    """A look-up that failed said: no customer is called 13800138000. So it would have left after all."""
    _, mask = masked("13800138000买过几回")
    assert mask.cover("no customer is called 13800138000") == "no customer is called [code 1]"
