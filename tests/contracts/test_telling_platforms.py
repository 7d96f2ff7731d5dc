"""Every platform that can be told of shipments, against a gateway that checks what the real one checks."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.catalog.model import Platform
from domain.writebacks.telling import Answer, Busy, NotTold, Parcel, PutOff, Refused, Unreachable, WhyNot
from integrations.platforms import connectable, gateway, open_teller
from integrations.platforms.account import Account
from integrations.platforms.digests import wrapped_md5
from integrations.platforms.douyin.signing import body_of, digest
from tests.platforms.gateway import APP_KEY, SECRET, TOKEN, FakeGateway, Trouble, standing_in

PARCEL = Parcel("260920-1", 1, "中通", "78900112233445")


@pytest.fixture(params=sorted(connectable()))
def there(request: pytest.FixtureRequest) -> Iterator[tuple[str, FakeGateway]]:
    with standing_in(request.param) as fake:
        fake.add(PARCEL.order)
        yield request.param, fake


def account(secret: str = SECRET, token: str = TOKEN, off: timedelta = timedelta()) -> Account:
    return Account(APP_KEY, secret, token, lambda: datetime.now(UTC) + off)  # noqa: TID251  (the gateway's clock runs)


def told(there: tuple[str, FakeGateway], *parcels: Parcel, by: Account | None = None) -> list[Answer | NotTold]:
    """What comes of telling each, over one connection."""
    async def tell() -> list[Answer | NotTold]:
        found: list[Answer | NotTold] = []
        async with open_teller(there[0], by or account(), there[1].url) as teller:
            for parcel in parcels or (PARCEL,):
                try:
                    found.append(await teller.tell(parcel))
                except NotTold as error:
                    found.append(error)
        return found
    return asyncio.run(tell())


def refusal(outcome: Answer | NotTold) -> WhyNot:
    assert isinstance(outcome, Refused), outcome
    return outcome.why


def waybills(there: tuple[str, FakeGateway], order: str = PARCEL.order) -> list[str]:
    return [line.waybill for line in there[1].rules.orders[order].shipped]


def test_the_platform_has_the_parcel_with_its_own_code_of_the_carrier(there: tuple[str, FakeGateway]) -> None:
    assert there[0] in set(Platform), "a folder bears the id of its platform"
    assert told(there) == [Answer.TOLD]
    (line,) = there[1].rules.orders[PARCEL.order].shipped
    assert line.waybill == PARCEL.waybill
    assert there[1].rules.carriers[line.carrier] == "中通快递"


@pytest.mark.parametrize(("by", "why"), [
    (account(secret="another"), WhyNot.KEYS), (account(token="of last year"), WhyNot.KEYS),
    (account(off=timedelta(minutes=11)), WhyNot.REFUSED), (account(off=timedelta(minutes=-11)), WhyNot.REFUSED)])
def test_a_wrong_signature_an_old_token_and_a_clock_that_is_off_are_refused(
        there: tuple[str, FakeGateway], by: Account, why: WhyNot) -> None:
    (outcome,) = told(there, by=by)
    assert refusal(outcome) is why
    assert str(outcome)
    assert by.secret not in str(outcome) + repr(by)
    assert by.token not in str(outcome) + repr(by)
    assert not waybills(there)


def test_what_it_knows_already_is_a_success(there: tuple[str, FakeGateway]) -> None:
    assert told(there, PARCEL, PARCEL) == [Answer.TOLD, Answer.KNOWN]
    assert there[1].accepted == 1


def test_another_waybill_there_is_not(there: tuple[str, FakeGateway]) -> None:
    _, outcome = told(there, PARCEL, replace(PARCEL, waybill="SF1234567890"))
    assert refusal(outcome) is WhyNot.OTHER_WAYBILL
    assert str(outcome) == PARCEL.waybill
    assert waybills(there) == [PARCEL.waybill]


def test_the_waybill_of_a_shipment_that_was_undone_is_corrected(there: tuple[str, FakeGateway]) -> None:
    again = replace(PARCEL, waybill="SF1234567890", carrier="顺丰", replaces=PARCEL.waybill)
    assert told(there, PARCEL, again, again) == [Answer.TOLD, Answer.TOLD, Answer.KNOWN]
    assert waybills(there) == ["SF1234567890"]


def test_told_to_wait_it_says_how_long_and_then_goes_through(there: tuple[str, FakeGateway]) -> None:
    there[1].troubles.append(Trouble.THROTTLED)
    first, second = told(there, PARCEL, PARCEL)
    assert isinstance(first, PutOff)
    assert timedelta(0) < first.wait <= timedelta(minutes=1)
    assert second is Answer.TOLD


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.BAD_GATEWAY, Trouble.RUBBISH])
def test_trouble_on_its_side_may_pass(there: tuple[str, FakeGateway], trouble: Trouble) -> None:
    there[1].troubles.append(trouble)
    first, second = told(there, PARCEL, PARCEL)
    assert isinstance(first, Busy if trouble is Trouble.BUSY else Unreachable)
    assert second is Answer.TOLD


def test_an_answer_that_never_came_is_asked_for_again_without_harm(
        there: tuple[str, FakeGateway], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT_S", 0.2)
    there[1].troubles.append(Trouble.SILENCE)
    first, second = told(there, PARCEL, PARCEL)
    assert isinstance(first, Unreachable)
    assert first.may_be_known
    assert second is Answer.KNOWN
    assert there[1].accepted == 1


def test_a_gateway_that_is_not_there_was_told_nothing(there: tuple[str, FakeGateway]) -> None:
    nowhere = FakeGateway(there[1].rules, url="http://127.0.0.1:9/router")
    (outcome,) = told((there[0], nowhere))
    assert isinstance(outcome, Unreachable)
    assert not outcome.may_be_known


def test_a_carrier_we_have_no_code_for_is_looked_up_in_its_list(there: tuple[str, FakeGateway]) -> None:
    first, second = told(there, replace(PARCEL, carrier="德邦"), replace(PARCEL, carrier="极兔"))
    assert refusal(first) is WhyNot.CARRIER
    assert second is Answer.TOLD
    (line,) = there[1].rules.orders[PARCEL.order].shipped
    assert there[1].rules.carriers[line.carrier] == "极兔速递"


def test_a_closed_order_and_one_nobody_knows_are_refused(there: tuple[str, FakeGateway]) -> None:
    there[1].rules.orders[PARCEL.order].is_closed = True
    closed, unknown = told(there, PARCEL, replace(PARCEL, order="260920-9"))
    assert refusal(closed) is WhyNot.CLOSED
    assert refusal(unknown) is WhyNot.REFUSED
    assert "不存在" in str(unknown)


def test_parts_of_an_order(there: tuple[str, FakeGateway]) -> None:
    """Where the platform takes them, each names its lines; where it does not, somebody must enter the second."""
    parts = [replace(PARCEL, order="P", parcel_no=number, waybill=f"7890011223344{number}", is_whole=False,
                     line_ids=(f"L{number}",)) for number in (1, 2)]
    takes_parts = there[0] == "taobao"
    there[1].add("P", *(("L1", "L2") if takes_parts else ()))
    first, second = told(there, *parts)
    assert first is Answer.TOLD
    assert second is Answer.TOLD if takes_parts else refusal(second) is WhyNot.SEVERAL_PARCELS
    assert len(waybills(there, "P")) == (2 if takes_parts else 1)
    nameless = replace(parts[1], order="260920-1", line_ids=())
    assert refusal(told(there, nameless)[0]) is WhyNot.SEVERAL_PARCELS


# Printed by the platforms: open.taobao.com docId=101617; open.pinduoduo.com idStr=8EC06C399636041E.
VECTORS: list[tuple[str, dict[str, Any], str]] = [
    ("helloworld", {"app_key": "12345678", "session": "test", "timestamp": "2016-01-01 12:00:00", "format": "json",
                    "v": "2.0", "method": "taobao.item.seller.get", "fields": "num_iid,title,nick,price,num",
                    "num_iid": "11223344", "sign_method": "md5"}, "66987CB115214E59E6EC978214934FB8"),
    ("testSecret", {"access_token": "asd78172s8ds9a921j9qqwda12312w1w21211", "client_id": "1", "data_type": "XML",
                    "order_status": "1", "page": "1", "page_size": "10", "timestamp": "1480411125",
                    "type": "pdd.order.number.list.get"}, "E4DE3ED21002510DED352819E7AE6775"),
]


def test_douyin_is_signed_as_three_sdks_agree() -> None:
    """Derived by the documented rule: the platform prints no example."""
    signed = {"app_key": "3409409348479354011", "method": "order.searchList", "timestamp": "1788973300", "v": "2",
              "param_json": body_of({"update_time_start": 1788969600, "update_time_end": 1788973200, "size": 100,
                                     "page": 0, "order_by": "update_time", "order_asc": True})}
    assert digest("test-secret", signed) == "919a4c51f323e4be0167dbbf35d4e2ce39c89a1ea68f0bfa22714d0e1e5ec082"


@pytest.mark.parametrize(("secret", "parameters", "printed"), VECTORS, ids=["taobao", "pdd"])
def test_the_platforms_own_examples_are_signed_as_they_say(
        secret: str, parameters: dict[str, str], printed: str) -> None:
    assert wrapped_md5(secret, parameters) == printed
