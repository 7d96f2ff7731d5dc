"""What the environment says: the only module that reads it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from domain.clock import ShopCalendar
from domain.errors import OperatorMustAct, UserCanFix

DEFAULT_TIMEZONE = "Asia/Shanghai"
DEFAULT_CURRENCY = "CNY"
OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4.1-mini"  # calls tools well, answers within seconds, costs little
DAILY_MODEL_TOKENS = 300_000  # some thirty messages that the rules refuse; a loop of somebody's script ends there
_GATEWAY = re.compile(r"ZHANGGUI_([A-Z]+)_BASE_URL")
_NO_PLATFORMS = frozenset({"OPENAI", "TELEGRAM", "WECHAT", "WECOM"})  # have settings of their own
SECRET_FILE = "secret.key"  # noqa: S105 (a file name)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """A language model to ask; without a key there is none.

    `prices` are for a million tokens, asked and answered; `daily_tokens` are what each person may use.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str = OPENAI_BASE_URL
    model: str = OPENAI_MODEL
    daily_tokens: int = DAILY_MODEL_TOKENS
    prices: tuple[Decimal, Decimal] | None = None

    @property
    def is_on(self) -> bool:
        return self.api_key is not None


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the shop's data are and how it counts. A value of None was not given."""

    data_dir: Path
    database_url: str | None = None
    timezone: str | None = None
    currency: str | None = None
    secret_key: str | None = None
    model: ModelSettings = field(default_factory=ModelSettings)
    telegram_token: str | None = None
    telegram_base_url: str | None = None
    telegram_webhook_secret: str | None = None
    telegram_webhook_url: str | None = None
    wecom_robot_url: str | None = field(default=None, repr=False)  # the key in it is a secret
    gateways: Mapping[str, str] = field(default_factory=dict)  # addresses of platforms, by the platform's id
    language: Literal["zh", "en"] = "en"  # of the command line's own words; a reply follows its question

    @property
    def secret_file(self) -> Path:
        return self.data_dir / SECRET_FILE

    def url_of(self, name: str) -> str:
        """The address of an embedded database in the data folder."""
        return f"sqlite:///{self.data_dir / name}"


def read_settings(environment: Mapping[str, str] | None = None, *, data_dir: str | None = None,
                  database_url: str | None = None) -> Settings:
    """Arguments win over the environment, the environment over a `.env` file in the working folder."""
    values = dict(_dotenv(Path(".env"))) if environment is None else {}
    values |= os.environ if environment is None else environment
    given = {name: values.get(f"ZHANGGUI_{name}") or None for name in (
        "DATABASE_URL", "DATA_DIR", "TIMEZONE", "CURRENCY", "SECRET_KEY", "TELEGRAM_TOKEN", "TELEGRAM_BASE_URL",
        "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_WEBHOOK_URL", "WECOM_ROBOT_URL",
        "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_DAILY_TOKENS", "OPENAI_PRICE")}
    currency = given["CURRENCY"]
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise OperatorMustAct(f"ZHANGGUI_CURRENCY is {currency!r}; it takes a three-letter code such as CNY")
    if given["TIMEZONE"] is not None:
        ShopCalendar.named(given["TIMEZONE"])  # raises here, before a new database is made with a zone that is none
    folder = data_dir or given["DATA_DIR"]
    return Settings(
        data_dir=Path(folder).expanduser() if folder else _home(values) / ".zhanggui",
        database_url=database_url or given["DATABASE_URL"],
        timezone=given["TIMEZONE"],
        currency=currency.upper() if currency else None,
        secret_key=given["SECRET_KEY"],
        model=_model(given),
        telegram_token=given["TELEGRAM_TOKEN"],
        telegram_base_url=given["TELEGRAM_BASE_URL"],
        telegram_webhook_secret=_webhook_secret(given["TELEGRAM_WEBHOOK_SECRET"]),
        telegram_webhook_url=given["TELEGRAM_WEBHOOK_URL"],
        wecom_robot_url=_robot_url(given["WECOM_ROBOT_URL"]),
        gateways=_gateways(values),
        language=spoken_language(values),
    )


def _model(given: Mapping[str, str | None]) -> ModelSettings:
    base_url, daily = given["OPENAI_BASE_URL"] or OPENAI_BASE_URL, given["OPENAI_DAILY_TOKENS"]
    if not base_url.startswith(("http://", "https://")):
        raise OperatorMustAct(f"ZHANGGUI_OPENAI_BASE_URL is {base_url!r}; it starts with https:// or http://")
    if daily is not None and not (daily.isascii() and daily.isdecimal()):
        raise OperatorMustAct(f"ZHANGGUI_OPENAI_DAILY_TOKENS is {daily!r}; it takes a whole number of tokens")
    return ModelSettings(given["OPENAI_API_KEY"], base_url, given["OPENAI_MODEL"] or OPENAI_MODEL,
                         int(daily) if daily else DAILY_MODEL_TOKENS, _prices(given["OPENAI_PRICE"]))


def _prices(text: str | None) -> tuple[Decimal, Decimal] | None:
    if text is None:
        return None
    try:
        asked, answered = (Decimal(part.strip()) for part in text.split(","))
    except (ValueError, InvalidOperation):
        asked = answered = Decimal(-1)
    if not (asked.is_finite() and answered.is_finite() and asked >= 0 and answered >= 0):
        raise OperatorMustAct(f"ZHANGGUI_OPENAI_PRICE is {text!r}; it takes two prices for a million tokens, asked "
                              "and answered, such as 0.4,1.6")
    return asked, answered


def _gateways(values: Mapping[str, str]) -> dict[str, str]:
    """ZHANGGUI_PDD_BASE_URL and the like, whichever platforms there are."""
    found = {match[1].lower(): value for name, value in values.items()
             if value and (match := _GATEWAY.fullmatch(name)) and match[1] not in _NO_PLATFORMS}
    for platform, address in found.items():
        if not address.startswith(("http://", "https://")):
            raise OperatorMustAct(f"ZHANGGUI_{platform.upper()}_BASE_URL is {address!r}; it starts with https:// or "
                                  "http://")
    return found


def _webhook_secret(secret: str | None) -> str | None:
    """Telegram takes 1 to 256 letters, digits, _ and -."""
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise OperatorMustAct("ZHANGGUI_TELEGRAM_WEBHOOK_SECRET takes 1 to 256 letters, digits, _ and -")
    return secret


def _robot_url(url: str | None) -> str | None:
    """What WeCom shows when a robot is added; an error does not repeat it."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
        is_one = parts.scheme in {"http", "https"} and parts.hostname and parse_qs(parts.query).get("key")
    except ValueError:
        is_one = False
    if not is_one:
        raise OperatorMustAct("ZHANGGUI_WECOM_ROBOT_URL is no group robot's address; it looks like "
                              "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")
    return url.strip()


def spoken_language(environment: Mapping[str, str] | None = None) -> Literal["zh", "en"]:
    """The language of whoever runs the program, by the locale."""
    values = os.environ if environment is None else environment
    locale = next((values[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if values.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def variable(name: str) -> str:
    """A secret that the command line names the variable of instead of showing it."""
    found = os.environ.get(name)
    if not found:
        raise UserCanFix(f"the environment has no variable {name}")
    return found


def _home(values: Mapping[str, str]) -> Path:
    home = values.get("HOME") or values.get("USERPROFILE")
    if not home:
        raise OperatorMustAct("there is no home folder to keep data in; set ZHANGGUI_DATA_DIR")
    return Path(home)


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 (most starts have no such file)

    return {name: value for name, value in dotenv_values(path).items() if value is not None}
