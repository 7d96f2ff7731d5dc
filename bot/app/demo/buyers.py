"""Who buys: made-up buyers whose names, phones and addresses are masked the way platforms hand them out."""

from bisect import bisect
from itertools import accumulate
from random import Random
from typing import NamedTuple

from bot.app.demo.lists import Province
from bot.app.demo.plan import ShopPlan

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "芳伟娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
INITIALS = "ABCDEGHJKLMNPRST"
PHONE_PREFIXES = ("138", "139", "150", "158", "176", "186", "188", "199")

# Every order makes a new buyer at first; later this share does, which leads to about 25,000 in 60,000 orders.
NEW_SHARE = 0.35
EARLY_ORDERS = 350.0  # how long a shop is "at first"
LOYAL_SHARE = 0.45  # of the returning orders: from people in proportion to how often they have come


class Buyer(NamedTuple):
    """One buyer's account on one platform. Without a province: abroad."""

    buyer_id: str
    name: str
    phone: str
    province: Province | None
    city: str | None
    address: str


class Buyers:
    """The buyers of one shop: some new with every order, some coming back, a few again and again."""

    def __init__(self, plan: ShopPlan, provinces: tuple[Province, ...]) -> None:
        self._plan = plan
        self._provinces = provinces
        self._bounds = list(accumulate(province.weight for province in provinces))
        self._known: list[Buyer] = []
        self._visits: list[Buyer] = []

    def next(self, rng: Random) -> Buyer:
        """Whoever places the next order."""
        buyer = self._new(rng) if rng.random() < self._newness() else self._returning(rng)
        self._visits.append(buyer)
        return buyer

    def _newness(self) -> float:
        early = EARLY_ORDERS / (EARLY_ORDERS + len(self._visits))
        return NEW_SHARE + (1 - NEW_SHARE) * early

    def _returning(self, rng: Random) -> Buyer:
        pool = self._visits if rng.random() < LOYAL_SHARE else self._known
        lapse = rng.random()  # squared: those who came lately come again
        return pool[len(pool) - 1 - int(len(pool) * lapse * lapse)]

    def _new(self, rng: Random) -> Buyer:
        is_abroad = self._plan.currency != "CNY"
        number = len(self._known) + 1
        phone = f"{rng.choice(PHONE_PREFIXES)}****{rng.randrange(10_000):04d}"
        identity = f"{self._plan.prefix.lower()}_buyer_{number:05d}"
        if is_abroad:
            name = f"{rng.choice(INITIALS)}*** {rng.choice(INITIALS)}***"
            buyer = Buyer(identity, name, phone, None, None, "*** Street, overseas")
        else:
            province = self._provinces[bisect(self._bounds, rng.random() * self._bounds[-1])]
            city = rng.choice(province.cities)
            name = f"{rng.choice(SURNAMES)}*{rng.choice(GIVEN)}"
            buyer = Buyer(identity, name, phone, province, city, f"{province.name}{city}**区**路***号")
        self._known.append(buyer)
        return buyer
