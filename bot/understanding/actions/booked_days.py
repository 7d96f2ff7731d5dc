"""The day that something is booked on, where one is said. Whether it may be is for the action to say."""

from bot.understanding.actions.arguments import Arguments, Message, counts
from bot.understanding.readings import Refused, Unclear
from bot.understanding.time.periods import PeriodReader


def day(message: Message, found: Arguments) -> None:
    """One day, and no more than one."""
    for token in message.tokens:
        token.is_scaled = token.is_scaled or (token.used and token.number is not None)  # the amount is no date
    spans = PeriodReader(message.tokens, message.today).read()
    for span in spans:
        if span.problem not in {None, "future"} or span.before or (span.end - span.start).days != 1:
            message.trouble = message.trouble or Refused(span.problem or "one_day")
            return
    if len(spans) > 1:
        message.trouble = message.trouble or Unclear("two_periods")
    if spans:
        found["day"] = spans[0].start.isoformat()


def earlier_day(message: Message, found: Arguments) -> None:
    """昨天到的货: what is booked when it happens needs no day. The only number, 1.5, is how many, and not 5 January."""
    if len(numbers := counts(message)) == 1:
        message.tokens[numbers[0]].is_scaled = True
    day(message, found)
    if found.get("day") == message.today.isoformat():
        del found["day"]
