"""A WeCom group robot's place among the chats: known by its address, cleared for nothing until somebody says so."""

from collections.abc import Iterator
from functools import partial

from bot.app.wiring import OpenShop, clock
from bot.rendering.messages import say
from domain.messaging.model import ChatState
from storage.messaging.chats import Chats

TITLE = "企业微信群机器人"
_LANGUAGE = "zh"


def meet(shop: OpenShop) -> None:
    """Before a command names the place: it is there, as a group."""
    place = _place(shop)
    chats = Chats(shop.database)
    if place is not None and chats.find(place) is None:
        chats.seen(place, title=TITLE, is_group=True, language=_LANGUAGE, now=clock())


def begin(shop: OpenShop) -> None:
    """When serving begins: it may be spoken to again, and places of robots before it no more."""
    place, chats = _place(shop), Chats(shop.database)
    if place is None:
        return
    chats.seen(place, title=TITLE, is_group=True, language=_LANGUAGE, now=clock())
    channel = place.partition(":")[0]
    for chat, _ in chats.groups():
        if chat.key.partition(":")[0] == channel and chat.key != place and chat.state is not ChatState.LEFT:
            chats.left(chat.key, clock())


def findings(shop: OpenShop) -> Iterator[tuple[str, bool]]:
    """For doctor: sentences, each with whether it is well. Its address is not tried: that would be a message."""
    place = _place(shop)
    if place is None:
        return
    chat, name = Chats(shop.database).find(place), place.partition(":")[0]
    reports = Chats(shop.database).subscriptions(place).reports
    told = partial(say, language=shop.settings.language, name=name)
    if chat is not None and chat.state is ChatState.LEFT:
        yield told("doctor.robot_left"), False
    elif chat is None or chat.clearance is None:
        yield told("doctor.robot_uncleared"), False
    elif not reports:
        yield told("doctor.robot_idle"), False
    else:
        yield told("doctor.robot", cleared=chat.clearance, reports=", ".join(one.report for one in reports)), True


def _place(shop: OpenShop) -> str | None:
    from bot.channels.wecom_robot import place_of  # noqa: PLC0415  (heavy)

    return place_of(shop.settings.wecom_robot_url) if shop.settings.wecom_robot_url else None
