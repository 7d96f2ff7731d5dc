"""Every word of the lexicon, said in a plain sentence, is understood as what it stands for."""

from collections.abc import Iterator

import pytest

from bot.understanding.readings import Act, Ask, Reading, Refused
from bot.understanding.text.lexicon import FILES, entries, expand, lexicon
from domain.metrics.catalog import DIMENSIONS, METRICS, SEGMENT_NAMES, STATUS_NAMES
from domain.metrics.query import MetricQuery
from tests.bot.understanding.shop import Chat


def words(file: str, kind: str) -> Iterator[tuple[str, str, str]]:
    """(value, language, word) of a kind; a word listed for an earlier value belongs to that one."""
    for found, value, language, word in entries(file):
        if found == kind and lexicon().words[word.lower()][kind] == value:
            yield value, language, word


def query_of(text: str) -> MetricQuery | Reading:
    reading = Chat().say(text)
    return reading.query if isinstance(reading, Ask) else reading


def misread(sentences: Iterator[tuple[str, object]], part: str) -> list[str]:
    """Sentences whose part of the query is not the one wanted."""
    wrong = []
    for text, wanted in sentences:
        found = query_of(text)
        if not isinstance(found, MetricQuery) or getattr(found, part) != wanted:
            wrong.append(f"{text} → {found}")
    return wrong


def test_a_figure_is_asked_for_by_its_id_too() -> None:
    """Whoever read it in the JSON: orders_to_pay is not taken for orders."""
    asked = [(id_, f"昨天{id_}" if not metric.is_of_the_moment else id_) for id_, metric in METRICS.items()]
    assert not [text for id_, text in asked if getattr(query_of(text), "metrics", None) != (id_,)]


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_name_of_a_metric_asks_for_it(metric: str) -> None:
    listed = [(language, word) for file in ("namings", "colloquial", "metrics")
              for value, language, word in words(file, "metric") if value == metric]
    listed += [(language, f"{word}的订单数" if language == "zh" else f"{word} orders")
               for status, language, word in words("values", "order_status")
               if lexicon().status_metrics.get(status) == metric]
    assert listed, f"nobody can ask for {metric}"
    period = {"zh": "", "en": ""} if METRICS[metric].is_of_the_moment else {"zh": "上周", "en": " last week"}
    sentences = ((f"{period['zh']}{word}" if language == "zh" else f"{word}{period['en']}", (metric,))
                 for language, word in listed)
    assert not misread(sentences, "metrics")


@pytest.mark.parametrize("dimension", [one for one in DIMENSIONS if one not in {"day", "week", "month"}])
def test_every_name_of_a_dimension_splits_by_it(dimension: str) -> None:
    metric = next(one for one in ("revenue", "ad_spend", "cash_in", "stock_on_hand")
                  if dimension in METRICS[one].dimensions)
    zh, en = METRICS[metric].zh, METRICS[metric].en
    listed = [(language, word) for value, language, word in words("dimensions", "dim") if value == dimension]
    sentences = ((f"上周按{word}的{zh}" if language == "zh" else f"{en} by {word} last week", (dimension,))
                 for language, word in listed)
    assert listed
    assert not misread(sentences, "by")


def test_every_splitting_word_splits() -> None:
    sentences = ((f"上月{word}销售额" if language == "zh" else f"{word} revenue last month", (value,))
                 for file in ("dimensions", "colloquial") for value, language, word in words(file, "split"))
    assert not misread(sentences, "by")


@pytest.mark.parametrize("kind", ["platform", "segment", "province", "currency"])
def test_every_closed_value_filters(kind: str) -> None:
    sentences = ((f"{word}上周销售额" if language == "zh" else f"revenue last week for {word}",
                  {kind: tuple(value.split())})
                 for value, language, word in words("values", kind))
    assert not misread(sentences, "where")


def test_every_status_filters_a_sum_of_money() -> None:
    sentences = ((f"{word}订单上周的销售额" if language == "zh" else f"revenue last week of {word} orders",
                  {"order_status": (value,)}) for value, language, word in words("values", "order_status")
                 if "event" not in lexicon().words[word])  # what happened is a figure, not a status
    assert not misread(sentences, "where")


def test_every_carrier_ships() -> None:
    for value, _, word in words("values", "carrier"):
        reading = Chat().say(f"TB202611220007发货,{word} 78900112233445")
        assert isinstance(reading, Act), f"{word}: {reading}"
        assert reading.arguments["carrier"] == value


def test_every_report_can_be_subscribed_to() -> None:
    for value, language, word in words("actions", "report"):
        reading = Chat().say(f"订阅{word}" if language == "zh" else f"subscribe to {word}")
        assert reading == Act("subscribe", {"report": value}), f"{word}: {reading}"


@pytest.mark.parametrize("kind", ["offset", "festival", "quarter", "half"])
def test_every_word_for_a_period_is_one_or_is_refused_as_the_future(kind: str) -> None:
    for _, language, word in (*words("times", kind), *words("colloquial", kind)):
        text = f"{word}销售额" if language == "zh" else f"revenue {word}"
        reading = Chat().say(text)
        is_future = isinstance(reading, Refused) and reading.key == "future"
        assert is_future or isinstance(reading, Ask), f"{text}: {reading}"


def test_words_outside_the_trade_are_refused() -> None:
    for value, _, word in words("words", "off"):
        reading = Chat().say(word)
        assert isinstance(reading, Refused), f"{word}: {reading}"
        assert reading.key in {f"off_{value}", "not_understood"}


def test_the_closed_lists_are_whole() -> None:
    assert {value for value, _, _ in words("values", "order_status")} == set(STATUS_NAMES)
    assert {value for value, _, _ in words("values", "segment")} == set(SEGMENT_NAMES)


def test_every_figure_that_events_make_exists() -> None:
    made = {metric for table in lexicon().combine.values() for metric in table.values()}
    assert made <= set(METRICS)
    assert set(lexicon().status_metrics.values()) <= set(METRICS)


def test_patterns_unfold() -> None:
    assert expand("上[个](周|星期)") == ["上个周", "上个星期", "上周", "上星期"]
    assert expand("[a|b(c|d)]e") == ["ae", "bce", "bde", "e"]
    with pytest.raises(ValueError, match="unbalanced"):
        expand("上[个")


def test_no_word_is_cased_or_has_blanks_at_its_ends() -> None:
    for file in FILES:
        for _, _, _, word in entries(file):
            assert word == word.strip()
