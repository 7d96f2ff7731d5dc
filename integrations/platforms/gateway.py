"""One call to a platform's gateway, and what can go wrong on the way; what the answer means is the platform's."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from domain.writebacks.telling import PutOff, Unreachable

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

TIMEOUT_S = 10.0  # for each of connecting, sending and waiting; a platform's own limit is 3 to 5 s
MAX_ANSWER_BYTES = 2**20  # an order with a hundred lines has some 50 KB
USUAL_WAIT = timedelta(seconds=60)  # the windows in which platforms count calls are 10 to 60 s


class Gateway:
    """A connection to a platform's gateway; used as a context it is kept open between calls."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: AsyncClient | None = None

    async def __aenter__(self) -> Self:
        from httpx2 import AsyncClient  # noqa: PLC0415  (heavy)

        self._client = AsyncClient(timeout=TIMEOUT_S, follow_redirects=False,
                                   verify=urlsplit(self._address).scheme == "https",
                                   headers={"User-Agent": "zhanggui", "Accept": "application/json"})
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def post(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The JSON object that comes back for a form. Raises PutOff or Unreachable, whose words hold nothing of it."""
        return await self._sent(self._address, data=dict(form))

    async def post_json(self, path: str, query: Mapping[str, str], body: str) -> dict[str, Any]:
        """The same for a path below the address, a query, and a body that is JSON already."""
        return await self._sent(self._address.rstrip("/") + path, params=dict(query), content=body.encode(),
                                headers={"Content-Type": "application/json"})

    async def _sent(self, address: str, **call: Any) -> dict[str, Any]:
        import httpx2  # noqa: PLC0415

        assert self._client is not None, "used as a context"
        try:
            answer = await self._client.post(address, **call)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unreachable(f"{self._host} cannot be reached", may_be_known=False) from error
        except httpx2.TimeoutException as error:
            raise Unreachable(f"{self._host} did not answer in time", may_be_known=True) from error
        except httpx2.HTTPError as error:
            raise Unreachable(f"the connection to {self._host} broke", may_be_known=True) from error
        return self._read(answer)

    def _read(self, answer: "Response") -> dict[str, Any]:
        if answer.status_code == 429:
            raise PutOff(f"{self._host}: too many calls", _retry_after(answer))
        if answer.status_code != 200:
            raise Unreachable(f"{self._host} answered {answer.status_code}", may_be_known=answer.status_code >= 500)
        try:
            said = json.loads(answer.content[:MAX_ANSWER_BYTES], parse_float=Decimal)
        except ValueError as error:
            raise Unreachable(f"{self._host} answered something else than JSON", may_be_known=True) from error
        if not isinstance(said, dict):
            raise Unreachable(f"{self._host} answered something else than an object", may_be_known=True)
        return said

    @property
    def _host(self) -> str:
        return urlsplit(self._address).netloc


def number(value: Any) -> int:
    """A code as a number, whether it comes as one or as text; 0 for what is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else 0


def _retry_after(answer: "Response") -> timedelta:
    said = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(said)) if said.isdecimal() and int(said) <= 3600 else USUAL_WAIT
