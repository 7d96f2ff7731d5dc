"""A person who asks something, in the tea shop of the tests of understanding."""

from datetime import date

from bot.model_mode.privacy import Mask
from bot.model_mode.queries import Asking
from bot.turn import Person
from bot.understanding.questions.asks import Setting
from bot.understanding.text.gazetteer import Gazetteer
from domain.people import Role
from tests.bot.understanding.shop import tea_shop

MONDAY = date(2026, 11, 23)


def asking(text: str, role: Role = Role.OWNER, mask: Mask | None = None) -> Asking:
    return Asking(text, Person("小王", role), Setting(MONDAY, "CNY"), Gazetteer.of(tea_shop()), mask or Mask())
