"""Tells platforms of parcels that have left (发货回传): one part a shop, until nothing waits or it wants a rest."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta

from domain.jobs import Outcome
from domain.writebacks.model import InHand
from domain.writebacks.rules import LEASE, TELL_WITHIN, is_hopeless, pause
from domain.writebacks.telling import Answer, Busy, PutOff, Refused, Teller, Unreachable, WhyNot
from scheduler.context import JobContext, Tools, aside
from scheduler.shop_by_shop import hand_out

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=45)  # the run of the next minute goes on; other shops wait for the longest of this one
MOST_IN_A_RUN = 1000  # where the clock stands still, as a demo shop's does


async def run(context: JobContext, due_at: datetime) -> Outcome:
    if context.part:
        return Outcome(await _tell_all(context.tools, context.part))
    shops = await aside(context.tools.write_backs.waiting, context.tools.clock())
    return await hand_out(context, due_at, shops, Outcome("nothing waits to be told", key="nothing_to_tell"))


async def _tell_all(tools: Tools, shop: str) -> str:
    teller = await aside(tools.tellers, shop)
    if teller is None:
        return await _disconnected(tools, shop)
    parcels, end = 0, tools.clock() + RUN_FOR
    async with teller:
        for _ in range(MOST_IN_A_RUN):
            now = tools.clock()
            one = await aside(tools.write_backs.take, shop, now, now + LEASE) if now < end else None
            if one is None:
                break
            if not await _tell(tools, teller, one):
                return f"{parcels} parcels dealt with, the rest later"
            parcels += 1
    return f"{parcels} parcels dealt with"


async def _tell(tools: Tools, teller: Teller, one: InHand) -> bool:
    """Whether the shop may go on with its next one."""
    try:
        await _within(TELL_WITHIN, teller.tell(one.parcel))
    except Refused as error:
        await aside(tools.write_backs.failed, one, error.why, str(error), tools.clock())
        return True
    except PutOff as error:
        await _put_off(tools, one, error)
        return False
    except (Busy, Unreachable) as error:
        may_be_known = isinstance(error, Unreachable) and error.may_be_known
        await _again(tools, one, str(error), may_be_known=may_be_known)
        return isinstance(error, Busy)
    except Exception as error:  # an answer nobody foresaw must not hold up the shop's other parcels
        log.exception("the platform of shop %s could not be told of order %s", one.shop_id, one.parcel.order)
        await _again(tools, one, f"{type(error).__name__}: {error}", may_be_known=True)
        return True
    await aside(tools.write_backs.told, one, tools.clock())
    return True


async def _within(limit: timedelta, answer: Awaitable[Answer]) -> Answer:
    """A platform that answers byte by byte must not outlive the lease."""
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await answer
    except TimeoutError as error:
        raise Unreachable(f"no answer within {limit.total_seconds():.0f} s", may_be_known=True) from error


async def _put_off(tools: Tools, one: InHand, error: PutOff) -> None:
    now = tools.clock()
    if is_hopeless(0, one.queued_at, now):
        await aside(tools.write_backs.failed, one, WhyNot.NO_ANSWER, str(error), now)
    else:
        await aside(tools.write_backs.rest, one, now + error.wait, str(error))


async def _again(tools: Tools, one: InHand, said: str, *, may_be_known: bool) -> None:
    now = tools.clock()
    if is_hopeless(one.attempts, one.queued_at, now):
        await aside(tools.write_backs.failed, one, WhyNot.NO_ANSWER, said, now)
    else:
        await aside(tools.write_backs.later, one, now + pause(one.attempts), said, may_be_known=may_be_known)


async def _disconnected(tools: Tools, shop: str) -> str:
    while one := await aside(tools.write_backs.take, shop, tools.clock(), tools.clock() + LEASE):
        await aside(tools.write_backs.failed, one, WhyNot.DISCONNECTED, "", tools.clock())
    return "the shop is not connected"
