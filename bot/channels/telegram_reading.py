"""From Telegram's updates to what every channel shares: who says what, where, and is it meant for us.

Updates are read as the JSON that they are: python-telegram-bot's objects, a dozen for one message, take longer to make
than all else that is done about a plain one before it is answered.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.conversing.inbound import Attachment, Event, Inbound, Membership, Migration, Tap
from bot.understanding.readings import Language

if TYPE_CHECKING:
    from telegram import User

Json = Mapping[str, Any]
CHANNEL = "telegram"
_PARTS_WITH_CHAT = ("message", "edited_message", "my_chat_member")
_IN = frozenset({"creator", "administrator", "member", "restricted"})
_CONTENT = frozenset({"text", "caption", "document", "photo", "voice", "sticker", "video", "audio"})


def chat_of(update: Json) -> str:
    """The key of the chat an update is about, as far as it can be told from the bare JSON; else empty."""
    said = update.get("callback_query")
    parts = [said.get("message") if isinstance(said, dict) else None] + [update.get(name) for name in _PARTS_WITH_CHAT]
    chats = [part["chat"] for part in parts if isinstance(part, dict) and isinstance(part.get("chat"), dict)]
    return f"{CHANNEL}:{chats[0].get('id', '')}"[:120] if chats else ""


def address_of(key: str) -> tuple[int, int | None]:
    """Chat id and topic of a key."""
    chat, _, thread = key.partition(":")[2].partition("/")
    return int(chat), int(thread) if thread else None


def read(update: Json, me: "User") -> Event | None:
    """What happened; None for what is not for us, such as somebody else's joining or a channel's post.

    Raises KeyError or TypeError for what is not as Telegram sends it.
    """
    key = str(update["update_id"])
    if "callback_query" in update:
        return _tap(update["callback_query"], key)
    if "my_chat_member" in update:
        return _membership(update["my_chat_member"])
    message = update.get("message") or update.get("edited_message")
    if message is None:
        return None
    if "from" not in message or message["from"]["is_bot"]:
        return _migration(message)
    return _migration(message) or _message(message, key, me)


def _migration(message: Json) -> Migration | None:
    chat = message["chat"]["id"]
    if "migrate_to_chat_id" in message:
        return Migration(_key(chat), _key(message["migrate_to_chat_id"]))
    if "migrate_from_chat_id" in message:
        return Migration(_key(message["migrate_from_chat_id"]), _key(chat))
    return None


def _message(message: Json, key: str, me: "User") -> Inbound | None:
    if _CONTENT.isdisjoint(message):  # somebody came, left, pinned: nothing to answer
        return None
    chat, speaker, is_group = message["chat"], message["from"], _is_group(message["chat"])
    text = message.get("text") or message.get("caption") or ""
    return Inbound(
        key=key, chat=_chat_key(message), room=_key(chat["id"]), title=_title(chat), is_group=is_group,
        person_id=str(speaker["id"]), message_id=str(message["message_id"]), text=_without_name(text, me),
        language=language_of(speaker), is_addressed=not is_group or _is_for(message, me),
        attachment=_attachment(message))


def _is_for(message: Json, me: "User") -> bool:
    """A command, a mention, or a reply to the bot's own message. A command of another bot is not for us."""
    entities = [*_entities(message, "text", "entities"), *_entities(message, "caption", "caption_entities")]
    commands = [said for entity, said in entities if entity["type"] == "bot_command" and entity["offset"] == 0]
    if commands:
        return "@" not in commands[0] or commands[0].partition("@")[2].lower() == (me.username or "").lower()
    if any(_is_mention(entity, said, me) for entity, said in entities):
        return True
    answered = message.get("reply_to_message", {}).get("from")
    return answered is not None and answered["id"] == me.id


def _entities(message: Json, text: str, entities: str) -> Iterator[tuple[Json, str]]:
    """Marked parts with what they say; their places are counted in UTF-16."""
    said = message.get(text, "").encode("utf-16-le")
    for each in message.get(entities, ()):
        start = 2 * each["offset"]
        yield each, said[start:start + 2 * each["length"]].decode("utf-16-le")


def _is_mention(entity: Json, said: str, me: "User") -> bool:
    if entity["type"] == "text_mention":
        return bool(entity["user"]["id"] == me.id)
    return entity["type"] == "mention" and said[1:].lower() == (me.username or "").lower()


def _without_name(text: str, me: "User") -> str:
    if not me.username or "@" not in text:
        return text
    return re.sub(rf"@{re.escape(me.username)}\b", " ", text, flags=re.IGNORECASE).strip()


def _attachment(message: Json) -> Attachment | None:
    if document := message.get("document"):
        return Attachment("document", document["file_id"], document.get("file_name") or "file",
                          document.get("file_size"))
    if message.get("photo"):
        largest = max(message["photo"], key=lambda size: size["width"] * size["height"])
        return Attachment("picture", largest["file_id"], "photo.jpg", largest.get("file_size"))
    return None


def _tap(query: Json, key: str) -> Tap | None:
    speaker = query["from"]
    if "message" not in query or "data" not in query:
        return None
    message, chat = query["message"], query["message"]["chat"]
    said = Inbound(
        key=key, chat=_chat_key(message), room=_key(chat["id"]), title=_title(chat), is_group=_is_group(chat),
        person_id=str(speaker["id"]), message_id=str(message["message_id"]), text="", language=language_of(speaker))
    return Tap(said, query["data"], query["id"])


def _membership(change: Json) -> Membership | None:
    is_in, was_in = change["new_chat_member"]["status"] in _IN, change["old_chat_member"]["status"] in _IN
    if is_in == was_in:
        return None
    chat = change["chat"]
    return Membership(_key(chat["id"]), _title(chat), _is_group(chat), is_in, language_of(change["from"]))


def language_of(user: Json) -> Language:
    """Chinese unless the person's Telegram is in another language."""
    return "zh" if (user.get("language_code") or "zh").lower().startswith("zh") else "en"


def _is_group(chat: Json) -> bool:
    return chat["type"] in {"group", "supergroup"}


def _title(chat: Json) -> str:
    return chat.get("title") or " ".join(filter(None, (chat.get("first_name"), chat.get("last_name"))))


def _chat_key(message: Json) -> str:
    return _key(message["chat"]["id"], message.get("message_thread_id") if message.get("is_topic_message") else None)


def _key(chat_id: int, thread: int | None = None) -> str:
    return f"{CHANNEL}:{chat_id}" + (f"/{thread}" if thread else "")
