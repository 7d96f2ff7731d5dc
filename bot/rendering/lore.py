"""Lists for those who teach: other names, and questions without an answer."""

from collections.abc import Sequence

from bot.rendering.messages import knows, say
from bot.rendering.reply import Reply


def render_aliases(aliases: Sequence[tuple[str, str]], language: str) -> Reply:
    lines = [say("aliases.line", language, alias=alias, name=name) for alias, name in aliases]
    return _listed("aliases", lines, language)


def render_unanswered(questions: Sequence[tuple[str, str, int]], language: str) -> Reply:
    lines = [say("unanswered.line", language, text=text, times=times, reason=_reason(key, language))
             for text, key, times in questions]
    return _listed("unanswered", lines, language)


def _listed(subject: str, lines: list[str], language: str) -> Reply:
    if not lines:
        return Reply("answer", say(f"{subject}.none", language), understood_by="command")
    text = "\n".join([say(f"{subject}.title", language), *lines, say(f"{subject}.how", language)])
    return Reply("answer", text, understood_by="command")


def _reason(key: str, language: str) -> str:
    """Why, in a word or two: keys of one kind share one."""
    kind = key.partition("_")[0] if key.startswith("off_") else key
    known = f"unanswered.{kind}"
    return say(known if knows(known, language) else "unanswered.unclear", language)
