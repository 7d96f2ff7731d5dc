"""What is configured, what is missing, what cannot be reached; in plain words."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import starmap
from urllib.parse import urlsplit

from bot.app import robot, wiring
from bot.app.settings import Settings
from bot.app.tellers import connection_state
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


def findings(settings: Settings, *, demo: bool) -> Iterator[Finding]:
    """Everything that can be looked at without changing anything; the first thing that is broken ends it."""
    yield Finding(f"data are kept in {settings.data_dir}")
    yield _key(settings)
    try:
        with wiring.open_shop(settings, demo=demo) as shop:
            yield Finding(f"the database answers ({shop.database.engine.dialect.name}, tables up to date)")
            yield Finding(f"business days are those of {shop.calendar.zone.key}, figures are in {shop.currency}")
            yield from _shops(shop)
            yield from _exceptions(shop)
            yield from _messages(shop)
            yield from _write_backs(shop)
            yield from _clock(shop)
            yield from starmap(Finding, robot.findings(shop))
        yield from _telegram(settings)
    except ShopError as error:
        yield Finding(str(error), is_well=False)
        return
    yield _model(settings)


def _key(settings: Settings) -> Finding:
    if settings.secret_key:
        return Finding("personal data are sealed with ZHANGGUI_SECRET_KEY")
    path = settings.secret_file
    if not path.exists():
        return Finding(f"a key for personal data will be made in {path} at the first start; keep a copy of it")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(f"others can read the key {path}; run: chmod 600 {path}", is_well=False)
    return Finding(f"personal data are sealed with the key in {path}; keep a copy of it")


def _shops(shop: wiring.OpenShop) -> Iterator[Finding]:
    shops = shop.roster.shops()
    if not shops:
        yield Finding("there are no shops yet: zhanggui import FILE reads an export, zhanggui demo shows a demo shop")
    for each in shops:
        yield Finding(f"shop {each.name} ({each.platform}, {each.currency}), {connection_state(each)}")


def _write_backs(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What platforms have not been told of."""
    from storage.write_backs import backlog  # noqa: PLC0415

    found = backlog(shop.database)
    if failed := found.counts.get("failed"):
        yield Finding(f"platforms were not told of {failed} parcels; ask the chat: 看平台回传失败的异常", is_well=False)
    if waiting := found.counts.get("queued"):
        since = f", the oldest since {shop.calendar.local(found.oldest):%Y-%m-%d %H:%M}" if found.oldest else ""
        is_late = found.oldest is not None and wiring.clock() - found.oldest > WAITS_LONG
        yield Finding(f"platforms have to be told of {waiting} parcels{since}; zhanggui serve or worker tells them",
                      is_well=not is_late)


def _exceptions(shop: wiring.OpenShop) -> Iterator[Finding]:
    """Work for people, not a fault of the installation: so all is well with it."""
    counts = ExceptionInbox(shop.database, shop.calendar).counts(shop.now())
    said = ", ".join(f"{KINDS[kind].en} {number}" for kind, number in counts.items())
    yield Finding(f"exceptions wait for somebody: {said}; ask the chat what's wrong" if said
                  else "no exceptions were found when the shop was last looked at")


def _model(settings: Settings) -> Finding:
    """Asked for its list of models, which costs no tokens."""
    chosen = settings.model
    if not chosen.is_on:
        return Finding("no language model is asked, the rules read every question: ZHANGGUI_OPENAI_API_KEY is not set")
    name = f"the language model {chosen.model} at {urlsplit(chosen.base_url).netloc}"
    try:
        offered = wiring.language_model(chosen).models()
    except ShopError as error:
        return Finding(f"{name} cannot be used: {error}", is_well=False)
    if offered and chosen.model not in offered:
        return Finding(f"{name} is not among the models offered there: {', '.join(offered[:_MODELS_NAMED])}; "
                       "set ZHANGGUI_OPENAI_MODEL", is_well=False)
    open_road = "" if _is_private(chosen.base_url) else " (anybody on the way can read along: the address is no https)"
    return Finding(f"{name} answers{open_road}; it is asked what the rules do not understand, "
                   f"up to {chosen.daily_tokens:,} tokens a day for each person")


def _is_private(url: str) -> bool:
    """Encrypted, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _messages(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What did not get through."""
    from storage.messaging.inbox import Inbox  # noqa: PLC0415
    from storage.messaging.outbox import Outbox  # noqa: PLC0415

    out, received = Outbox(shop.database).counts(), Inbox(shop.database).counts()
    if dead := out.get("dead"):
        yield Finding(f"{dead} messages were not sent; the owner sees them in chat: 发送失败的消息", is_well=False)
    if failed := received.get("failed"):
        yield Finding(f"{failed} messages from chats could not be processed; the log says why", is_well=False)
    if repeats := out["repeats"]:
        yield Finding(f"{repeats} messages may have arrived twice, because the program was killed while sending")
    if waiting := out.get("queued"):
        yield Finding(f"{waiting} messages wait to be sent; zhanggui serve sends them")


def _telegram(settings: Settings) -> Iterator[Finding]:
    """Whether the bot answers; without one, the steps to it."""
    if not settings.telegram_token:
        yield Finding("no Telegram bot: in Telegram open @BotFather, send /newbot, give it a name and a username that "
                      "ends in bot, and put the token it answers with into ZHANGGUI_TELEGRAM_TOKEN (docs/telegram.md)")
        return
    from bot.channels.telegram import TelegramSettings  # noqa: PLC0415  (heavy)
    from bot.channels.telegram_check import check  # noqa: PLC0415

    said = TelegramSettings(settings.telegram_token, settings.telegram_base_url, settings.telegram_webhook_secret,
                            settings.telegram_webhook_url)
    for sentence, is_well in check(said):
        yield Finding(sentence, is_well=is_well)


def _clock(shop: wiring.OpenShop) -> Iterator[Finding]:
    """What went wrong with jobs and messages, and who gets no report: what an owner nobody can write to must hear."""
    from storage.upkeep.health import health  # noqa: PLC0415

    found = health(shop.database, shop.calendar.utc(shop.now()))
    for job, due, error in found.given_up:
        when = f"{shop.calendar.local(due):%Y-%m-%d %H:%M}"
        yield Finding(f"the job {job} of {when} was given up: {error}", is_well=False)
    for job, number in found.missed:
        yield Finding(f"{number} runs of {job} were missed in the last week: nothing was running", is_well=False)
    for chat, number in found.unsent:
        yield Finding(f"{number} messages to {chat} were given up in the last week", is_well=False)
    for chat, why in found.unreachable:
        yield Finding(f"{chat} subscribed to a report and cannot get it: {why}", is_well=False)
    if found.unasked:
        yield Finding(f"nobody gets these reports: {', '.join(found.unasked)}; "
                      "say 订阅日报 in the chat that should get the daily one")
