"""The word lists and formats, as data: whole, without contradictions, and every reason has its sentence."""

import re
from collections import Counter
from pathlib import Path

import pytest

import integrations.files
from bot.rendering.messages import knows
from domain.catalog.model import Platform
from domain.drafts import Kind
from domain.orders.model import Fulfilment, Hold, Payment
from integrations.files import words
from integrations.files.cells import Moments
from integrations.files.formats import formats
from integrations.files.readers import order_readers, table_readers
from integrations.files.setting import Setting
from tests.integrations.files.reading import SHANGHAI

SETTING = Setting(Moments(SHANGHAI), "CNY")


@pytest.mark.parametrize("section", ["order", "after_sale"])
def test_no_status_word_means_two_things(section: str) -> None:
    said = Counter(words.word_key(word) for entry in words.table("statuses")[section]
                   for word in {words.word_key(word) for word in entry["words"]})
    assert [word for word, count in said.items() if count > 1] == []


def test_status_words_name_real_states() -> None:
    for entry in words.table("statuses")["order"]:
        assert entry.get("payment") in {None, *Payment}
        assert entry.get("fulfilment") in {None, *Fulfilment}
        assert entry.get("hold") in {None, *Hold}


@pytest.mark.parametrize(("text", "name"), [
    ("广东", "广东省"), ("广东省", "广东省"), ("内蒙", "内蒙古自治区"), ("黑龙江省哈尔滨市", "黑龙江省"),
    ("北京朝阳区****", "北京市"),
    ("中国 上海市 浦东新区", "上海市"), ("新疆维吾尔自治区", "新疆维吾尔自治区"), ("**", None), ("United Kingdom",
                                                                     None),
])
def test_provinces(text: str, name: str | None) -> None:
    assert words.province(text) == name


@pytest.mark.parametrize(("text", "name"), [
    ("SF", "顺丰"), ("顺丰速运", "顺丰"), ("中通快递(含冷链)", "中通"), ("极兔速递", "极兔"), ("京东物流",
                                                                        "京东快递"), ("YUNDA", "韵达"),
    ("中国邮政 EMS", "邮政"), ("EMS", "邮政"), ("某某快运", "某某快运"),
])
def test_carriers(text: str, name: str) -> None:
    assert words.carrier(text) == name


def test_platforms_and_currencies() -> None:
    assert (words.platform("天猫"), words.platform("抖店"), words.platform("火星")) == (
        Platform.TAOBAO, Platform.DOUYIN, None)
    assert (words.currency("usd"), words.currency("人民币"), words.currency("¥"), words.currency("贝壳")) == (
        "USD", "CNY", "CNY", None)


def test_every_kind_has_a_format_and_every_column_a_reader() -> None:
    assert {item.kind for item in formats()} == set(Kind)
    for item in formats():
        readers = order_readers(SETTING) if item.kind is Kind.ORDER_LINES else table_readers(SETTING)
        assert set(item.columns) <= set(readers)
        assert {column for group in item.required for column in group} <= set(item.columns)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_has_its_sentence(language: str) -> None:
    folder = Path(integrations.files.__file__).parent
    keys = {key for path in folder.rglob("*.py")
            for key in re.findall(r'"((?:file|row)_(?!no\b)[a-z_0-9]+)"', path.read_text(encoding="utf-8"))}
    assert len(keys) > 40
    assert sorted(key for key in keys if not knows(key, language)) == []
