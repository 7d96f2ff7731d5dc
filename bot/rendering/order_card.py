"""One order in words, as somebody needs it who has its number on the phone: phone-sized, no street, no full name."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from bot.rendering.amounts import money
from bot.rendering.messages import say
from bot.rendering.order_lists import goods_said
from bot.rendering.reply import Reply, with_choices
from domain.exceptions.kinds import KINDS
from domain.orders.card import CardCase, CardLine, CardParcel, CardWriteBack, Goods, OrderCard
from domain.orders.model import Hold, OrderStatus

MAX_LINES = 12  # lines of one order that are shown; more are counted
_ARRIVED = frozenset({OrderStatus.SIGNED, OrderStatus.COMPLETED})
_TO_SHIP = frozenset({OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED})


def render_cards(cards: Sequence[OrderCard], language: str, at: datetime, *, with_money: bool,
                 kinds: Collection[str] = ()) -> Reply:
    """Every order of that number, one below the other. `kinds` of exceptions are for the person to see."""
    texts = ["\n".join(_Card(card, language, at, kinds, with_money=with_money).parts()) for card in cards]
    return Reply("answer", "\n\n".join(texts), understood_by="command")


def render_no_card(number: str, nearest: Sequence[str], language: str) -> Reply:
    """No such order: those that look like it, each as the message that shows it."""
    choices = tuple(f"{say('order.look_up', language)} {near}" for near in nearest)
    text = with_choices(say("order.unknown", language, order=number), choices)
    return Reply("refused", text, choices=choices, understood_by="command")


class _Card:
    """What is said of one order; times are on the clock of `at`."""

    def __init__(self, card: OrderCard, language: str, at: datetime, kinds: Collection[str], *,
                 with_money: bool) -> None:
        self._card, self._language, self._at, self._with_money = card, language, at, with_money
        self._kinds = kinds

    def parts(self) -> Iterator[str]:
        card = self._card
        marks = [self._say(f"hold.{card.hold}")] if card.hold is not Hold.NONE else []
        marks += [self._say(f"mark.{card.excluded}")] if card.excluded else []
        yield self._say("order.title", order=card.number, shop=card.shop, status=self._say(f"status.{card.status}"),
                        marks=f" · {' · '.join(marks)}" if marks else "")
        yield self._paid()
        yield from (self._line(line) for line in card.lines[:MAX_LINES])
        if len(card.lines) > MAX_LINES:
            yield f"… +{len(card.lines) - MAX_LINES}"
        if card.ship_by and card.status in _TO_SHIP:
            key = "overdue" if card.ship_by < self._at else "ship_by"
            yield self._say(f"order.{key}", ship_by=self._time(card.ship_by))
        if card.receiver or card.region:
            yield self._say("order.receiver", receiver=card.receiver or "", region=card.region)
        if (moved_at := card.receiver_changed_at) and (card.merged_with or any(
                parcel.shipped_at <= moved_at for parcel in card.parcels)):
            yield self._say("order.readdressed", at=self._time(moved_at))
        if card.merged_with:
            key = "merged_sent" if card.parcels else "merged"
            yield self._say(f"order.{key}", orders=" ".join(card.merged_with))
        yield from self._parcels()
        if card.returned:
            yield self._say("order.returned", goods=self._goods(card.returned))
        yield from self._refunds()
        yield from (self._case(case) for case in card.cases if case.kind in self._kinds)

    def _parcels(self) -> Iterator[str]:
        """Those that left, then those that are to; of an order that leaves as one it is said above what it holds."""
        card = self._card
        sent = [parcel for parcel in card.parcels if not parcel.is_again]
        of = len(sent) + len(card.to_come)
        yield from (self._parcel(parcel, number, of) for number, parcel in enumerate(sent, 1))
        if of > 1:
            yield from (self._say("order.to_come", number=f" {number}/{of}", warehouse=parcel.warehouse,
                                  goods=self._goods(parcel.goods))
                        for number, parcel in enumerate(card.to_come, len(sent) + 1))
        if card.missing and (card.to_come or sent):
            yield self._say("order.missing", goods=self._goods(card.missing))
        yield from (self._parcel(parcel, 1, 1) for parcel in card.parcels if parcel.is_again)

    def _case(self, case: CardCase) -> str:
        kind = KINDS[case.kind]
        return self._say("order.case", id=case.id, kind=self._say(f"exception_kind.{case.kind}"),
                         todo=kind.todo_zh if self._language == "zh" else kind.todo_en)

    def _paid(self) -> str:
        card = self._card
        if card.paid_at is None:
            return self._say("order.unpaid", created_at=self._time(card.created_at))
        if not self._with_money:
            return self._say("order.paid_no_money", paid_at=self._time(card.paid_at))
        freight = self._say("order.freight", amount=self._money(card.freight_minor)) if card.freight_minor else ""
        return self._say("order.paid", paid_at=self._time(card.paid_at), amount=self._money(card.paid_minor),
                         freight=freight)

    def _line(self, line: CardLine) -> str:
        amount = f" {self._money(line.paid_minor)}" if self._with_money else ""
        product = f"{line.product} " if line.product and line.product != line.what else ""
        return self._say("order.line", what=line.what, product=product, quantity=line.quantity, amount=amount)

    def _parcel(self, parcel: CardParcel, number: int, of: int) -> str:
        carrier = parcel.carrier or ("" if parcel.waybill else self._say("order.no_carrier"))
        is_part = of > 1 or parcel.is_again
        return self._say(
            "order.parcel", number=f" {number}/{of}" if of > 1 else "",
            again=self._say(self._why_again(parcel)) if parcel.is_again else "",
            goods=self._say("order.holds", goods=self._goods(parcel.goods)) if is_part and parcel.goods else "",
            carrier=carrier, waybill=parcel.waybill or "", shipped_at=self._time(parcel.shipped_at),
            warehouse=parcel.warehouse or self._say("order.somewhere"),
            staff=self._say("order.by", staff=parcel.staff) if parcel.staff else "",
            state=self._state(parcel), told=self._told(parcel.told) if parcel.told else "")

    def _why_again(self, parcel: CardParcel) -> str:
        """In exchange for what came back: the same once more, or something else than was ordered."""
        back, ordered = {one.what for one in self._card.returned}, {line.what for line in self._card.lines}
        is_exchange = back and any(one.what in back or one.what not in ordered for one in parcel.goods)
        return "order.exchanged" if is_exchange else "order.again"

    def _state(self, parcel: CardParcel) -> str:
        """Of one among several it is said, too, that nobody has signed for it yet."""
        said = self._say("order.intercepted", at=self._time(parcel.intercepted_at)) if parcel.intercepted_at else ""
        if parcel.signed_at:
            return said + self._say("order.signed", signed_at=self._time(parcel.signed_at))
        is_one_of_several = len(self._card.parcels) > 1 and self._card.status not in _ARRIVED
        return said or (self._say("order.not_signed") if is_one_of_several else "")

    def _told(self, told: CardWriteBack) -> str:
        why = self._say(f"write_back.short.{told.why}") if told.why else ""
        return self._say(f"write_back.state.{told.state}", why=why, told_at=self._clock(told.told_at))

    def _refunds(self) -> Iterator[str]:
        for refund in self._card.refunds:
            facts = {"state": self._say(f"order.refund_state.{refund.status}"),
                     "reason": f" · {refund.reason}" if refund.reason else ""}
            if self._with_money:
                yield self._say("order.refund", amount=self._money(refund.amount_minor), **facts)
            else:
                yield self._say("order.refund_no_money", **facts)

    def _say(self, key: str, **facts: object) -> str:
        return say(key, self._language, **facts)

    def _time(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._at.tzinfo):%Y-%m-%d %H:%M}"

    def _clock(self, moment: datetime | None) -> str:
        """The time alone where it was today."""
        local = moment.astimezone(self._at.tzinfo) if moment else None
        return "" if local is None else f"{local:%H:%M}" if local.date() == self._at.date() else f"{local:%m-%d %H:%M}"

    def _goods(self, goods: Sequence[Goods]) -> str:
        return goods_said(goods, self._language)

    def _money(self, minor: int) -> str:
        return money(minor, self._card.currency)
