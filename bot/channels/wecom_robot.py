"""A group robot of WeCom (企业微信群机器人): what goes out to its group. It hears nothing, so nothing comes in.

The key in its address is all it takes to write to the group. So the group is known by a digest of the key, and neither
the address nor the key is ever told or logged.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5, sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import getproxies

import aiohttp

from bot import outgoing
from bot.channels.wecom_text import as_markdown, close_up, fitted, size
from bot.outgoing import Document, Outgoing
from domain.messaging.pacing import Rate

CHANNEL = "wecom_robot"
MAX_TEXT_BYTES, MAX_MARKDOWN_BYTES = 2048, 4096  # of UTF-8
MAX_PICTURE_BYTES = 2 * 2**20
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
ROBOT_RATE = Rate(every_s=4.0, burst=5)  # 20 a minute is what WeCom takes: at most 5 + 15
ORDER_RATE = Rate(every_s=0.2)  # apart enough to be shown in order; other channels need not wait for longer
CONNECT_TIMEOUT_S, CALL_TIMEOUT_S = 5.0, 12.0
REST_S = 60.0  # after too many: WeCom counts by the minute
MAX_SAID = 160  # characters of WeCom's own words that are kept

_BUSY = frozenset({-1})
_TOO_MANY = frozenset({45009, 45033})
_GONE = frozenset({93000, 93004, 93008})  # no such robot, or it was removed; switched off; no longer in the group
# what will be refused every time: its kind, its parameters, its length, its picture
_NEVER = frozenset({40008, 40009, 40033, 40035, 40058, 44004, 45002, 301019})


@dataclass(frozen=True, slots=True)
class Part:
    """One message of the robot's."""

    kind: str  # text, markdown or image, as WeCom calls them
    content: Mapping[str, str]


def place_of(url: str) -> str:
    """The chat key of the robot's group. Another key is another place: nobody vouches that it is the same group."""
    return f"{CHANNEL}:{sha256(_key(url).encode()).hexdigest()[:12]}"


def plan(message: Outgoing) -> list[Part]:
    """The text, as markdown where it is longer than a text may be; then its pictures."""
    pictures = [_picture(each) for each in message.documents if _is_fit(each)]
    text = close_up(message.text)
    if size(text) <= MAX_TEXT_BYTES:
        return [Part("text", {"content": text}), *pictures]
    return [Part("markdown", {"content": fitted(as_markdown(text), MAX_MARKDOWN_BYTES)}), *pictures]


def _is_fit(document: Document) -> bool:
    return (document.is_picture and len(document.content) <= MAX_PICTURE_BYTES
            and document.name.lower().endswith(PICTURE_SUFFIXES))


def _picture(document: Document) -> Part:
    return Part("image", {"base64": base64.b64encode(document.content).decode(),
                          "md5": md5(document.content, usedforsecurity=False).hexdigest()})


class WecomRobotSender:
    """bot.outgoing.Sender over one robot, and the service that closes its connections."""

    name = CHANNEL

    def __init__(self, url: str) -> None:
        self._url = url
        self.place = place_of(url)
        self._session: aiohttp.ClientSession | None = None

    def rates(self, chat: str) -> Mapping[str, Rate]:
        return {chat: ROBOT_RATE, f"{chat}#order": ORDER_RATE}

    def parts(self, message: Outgoing) -> Sequence[Part]:
        return plan(message)

    async def send(self, message: Outgoing, part: Part, now: datetime) -> str:  # noqa: ARG002  (every channel takes it)
        """WeCom gives its messages no ids; that it took this one is all there is to keep."""
        if message.chat != self.place:
            raise outgoing.Gone("the robot has another address now; its group is another place")
        status, said = await self._post({"msgtype": part.kind, part.kind: part.content})
        code, words = said.get("errcode"), self._harmless(said.get("errmsg"))
        if status >= 500 or code in _BUSY:
            raise outgoing.Unreachable(f"WeCom is busy: {status} {code} {words}")
        if status == 200 and code == 0:
            return "taken"
        raise _refusal(code if status == 200 else None, f"WeCom answered {status} {code}: {words}")

    async def _post(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Status and answer; an error never tells the address."""
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            async with self._opened().post(self._url, json=body, timeout=timeout, allow_redirects=False) as answer:
                said = await answer.json(content_type=None) if answer.status == 200 else {}
                return answer.status, said if isinstance(said, dict) else {}
        except aiohttp.ClientConnectorError as error:
            raise outgoing.Unreachable(f"WeCom cannot be reached: {error.os_error.strerror or error.host}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise outgoing.Unreachable(f"WeCom did not answer: {type(error).__name__}", may_have_arrived=True) from None
        except ValueError:
            return 200, {"errmsg": "no JSON"}

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=bool(getproxies()), headers={"User-Agent": "zhanggui"})
        return self._session

    def _harmless(self, words: object) -> str:
        return str(words or "").replace(_key(self._url), "…")[:MAX_SAID]

    async def start(self) -> None:
        """The connection opens with the first message."""

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def problem(self) -> str | None:
        return None


def _refusal(code: object, sentence: str) -> outgoing.SendError:
    if code in _TOO_MANY:
        return outgoing.SlowDown(REST_S)
    if code in _GONE:
        return outgoing.Gone(sentence)
    return outgoing.Refused(sentence) if code in _NEVER else outgoing.SendError(sentence)


def _key(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("key", [""])[0]
