"""Low stock in words: each line with what is left, how long it lasts, what comes, and what to order."""

from bot.rendering.amounts import count
from bot.rendering.messages import say
from bot.rendering.reply import Button
from domain.reports import LowLine, Place, StockReport

BUTTON_LINES = 2  # lines that get buttons: three each fill a phone's screen


def stock_lines(body: StockReport, language: str) -> list[str]:
    if not body.lines:
        return [say("reporting.low_none", language)]
    head = say("reporting.low_digest" if body.is_digest else "reporting.low_fresh", language,
               n=len(body.lines) + body.left_out)
    lines = [head, *(text for line in body.lines for text in _line(line, language))]
    return [*lines, say("reporting.low_more", language, n=body.left_out)] if body.left_out else lines


def _line(line: LowLine, language: str) -> list[str]:
    """The name, below it what is left where, and what follows from it."""
    between = "," if language == "zh" else ", "
    places = between.join(_place(place, language) for place in line.places)
    told = []
    if line.cover_days:
        told.append(say("reporting.low_cover", language, days=f"{line.cover_days:,.1f}"))
    if line.suggested:
        told.append(say("reporting.low_suggested", language, n=count(line.suggested)))
    elif line.suggested is not None and any(place.incoming for place in line.places):
        told.append(say("reporting.low_enough", language))
    name = say("reporting.low_line", language, sku=line.sku, name=line.name)
    return [name, f"  {places}", *([f"  {between.join(told)}"] if told else [])]


def _place(place: Place, language: str) -> str:
    key = "reporting.low_out" if place.available <= 0 else "reporting.low_available"
    text = say(key, language, warehouse=place.warehouse, n=count(place.available))
    if place.reorder_point is not None:
        text += say("reporting.low_point", language, n=count(place.reorder_point))
    return text + (say("reporting.low_incoming", language, n=count(place.incoming)) if place.incoming else "")


def stock_buttons(body: StockReport, language: str) -> list[Button]:
    """补货, 明天再说, 调预警线 for the most urgent SKUs; each is a message that can be sent back."""
    return [Button(say(f"reporting.{kind}_button", language, sku=line.sku),
                   say(f"reporting.{kind}_message", language, sku=line.sku, n=line.suggested))
            for line in body.lines[:BUTTON_LINES]
            for kind in (("reorder", "snooze", "point") if line.suggested else ("snooze", "point"))]
