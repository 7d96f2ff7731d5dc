"""What is configured, what is missing, what cannot be reached; in plain words."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any
from urllib.parse import urlsplit

from bot.app import robot, wiring
from bot.app.settings import Settings
from bot.app.tellers import connection_state
from bot.rendering.messages import say
from bot.rendering.talk import error_sentence
from domain.errors import ShopError
from domain.exceptions.kinds import KINDS
from storage.exceptions import ExceptionInbox

WAITS_LONG = timedelta(hours=1)  # for a platform to be told: by then somebody should look
_MODELS_NAMED = 5  # of what a server offers, enough to recognise it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    sentence: str
    is_well: bool = True


def _well(language: str, key: str, **facts: Any) -> Finding:
    return Finding(say(f"doctor.{key}", language, **facts))


def _ill(language: str, key: str, **facts: Any) -> Finding:
    return Finding(say(f"doctor.{key}", language, **facts), is_well=False)


def findings(settings: Settings, *, demo: bool) -> Iterator[Finding]:
    """Everything that can be looked at without changing anything; the first thing that is broken ends it."""
    language = settings.language
    yield _well(language, "data", folder=settings.data_dir)
    yield _key(settings)
    try:
        with wiring.open_shop(settings, demo=demo) as shop:
            yield _well(language, "database", kind=shop.database.engine.dialect.name)
            yield _well(language, "counts", zone=shop.calendar.zone.key, currency=shop.currency)
            yield from _shops(shop)
            yield from _exceptions(shop)
            yield from _messages(shop)
            yield from _write_backs(shop)
            yield from _clock(shop)
            yield from starmap(Finding, robot.findings(shop))
        yield from _telegram(settings)
    except ShopError as error:
        yield Finding(error_sentence(error, language), is_well=False)
        return
    yield _model(settings)


def _key(settings: Settings) -> Finding:
    language, path = settings.language, settings.secret_file
    if settings.secret_key:
        return _well(language, "key_given")
    if not path.exists():
        return _well(language, "key_to_come", file=path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return _ill(language, "key_open", file=path)
    return _well(language, "key_kept", file=path)


def _shops(shop: wiring.OpenShop) -> Iterator[Finding]:
    shops, language = shop.roster.shops(), shop.settings.language
    if not shops:
        yield _well(language, "no_shops")
    for each in shops:
        yield _well(language, "shop", name=each.name, platform=each.platform, currency=each.currency,
                    state=connection_state(each, language))


def _write_backs(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What platforms have not been told of."""
    from storage.write_backs import backlog  # noqa: PLC0415

    found, language = backlog(shop.database), shop.settings.language
    if failed := found.counts.get("failed"):
        yield _ill(language, "not_told", n=failed)
    if waiting := found.counts.get("queued"):
        is_late = found.oldest is not None and wiring.clock() - found.oldest > WAITS_LONG
        since = _since(shop, "since", found.oldest)
        yield (_ill if is_late else _well)(language, "to_tell", n=waiting, since=since)


def _since(shop: wiring.OpenShop, key: str, when: datetime | None) -> str:
    said = shop.calendar.local(when).strftime("%Y-%m-%d %H:%M") if when else ""
    return say(f"doctor.{key}", shop.settings.language, when=said) if said else ""


def _exceptions(shop: wiring.OpenShop) -> Iterator[Finding]:
    """Work for people, not a fault of the installation: so all is well with it."""
    counts = ExceptionInbox(shop.database, shop.calendar).counts(shop.now())
    language = shop.settings.language
    said = ", ".join(f"{getattr(KINDS[kind], language)} {number}" for kind, number in counts.items())
    yield _well(language, "exceptions", cases=said) if said else _well(language, "no_exceptions")


def _model(settings: Settings) -> Finding:
    """Asked for its list of models, which costs no tokens."""
    chosen, language = settings.model, settings.language
    if not chosen.is_on:
        return _well(language, "no_model")
    named = {"model": chosen.model, "server": urlsplit(chosen.base_url).netloc}
    try:
        offered = wiring.language_model(chosen).models()
    except ShopError as error:
        return _ill(language, "model_broken", why=error, **named)  # what the server said
    if offered and chosen.model not in offered:
        return _ill(language, "model_unknown", offered=", ".join(offered[:_MODELS_NAMED]), **named)
    open_road = "" if _is_private(chosen.base_url) else say("doctor.open_road", language)
    return _well(language, "model", open_road=open_road, tokens=f"{chosen.daily_tokens:,}", **named)


def _is_private(url: str) -> bool:
    """Encrypted, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _messages(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What did not get through."""
    from storage.messaging.inbox import Inbox  # noqa: PLC0415
    from storage.messaging.outbox import Outbox  # noqa: PLC0415

    outbox, received, language = Outbox(shop.database), Inbox(shop.database).counts(), shop.settings.language
    out, failing = outbox.counts(), outbox.failing_since()
    if dead := out.get("dead"):
        yield _ill(language, "dead", n=dead)
    if failed := received.get("failed"):
        yield _ill(language, "unprocessed", n=failed)
    if repeats := out["repeats"]:
        yield _well(language, "repeats", n=repeats)
    if waiting := out.get("queued"):
        said = _since(shop, "failing", failing)
        yield (_ill if said else _well)(language, "waiting", n=waiting, failing=said)


def _telegram(settings: Settings) -> Iterator[Finding]:
    """Whether the bot answers; without one, the steps to it."""
    if not settings.telegram_token:
        yield _well(settings.language, "no_telegram")
        return
    from bot.channels.telegram import TelegramSettings  # noqa: PLC0415  (heavy)
    from bot.channels.telegram_check import check  # noqa: PLC0415

    said = TelegramSettings(settings.telegram_token, settings.telegram_base_url, settings.telegram_webhook_secret,
                            settings.telegram_webhook_url)
    for sentence, is_well in check(said, settings.language):
        yield Finding(sentence, is_well=is_well)


def _clock(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What went wrong with jobs and messages, and who gets no report: what an owner nobody can write to must hear."""
    from storage.upkeep.health import health  # noqa: PLC0415

    found, language = health(shop.database, shop.calendar.utc(shop.now())), shop.settings.language
    for job, due, error in found.given_up:
        yield _ill(language, "given_up", job=job, when=f"{shop.calendar.local(due):%Y-%m-%d %H:%M}", why=error)
    for job, number in found.missed:
        yield _ill(language, "missed", job=job, n=number)
    for chat, number in found.unsent:
        yield _ill(language, "unsent", chat=chat, n=number)
    for chat, why in found.unreachable:
        yield _ill(language, "unreachable", chat=chat, why=why)
    if found.unasked:
        yield _well(language, "unasked", reports=", ".join(found.unasked))
