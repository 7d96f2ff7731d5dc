"""The reply to 为什么: the change, what it is made of, where it happened, and what that rests on."""

from datetime import date, datetime

from bot.rendering import scene
from bot.rendering.amounts import change, count, counted, figure, money
from bot.rendering.follow_ups import follow_ups
from bot.rendering.footing import footing
from bot.rendering.labels import dimension_name, metric_name, value_label
from bot.rendering.messages import knows, say
from bot.rendering.reply import Reply
from bot.rendering.table import cut, lay_out
from domain.metrics.catalog import Unit
from domain.metrics.explain import NOTHING, OTHERS, Explanation, Part, Split, leading
from domain.metrics.result import Column, Row

REASON = "reason"  # the first column's value for rows that say what the change is made of
_MOST_PARTS = 3  # of each split in the text; the table has all
_NAME_COLUMNS = 24  # of the name of a part in a line of several


def render_why(explanation: Explanation, *, language: str, at: datetime, claims: str = "") -> Reply:
    """The answer to why; `claims` is which way the person thinks that the figure moved."""
    today, table = at.date(), explanation.table
    lines = [_change(explanation, language, today)]
    if explanation.change:
        lines += [_denial(explanation, claims, language), _reasons(explanation, language),
                  _leading(explanation, language, today), *_splits(explanation, language, today)]
    lines += footing(table, language=language, at=at)
    if any(part.name == "mix" for part in explanation.reasons) and explanation.change:
        lines.append(say("why.rule", language))
    return Reply("answer", "\n".join(line for line in lines if line), query=table.query,
                 columns=columns_of(explanation), rows=rows_of(explanation), coverage=table.coverage,
                 buttons=follow_ups(table.query, language, today))


def columns_of(explanation: Explanation) -> tuple[Column, ...]:
    """Dimension ("reason" for what the change is made of), part, and its figure before, after, and the change."""
    unit, currency = _column(explanation).type, _column(explanation).currency
    return (Column("dimension", "text"), Column("part", "text"),
            *(Column(name, unit, currency) for name in ("before", "after", "change")))


def rows_of(explanation: Explanation) -> tuple[Row, ...]:
    """The rows of each dimension add up to the change."""
    groups = [(REASON, explanation.reasons), *((split.dimension, split.parts) for split in explanation.splits)]
    return tuple((dimension, part.name or None, part.before, part.after, part.change)
                 for dimension, parts in groups for part in parts)


def _column(explanation: Explanation) -> Column:
    return explanation.table.columns[0]


def _change(explanation: Explanation, language: str, today: date) -> str:
    table, column = explanation.table, _column(explanation)
    facts = {**scene.setting(table.query, language, today), "name": metric_name(column.id, language),
             "value": counted(explanation.after, column, language),
             "before_when": scene.before_when(table, language, today)}
    moved = change(explanation.after, explanation.before, column, language)
    if not explanation.change or moved is None:
        return scene.sentence("why.no_change", language, **facts)
    key = "answer.compared" if moved.amount else "answer.compared_short"
    figures = say(key, language, **facts, before=counted(explanation.before, column, language), arrow=moved.arrow,
                  amount=moved.amount)
    return say("answer.end", language, sentence=scene.sentence("answer.subject", language, **facts, figures=figures))


def _denial(explanation: Explanation, claims: str, language: str) -> str:
    """Whoever asks why it fell when it rose is told so first."""
    rose = explanation.change > 0
    if claims not in {"up", "down"} or rose == (claims == "up"):
        return ""
    return say(f"why.not_{claims}", language)


def _reasons(explanation: Explanation, language: str) -> str:
    if not explanation.reasons:
        return ""
    column = _column(explanation)
    rows = [[reason_name(part.name, language), signed(part.change, column, language)]
            for part in by_size(explanation.reasons)]
    header = [say("why.reason", language), say("why.effect", language)]
    total = [say("table.total", language), signed(explanation.change, column, language)]
    return f"{say('why.reasons', language)}\n{lay_out(header, rows, total)}"


def by_size(parts: tuple[Part, ...]) -> list[Part]:
    return sorted((part for part in parts if part.change), key=lambda part: -abs(part.change))


def reason_name(name: str, language: str) -> str:
    """销量, 退款笔数; of a ratio: 各商品自身, 商品结构, or the figure that it divides."""
    kind, _, of = name.partition(".")
    if kind == "ratio":
        return metric_name(of, language)
    if kind in {"own", "weight"}:
        return say(f"why.{kind}", language, dimension=dimension_name(of, language))
    return say(f"why.{name}", language) if knows(f"why.{name}", language) else name


def _leading(explanation: Explanation, language: str, today: date) -> str:
    found = leading(explanation)
    if found is None:
        return ""
    dimension, part = found
    column = _column(explanation)
    return say("why.leading", language, dimension=dimension_name(dimension, language),
               name=part_name(dimension, part, language, today), amount=signed(part.change, column, language),
               before=figure(part.before, column, language), after=figure(part.after, column, language))


def _splits(explanation: Explanation, language: str, today: date) -> list[str]:
    """Of each dimension what moved most, with the change and against it; one shop a platform is said once."""
    column = _column(explanation)
    told = {tuple(part.change for part in split.parts): split for split in explanation.splits if len(split.parts) > 1}
    return [_split_line(split, column, language, today) for split in told.values()]


def _split_line(split: Split, column: Column, language: str, today: date) -> str:
    told = by_size(split.parts)
    parts = [say("why.split_part", language, amount=signed(part.change, column, language),
                 name=cut(part_name(split.dimension, part, language, today), _NAME_COLUMNS))
             for part in told[:_MOST_PARTS]]
    more = say("why.more", language, n=len(split.parts)) if len(told) > _MOST_PARTS else ""
    return scene.sentence("why.split", language, dimension=dimension_name(split.dimension, language),
                          parts=scene.between(language).join(parts) + more)


def part_name(dimension: str, part: Part, language: str, today: date) -> str:
    """The place of the change as people call it."""
    if part.name == OTHERS:
        return say("why.others", language)
    return value_label(dimension, None if part.name == NOTHING else part.name, language, today)


def signed(value: float, column: Column, language: str) -> str:
    """+¥1,204.50, -3.2 点, +12."""
    match column.type:
        case Unit.MONEY:
            return money(value, column.currency, always_sign=True)
        case Unit.RATE:
            unit = "点" if language == "zh" else "pp"
            return f"{value * 100:+.2f}{unit}"
        case _:
            return count(value, always_sign=True)

