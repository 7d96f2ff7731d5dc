"""From Telegram's updates to what every channel shares: who says what, where, and is it meant for us."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.conversing.inbound import Attachment, Event, Inbound, Membership, Migration, Tap

if TYPE_CHECKING:
    from telegram import Chat, ChatMemberUpdated, Message, MessageEntity, Update, User

CHANNEL = "telegram"
_PARTS_WITH_CHAT = ("message", "edited_message", "my_chat_member")
_IN = frozenset({"creator", "administrator", "member", "restricted"})


def chat_of(update: Mapping[str, Any]) -> str:
    """The key of the chat an update is about, as far as it can be told from the bare JSON; else empty."""
    said = update.get("callback_query")
    parts = [said.get("message") if isinstance(said, dict) else None] + [update.get(name) for name in _PARTS_WITH_CHAT]
    chats = [part["chat"] for part in parts if isinstance(part, dict) and isinstance(part.get("chat"), dict)]
    return f"{CHANNEL}:{chats[0].get('id', '')}"[:120] if chats else ""


def address_of(key: str) -> tuple[int, int | None]:
    """Chat id and topic of a key."""
    chat, _, thread = key.partition(":")[2].partition("/")
    return int(chat), int(thread) if thread else None


def read(update: "Update", me: "User") -> Event | None:
    """What happened; None for what is not for us, such as somebody else's joining or a channel's post."""
    key = str(update.update_id)
    if update.callback_query is not None:
        return _tap(update, key)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return _migration(message) if message is not None else None
    return _migration(message) or _message(message, key, me)


def _migration(message: "Message") -> Migration | None:
    if message.migrate_to_chat_id is not None:
        return Migration(_key(message.chat.id), _key(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        return Migration(_key(message.migrate_from_chat_id), _key(message.chat.id))
    return None


def _message(message: "Message", key: str, me: "User") -> Inbound | None:
    if _is_service(message) or message.from_user is None:
        return None
    is_group = _is_group(message.chat)
    text = message.text or message.caption or ""
    return Inbound(
        key=key, chat=_chat_key(message), room=_key(message.chat.id), title=_title(message.chat), is_group=is_group,
        person_id=str(message.from_user.id), message_id=str(message.message_id), text=_without_name(text, me),
        language=language_of(message.from_user), is_addressed=not is_group or _is_for(message, me),
        attachment=_attachment(message))


def _is_service(message: "Message") -> bool:
    """Somebody came, left, pinned: nothing to answer."""
    said = (message.text, message.caption, message.document, message.photo, message.voice, message.sticker,
            message.video, message.audio)
    return not any(said)


def _is_for(message: "Message", me: "User") -> bool:
    """A command, a mention, or a reply to the bot's own message. A command of another bot is not for us."""
    entities = message.parse_entities() | message.parse_caption_entities()
    commands = [said for entity, said in entities.items() if entity.type == "bot_command" and entity.offset == 0]
    if commands:
        return "@" not in commands[0] or commands[0].partition("@")[2].lower() == (me.username or "").lower()
    if any(_is_mention(entity, said, me) for entity, said in entities.items()):
        return True
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == me.id


def _is_mention(entity: "MessageEntity", said: str, me: "User") -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == me.id
    return entity.type == "mention" and said[1:].lower() == (me.username or "").lower()


def _without_name(text: str, me: "User") -> str:
    if not me.username:
        return text
    return re.sub(rf"@{re.escape(me.username)}\b", " ", text, flags=re.IGNORECASE).strip()


def _attachment(message: "Message") -> Attachment | None:
    if message.document is not None:
        document = message.document
        return Attachment("document", document.file_id, document.file_name or "file", document.file_size)
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Attachment("picture", largest.file_id, "photo.jpg", largest.file_size)
    return None


def _tap(update: "Update", key: str) -> Tap | None:
    query = update.callback_query
    if query is None or query.message is None or query.data is None:
        return None
    chat = query.message.chat
    thread = getattr(query.message, "message_thread_id", None) if getattr(
        query.message, "is_topic_message", False) else None
    said = Inbound(
        key=key, chat=_key(chat.id, thread), room=_key(chat.id), title=_title(chat), is_group=_is_group(chat),
        person_id=str(query.from_user.id), message_id=str(query.message.message_id), text="",
        language=language_of(query.from_user))
    return Tap(said, query.data, query.id)


def _membership(change: "ChatMemberUpdated") -> Membership | None:
    is_in, was_in = change.new_chat_member.status in _IN, change.old_chat_member.status in _IN
    if is_in == was_in:
        return None
    return Membership(_key(change.chat.id), _title(change.chat), _is_group(change.chat), is_in,
                      language_of(change.from_user))


def language_of(user: "User") -> str:
    """Chinese unless the person's Telegram is in another language."""
    return "zh" if (user.language_code or "zh").lower().startswith("zh") else "en"


def _is_group(chat: "Chat") -> bool:
    return chat.type in {"group", "supergroup"}


def _title(chat: "Chat") -> str:
    return chat.title or chat.full_name or ""


def _chat_key(message: "Message") -> str:
    return _key(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def _key(chat_id: int, thread: int | None = None) -> str:
    return f"{CHANNEL}:{chat_id}" + (f"/{thread}" if thread else "")
