"""What the environment says, and what is refused at once instead of at the first question."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.app.cli import main
from bot.app.settings import DAILY_MODEL_TOKENS, OPENAI_BASE_URL, OPENAI_MODEL, ModelSettings, read_settings
from domain.errors import OperatorMustAct


def model(**given: str) -> ModelSettings:
    named = {f"ZHANGGUI_OPENAI_{name}": value for name, value in given.items()}
    return read_settings({"HOME": "/nowhere", **named}).model


def test_without_a_key_there_is_no_model() -> None:
    assert not model(BASE_URL="http://localhost:11434/v1", MODEL="qwen3").is_on
    assert not model(API_KEY="").is_on


def test_a_key_alone_is_enough() -> None:
    assert model(API_KEY="sk-1") == ModelSettings("sk-1", OPENAI_BASE_URL, OPENAI_MODEL, DAILY_MODEL_TOKENS, None)


def test_a_key_is_never_shown_with_the_settings() -> None:
    assert "sk-1" not in repr(model(API_KEY="sk-1"))


def test_prices_are_two() -> None:
    assert model(PRICE="0.4, 1.6").prices == (Decimal("0.4"), Decimal("1.6"))


@pytest.mark.parametrize(("name", "value"), [
    ("BASE_URL", "api.deepseek.com"), ("DAILY_TOKENS", "many"), ("DAILY_TOKENS", "-5"), ("PRICE", "0.4"),
    ("PRICE", "a,b"), ("PRICE", "1,NaN"), ("PRICE", "-1,2")])
def test_what_is_no_setting_is_said_to_be_none(name: str, value: str) -> None:
    with pytest.raises(OperatorMustAct, match=f"ZHANGGUI_OPENAI_{name}"):
        model(**{name: value})


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../etc/passwd", "UTC+25"])
def test_a_zone_that_does_not_exist_never_becomes_a_shop_s(zone: str, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str],
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """It had been written into the new database, which then refused the right zone as another one for good."""
    monkeypatch.setenv("ZHANGGUI_TIMEZONE", zone)
    assert main(["job", "low_stock", "--data-dir", str(tmp_path)]) == 1
    assert f"no time zone is called {zone!r}" in capsys.readouterr().err
    monkeypatch.setenv("ZHANGGUI_TIMEZONE", "Asia/Shanghai")
    assert main(["job", "low_stock", "--data-dir", str(tmp_path)]) == 0
