"""What is said at length, as into a phone: what stands around a question or an order is passed over, nothing else."""

import pytest

from bot.understanding.readings import Ask, Unclear
from bot.understanding.repair.padding import unpadded
from bot.understanding.text.normalise import normalise
from tests.bot.understanding.shop import Chat, act, ask, held_back


@pytest.mark.parametrize(("spoken", "plain"), [
    ("呃那个就是我想问一下啊就是咱们那个京东店昨天到底卖了多少钱呀", "京东店昨天卖了多少钱"),
    ("喂小助手你帮我看一眼呗这个礼拜到现在为止嗯一共来了多少单", "这个礼拜到现在为止一共来了多少单"),
    ("哎你帮我查查哈那个围巾杭州仓现在还剩多少条来着", "围巾杭州仓现在还剩多少条"),
    ("然后我还想知道就是今年到现在每个月的利润分别是多少啊谢谢", "今年到现在每个月的利润是多少"),
    ("那个我想问一下就是上周除了京东以外各平台的订单数分别是多少谢谢啊", "上周除了京东以外各平台的订单数"),
    ("嗯…前天，不对，昨天，昨天一共多少单来着", "昨天多少单"), ("昨天多少单就这样吧", "昨天多少单"),
    ("一会儿开会要用，昨天的毛利", "昨天的毛利"), ("客户催了好几次，昨天卖了多少", "昨天卖了多少"),
    ("umm can you tell me like how much did we spend on ads this month so far", "ad spend this month so far"),
    ("hi there i just wanted to ask how much stock of KF-01 we have thanks a lot", "stock of KF-01"),
    ("could you maybe check inventory for 围巾 when you get a sec", "inventory for 围巾")])
def test_what_is_said_around_a_question_is_passed_over(spoken: str, plain: str) -> None:
    assert ask(spoken).query == ask(plain).query


@pytest.mark.parametrize(("spoken", "plain"), [
    ("我现在在外面不方便看电脑你给我说说上个月咱推广一共花了多少钱就行", "上个月推广花了多少钱"),
    ("我不在店里，你帮我看看除了京东昨天卖了多少", "除了京东昨天卖了多少"),
    ("i'm driving so can you tell me yesterday's revenue", "yesterday's revenue"),
    ("i'm only interested in jd, can you tell me revenue yesterday", "jd revenue yesterday")])
def test_why_somebody_asks_is_passed_over(spoken: str, plain: str) -> None:
    assert ask(spoken).query == ask(plain).query


@pytest.mark.parametrize("text", [
    "我不要京东的你给我说说昨天卖了多少", "我只要抖音的你帮我看看昨天卖了多少", "我昨天不在你帮我看看卖了多少",
    "我要的是前天，你给我查查卖了多少", "我在杭州仓你帮我看看还剩多少围巾", "我不在店里你帮我把杭州仓的WJ-R减3条",
    "呃那个就是待会儿再把杭州仓的WJ-R减3条", "呃先别把杭州仓的WJ-R减3条",
    "i'm not interested in jd, can you tell me revenue yesterday",
    "well not yesterday, tell me revenue for last week", "昨天卖了多少 登记一下", "WJ-R低于10条 登记一下"])
def test_what_names_dates_denies_or_limits_is_not(text: str) -> None:
    held_back(text)


@pytest.mark.parametrize("text", [
    "昨天卖了多少，我说的是直播间的", "昨天卖了多少，我要看会员的", "昨天卖了多少，我要含税的",
    "老板要上个月的毛利，昨天卖了多少", "上周订单数，客户自提的", "昨天销售额，我们自己买的那几单刨掉",
    "客户要羽绒服，还有多少", "羽绒服补货了，库存多少", "我在看羽绒服，上周卖了几件",
    "羽绒服最近很火，昨天销售额多少", "昨天卖了多少，发给我老婆", "昨天退款多少，质量问题的",
    "不要了，TB202611220007发顺丰SF1234567890123", "客户要退，TB202611220007发顺丰SF1234567890123",
    "仓库说没货了，TB202611220007发顺丰SF1234567890123", "我还没决定，把WJ-R的补货点改成200",
    "revenue last week, i want it net of tax", "revenue last week, we sold some at the fair",
    "orders yesterday, my boss wants the cancelled ones", "units sold yesterday, i am looking at jackets",
    "refunds last week, customers complained about jackets", "revenue yesterday, send it to my boss",
    "approve the refund for PDD202611210003, he wants half back"])
def test_a_clause_that_may_limit_or_speak_against_is_never_set_aside(text: str) -> None:
    held_back(text)


@pytest.mark.parametrize(("spoken", "plain"), [
    ("呃把杭州仓的WJ-R减3条，不对，5条", "杭州仓WJ-R减5条"), ("麻烦你把杭州仓的WJ-R减3条谢谢啦", "杭州仓WJ-R减3条"),
    ("哎那个杭州仓收到咖啡壶20个麻烦你登记一下哈", "杭州仓收到咖啡壶20个"),
    ("20个咖啡壶进杭州仓了 登记一下", "杭州仓入库咖啡壶20个"),
    ("客户催了好几次，TB202611210003的退款批了吧", "TB202611210003退款批准"),
    ("umm can you move 5 WJ-R from 杭州仓 to 成都仓 please thanks", "move 5 WJ-R from 杭州仓 to 成都仓")])
def test_so_is_what_is_said_around_an_order_and_it_is_no_reason(spoken: str, plain: str) -> None:
    assert act(spoken) == act(plain)


@pytest.mark.parametrize("text", ["昨天卖了多少", "这个月销售额", "额度", "revenue last week", "那天", "喂食器库存",
                                  "请客吃饭花了680", "辛苦费200", "亲子装库存", "师傅红包200", "yo-yo stock"])
def test_what_is_not_said_around_anything_stays(text: str) -> None:
    bare = unpadded(normalise(text))
    assert bare is None or bare.text == text


def test_nothing_but_padding_is_nothing_said() -> None:
    for text in ("嗯", "呃那个", "谢谢啊", "我想问一下"):
        assert not isinstance(Chat().say(text), Ask)
    assert isinstance(Chat().say("嗯"), Unclear)


@pytest.mark.parametrize(("said", "choices"), [
    ("客户抱怨凉鞋开胶，上周退款多少", ("上周退款多少",)),
    ("凉席卖得特别好，还有几条", ("七月新品凉席还有几条", "还有几条")),
    ("昨天忙忘了，卖了多少", ())])
def test_what_may_change_the_question_is_left_only_by_choice(said: str, choices: tuple[str, ...]) -> None:
    assert held_back(said).choices == choices
