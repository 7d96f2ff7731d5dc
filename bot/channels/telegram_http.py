"""python-telegram-bot over aiohttp: its own transport (httpx) is what limits how many messages go out a second."""

import json
from typing import Any
from urllib.request import getproxies

import aiohttp
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 10.0
UPLOAD_TIMEOUT_S = 60.0  # of a whole call with a file of some MB on a slow line
CONNECTIONS = 100  # as many as messages are sent at once
_UPLOAD = aiohttp.ClientTimeout(total=UPLOAD_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
_JSON = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """One session with connections kept open; proxies are those of the system, as with the library's own."""

    def __init__(self, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._read_timeout_s = read_timeout_s
        self._usual = _timeout(read_timeout_s)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout_s

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS), trust_env=bool(getproxies()),
                headers={"User-Agent": self.USER_AGENT})

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(self, url: str, method: str, request_data: RequestData | None = None,
                         read_timeout: Any = BaseRequest.DEFAULT_NONE, *_: Any, **__: Any) -> tuple[int, bytes]:
        """Status and body. An error never tells the address: the bot's token stands in it.

        Of the library's timeouts the one for reading counts: long polling names it.
        """
        if self._session is None:
            raise RuntimeError("the connections to Telegram are closed")
        timeout = self._usual
        if request_data is not None and request_data.contains_files:
            timeout = _UPLOAD
        elif isinstance(read_timeout, int | float):
            timeout = _timeout(read_timeout)
        try:
            async with self._session.request(method, url, timeout=timeout, **_body(request_data)) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientConnectorError as error:
            raise NetworkError(f"{type(error).__name__}: {error.os_error.strerror or error.host}") from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None


class QuickBot(Bot):
    """The library's bot, with a short way for what is sent most."""

    __slots__ = ()

    async def send_text(self, said: dict[str, Any]) -> str:
        """The message's id. Only that is wanted of the answer, which is not made into the library's objects.

        Telegram takes its methods in any case of letters; under their own names the library would have us call its
        methods, which make these objects.
        """
        return str((await self.do_api_request("sendmessage", said))["message_id"])

    async def edit_text(self, said: dict[str, Any]) -> None:
        """Nothing is wanted of the answer."""
        await self.do_api_request("editmessagetext", said)


def _timeout(read_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=read_s + CONNECT_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)


def _body(said: RequestData | None) -> dict[str, Any]:
    """JSON; with files a form whose parts they are."""
    if said is None:
        return {}
    if not said.contains_files:
        return {"data": json.dumps(said.parameters).encode(), "headers": _JSON}
    form = aiohttp.FormData(said.json_parameters)
    for name, (filename, content, kind) in said.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}
