"""Many questions in one go: a JSON line each."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.app.wiring import OpenShop
from bot.rendering.messages import say
from bot.rendering.reply import Reply
from bot.rendering.talk import error_sentence
from domain.errors import ShopError


def replies(shop: OpenShop, lines: Iterable[str], *, who: str, at: str | None,
            chart_dir: Path | None) -> Iterator[Reply]:
    """A reply per line that is not blank. Lines with the same `chat` are one conversation; others stand alone."""
    shop.warm_up()  # no line waits for what all of them need
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _reply(shop, line, number, who=who, at=at, chart_dir=chart_dir)


def _reply(shop: OpenShop, line: str, number: int, *, who: str, at: str | None, chart_dir: Path | None) -> Reply:
    language = shop.settings.language
    try:
        said = json.loads(line)
        text, chat = said["text"], said.get("chat")
        person, moment = shop.person(said.get("as") or who), shop.moment(said.get("at") or at) or shop.now()
    except (ValueError, TypeError, KeyError, AttributeError):
        return Reply("error", say("command.line_not_json", language, number=number))
    except ShopError as error:
        return Reply("error", say("command.line", language, number=number, why=error_sentence(error, language)))
    if not isinstance(text, str):
        return Reply("error", say("command.line_without_text", language, number=number))
    return shop.dispatcher.reply(text, person=person, at=moment, chat=str(chat) if chat is not None else "",
                                 chart_dir=chart_dir)
