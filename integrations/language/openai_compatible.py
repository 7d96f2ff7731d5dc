"""A language model behind any server that speaks OpenAI's chat completions: OpenAI, DeepSeek, Qwen, Ollama.

Only `model`, `messages`, `tools` and a limit on the answer are sent; what some servers lack is not relied on. The SDK's
headers about this machine and its OPENAI_… variables are left out; a proxy of the environment is used.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from domain.language.conversation import Completion, Message, ModelRefuses, ModelUnavailable, Tool
from integrations.language import wire

if TYPE_CHECKING:
    from ssl import SSLContext

    from openai import APIStatusError, AsyncOpenAI

MAX_ANSWER_TOKENS = 1000  # some sentences, or a few calls; a model that goes on and on is stopped
TRIES = 2  # one more after a hiccup; a person is waiting
RETRY_WAIT_S = 0.5  # where the server does not say how long
MAX_WAIT_S = 5.0  # a server that wants a longer rest has no answer for this message
PROBE_TIMEOUT_S = 5.0
# What a limit on the answer is called: by most, by OpenAI's newer models, and by servers that know none.
_LIMITS: tuple[str | None, ...] = ("max_tokens", "max_completion_tokens", None)
_ABOUT_THE_MACHINE = ("Lang", "Package-Version", "OS", "Arch", "Runtime", "Runtime-Version", "Async")
_REFUSED = {401: "model.key_refused", 403: "model.key_refused", 404: "model.unknown"}


class OpenAICompatible:
    """Meets `domain.ports.LanguageModel`. A connection lives as long as one call; certificates are read once."""

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._model = model
        self._trust: SSLContext | None = None
        self._limit = 0  # which of _LIMITS the server takes, as far as known

    def complete(self, messages: Sequence[Message], tools: Sequence[Tool], *, timeout_s: float) -> Completion:
        request = {"model": self._model, "messages": [wire.message_json(message) for message in messages],
                   "tools": [wire.tool_json(tool) for tool in tools]}
        return wire.completion_of(_run(self._within(timeout_s, self._ask(request))), messages)

    def models(self) -> list[str]:
        """The names the server offers, empty where it keeps no list. Raises like `complete`."""
        return list(_run(self._within(PROBE_TIMEOUT_S, self._list())))

    async def _within(self, timeout_s: float, work: Any) -> Any:
        """The SDK's own timeout starts again with every byte that arrives; this one does not."""
        try:
            async with asyncio.timeout(timeout_s):
                return await work
        except TimeoutError as error:
            raise ModelUnavailable(f"the language model did not answer within {timeout_s:.0f} s",
                                   key="model.unavailable") from error

    async def _ask(self, request: dict[str, Any]) -> str:
        import openai  # noqa: PLC0415  half a second, and only for what the rules refuse

        async with self._client() as client:
            for attempt in range(TRIES + len(_LIMITS)):
                try:
                    return await self._once(client, request)
                except openai.APIStatusError as error:
                    if not self._takes_other_limit(error):
                        await self._rest_or_give_up(error.status_code, _retry_after(error), attempt, error)
                except (openai.OpenAIError, ValueError) as error:
                    await self._rest_or_give_up(0, None, attempt, error)
        raise AssertionError("the last try gives up")

    async def _once(self, client: "AsyncOpenAI", request: dict[str, Any]) -> str:
        limit = _LIMITS[self._limit]
        options = {**request, **({limit: MAX_ANSWER_TOKENS} if limit else {})}
        answer = await client.chat.completions.with_raw_response.create(**options)
        return answer.text if isinstance(answer.text, str) else answer.http_response.text

    def _takes_other_limit(self, error: "APIStatusError") -> bool:
        """A 400 about the limit on the answer: remember to call it otherwise."""
        limit = _LIMITS[self._limit]
        if error.status_code not in {400, 422} or limit is None or limit not in str(error):
            return False
        self._limit += 1
        return True

    async def _rest_or_give_up(self, status: int, wait_s: float | None, attempt: int, error: Exception) -> None:
        """A busy or broken server is asked once more, after the rest it wants."""
        if 400 <= status < 500 and status not in {408, 409, 429}:
            raise ModelRefuses(f"the language model's server refuses the request ({status}): {_first_line(error)}",
                               key=_REFUSED.get(status, "model.bad_request")) from error
        rest_s = RETRY_WAIT_S if wait_s is None else wait_s
        if attempt + 1 >= TRIES or rest_s > MAX_WAIT_S:
            raise ModelUnavailable(f"the language model's server is not available: {_first_line(error)}",
                                   key="model.unavailable") from error
        await asyncio.sleep(rest_s)

    async def _list(self) -> list[str]:
        import openai  # noqa: PLC0415

        async with self._client() as client:
            try:
                return [model.id for model in (await client.models.list()).data]
            except (openai.NotFoundError, openai.APIResponseValidationError, AttributeError, TypeError):
                return []  # it answers, and keeps no list
            except openai.APIStatusError as error:
                await self._rest_or_give_up(error.status_code, MAX_WAIT_S + 1, 0, error)
            except (openai.OpenAIError, ValueError) as error:
                await self._rest_or_give_up(0, MAX_WAIT_S + 1, 0, error)
        return []

    def _client(self) -> "AsyncOpenAI":
        from httpx2 import create_ssl_context  # noqa: PLC0415
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, omit  # noqa: PLC0415

        self._trust = self._trust or create_ssl_context()
        silent: Any = {f"X-Stainless-{name}": omit for name in _ABOUT_THE_MACHINE}
        silent |= {"OpenAI-Organization": omit, "OpenAI-Project": omit, "User-Agent": "zhanggui"}
        return AsyncOpenAI(api_key=self._api_key, base_url=self._base_url, max_retries=0, default_headers=silent,
                           http_client=DefaultAsyncHttpxClient(verify=self._trust, follow_redirects=False))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """As asyncio.run, but without waiting at the end for a look-up of the server's name that hangs."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _retry_after(error: "APIStatusError") -> float | None:
    try:
        return float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
