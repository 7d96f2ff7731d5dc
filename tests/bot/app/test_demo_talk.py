"""A conversation with the demo shop: what it offers to say next, it understands."""

import json
from pathlib import Path

import pytest

from bot.app.cli import main
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.rendering.reply import Reply
from bot.turn import Person
from bot.understanding.readings import Language
from domain.people import Role

AT = "2026-11-23T15:00"
QUESTIONS = (
    "今天销售额多少", "昨天毛利和毛利率", "上周各店铺净利润", "近30天销售额走势", "本月销量最高的前5个商品",
    "哪些货要补", "待发货有几单",
    "本月销售额同比", "华南仓牛仔裤库存", "除了拼多多,上月退款率", "上月各省份销售额", "昨天访客数和转化率",
    "各账户余额",
    "revenue last week by platform", "top 5 products by revenue this month", "which SKUs are out of stock?",
    "gross profit yesterday vs the day before", "any overdue orders?", "JD orders last month",
)


class Talk:
    """One person talking to the shop in one chat."""

    def __init__(self, shop: OpenShop, role: Role = Role.OWNER) -> None:
        self.shop, self.person = shop, Person(role.value, role)

    def say(self, text: str, chat: str = "") -> Reply:
        moment = self.shop.moment(AT)
        assert moment is not None
        return self.shop.dispatcher.reply(text, person=self.person, at=moment, chat=chat)


def what_has_no_words_is_answered_in_the_person_s_own_language(talk: Talk) -> None:
    """Until something is said: a slash command is no English."""
    moment = talk.shop.moment(AT)
    assert moment is not None
    own: tuple[tuple[Language, str], ...] = (("zh", "这个我答不上来"), ("en", "I have no answer"))
    for language, said in own:
        reply = talk.shop.dispatcher.reply("/frobnicate", person=talk.person, at=moment, chat=f"own-{language}",
                                           language=language)
        assert reply.text.startswith(said)


def test_the_demo_shop_understands_what_it_offers(demo_folder: Path) -> None:
    with open_shop(Settings(demo_folder), demo=True) as shop:
        talk = Talk(shop)
        replies = [talk.say(text) for text in QUESTIONS]
        assert [reply.kind for reply in replies] == ["answer"] * len(QUESTIONS)
        offered = {button.message for reply in replies for button in reply.buttons}
        assert len(offered) > len(QUESTIONS)
        assert {text for text in offered if talk.say(text).kind != "answer"} == set()
        for role in Role:
            examples_work(Talk(shop, role))
        choices_work(talk)
        what_has_no_words_is_answered_in_the_person_s_own_language(talk)
        a_shipment_is_confirmed_once(Talk(shop, Role.WAREHOUSE))
        nothing_is_broken(shop)


def examples_work(talk: Talk) -> None:
    for text in ("帮助", "/help"):
        told = talk.say(text)
        assert told.kind == "answer"
        for button in told.buttons:
            assert talk.say(button.message).kind == "answer", button.message


def choices_work(talk: Talk) -> None:
    """Every reading that is offered can be sent back."""
    for text in ("看下数据", "今天生意怎么样", "成本多少"):
        reply = talk.say(text)
        assert reply.kind == "clarify"
        assert 1 <= len(reply.choices) <= 3
        assert {choice: talk.say(choice).kind for choice in reply.choices} == dict.fromkeys(reply.choices, "answer")


def a_shipment_is_confirmed_once(talk: Talk) -> None:
    proposed = talk.say("TB202611220007 发货 顺丰 SF1390001112224", chat="warehouse")
    assert proposed.kind == "proposal"
    assert proposed.action is not None
    code = proposed.action["confirmation"]
    assert talk.say(f"确认 {code}", chat="warehouse").kind == "done"
    assert talk.say(f"确认 {code}", chat="warehouse").kind == "refused"
    assert talk.say("撤销", chat="warehouse").kind == "done"


def nothing_is_broken(shop: OpenShop) -> None:
    from storage.upkeep.verify import verify

    assert verify(shop.database) == []


@pytest.mark.parametrize("text", [
    "", "   ", "😀😀😀", "x" * 100_000, "今" * 100_000, "SELECT * FROM users; DROP TABLE orders", "<b>hi</b>",
    "\x00\x01",
    "';--", "\u202e\u200b", "{}", "%s%s%s", "昨天\n销售额\n\n多少",
])
def test_rubbish_gets_a_sentence(tmp_path: Path, text: str) -> None:
    with open_shop(Settings(tmp_path)) as shop:
        reply = Talk(shop).say(text)
    assert reply.kind in {"refused", "clarify", "answer"}
    assert reply.text.strip()
    assert len(reply.text) < 2_000
    assert "缺一句话" not in reply.text
    assert "sentence is missing" not in reply.text


def test_each_picture_has_a_name_of_its_own(demo_folder: Path, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    """Two programs that drew at one moment into one folder wrote over each other's picture."""
    for text in ("近30天销售额走势", "本月销量前5的商品"):
        assert main(["ask", text, "--demo", "--data-dir", str(demo_folder), "--at", "2026-11-23T15:00",
                     "--chart-dir", str(tmp_path), "--json"]) == 0
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    paths = [path for reply in replies for path in reply["charts"]]
    assert len(set(paths)) == 2
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in paths)
