"""Both languages say the same things with the same facts, and a missing word is never a crash."""

from string import Formatter

import pytest

from bot.rendering.messages import say, sentences
from domain.people import Permission, Role


def facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_is_there_in_both_languages() -> None:
    assert set(sentences("zh")) == set(sentences("en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_is_empty(language: str) -> None:
    assert not [key for key, sentence in sentences(language).items() if not sentence.strip()]


def test_every_sentence_takes_the_same_facts_in_both_languages() -> None:
    """Words for values (what a figure is called "per") may stand alone; a sentence that drops a fact is a bug."""
    english = sentences("en")
    different = {key: (facts(sentence), facts(english[key])) for key, sentence in sentences("zh").items()
                 if facts(sentence) != facts(english[key]) and key not in SAID_BY_THE_TITLE}
    assert not different


# Chinese leaves the time out of good news about this very moment, and of what is looked for on the shelf.
SAID_BY_THE_TITLE = {"empty.accounts", "empty.stock", "empty.open_orders", "empty.having_good"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_role_and_right_has_its_words(language: str) -> None:
    wanted = {f"role.{role}" for role in Role} | {f"permission.{permission}" for permission in Permission}
    assert wanted <= set(sentences(language))


def test_a_missing_sentence_or_fact_is_said_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    assert say("nobody.wrote.this", "zh") == "这里缺一句话(nobody.wrote.this)。"
    assert say("nobody.wrote.this", "fr") == "A sentence is missing here (nobody.wrote.this)."
    assert "nobody.wrote.this" in caplog.text
    assert say("rests_on.orders", "zh") == "计入 … 单"


def test_a_name_with_braces_is_only_a_name() -> None:
    assert say("rests_on.never", "zh", shop="{0.__class__}") == "{0.__class__}还没有数据"


def test_a_word_goes_with_its_number() -> None:
    assert [say("rests_on.orders", "en", n=n) for n in ("1", "2", "1,001")] == [
        "Counted: 1 order", "Counted: 2 orders", "Counted: 1,001 orders"]
