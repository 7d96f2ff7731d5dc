"""What is remembered of the headers of imported tables, in words."""

from collections.abc import Sequence

from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from domain.importing.model import KeptMapping, Learned

MAX_BUTTONS = 3
_SHOWN_HEADERS = 6  # enough to know one's own table by


def said_of(kept: KeptMapping) -> str:
    """单号=order_no, 数目=quantity."""
    return ", ".join(f"{header}={column}" for column, header in kept.mapping)


def render_mappings(learned: Sequence[Learned], language: str) -> Reply:
    """Each with its number, by which it is forgotten."""
    if not learned:
        return Reply("answer", say("mappings.none", language), understood_by="command")
    lines = [say("mappings.title", language)]
    lines += [say("mappings.line", language, number=one.number, columns=said_of(one.kept),
                  kind=say(f"kind_{one.kept.kind}", language), headers=_some(one.kept.headers, language))
              for one in learned]
    lines.append(say("mappings.how", language, number=learned[0].number))
    forget = [say("mappings.forget", language, number=one.number) for one in learned[:MAX_BUTTONS]]
    return Reply("answer", "\n".join(lines), buttons=tuple(Button(one, one) for one in forget),
                 understood_by="command")


def _some(headers: Sequence[str], language: str) -> str:
    between = "、" if language == "zh" else ", "
    return between.join(headers[:_SHOWN_HEADERS]) + (" …" if len(headers) > _SHOWN_HEADERS else "")
