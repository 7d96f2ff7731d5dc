"""`zhanggui serve`: HTTP, chat channels and whatever else runs in the background, in one process."""

import gc
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Router

MAX_BODY_BYTES = 2**20  # Telegram's largest update is a few dozen KB
MAX_UNHEARD_BYTES = 2**25  # of a body that is too long: who is cut off while sending does not see the answer
MAX_DEPTH = 40  # a reply to a reply with all its parts nests some fifteen deep
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
SETTLE_AFTER_S = 1.0  # to be ready comes first
STOP_WITHIN_S = 20  # for requests in hand; the services finish what they have

log = logging.getLogger(__name__)


class Service(Protocol):
    """Something that runs beside the HTTP server; `problem` is a sentence when it does not work just now."""

    @property
    def name(self) -> str: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def problem(self) -> str | None: ...


Receive = Callable[[dict[str, Any]], Awaitable[None]]


class Hooks(Protocol):
    """What the routes need of the shop."""

    @property
    def services(self) -> Sequence[Service]: ...
    @property
    def telegram(self) -> Receive | None: ...
    @property
    def telegram_secret(self) -> str | None: ...
    def database_problem(self) -> str | None: ...
    def metrics(self) -> bytes: ...
    def warm_up(self) -> None: ...


def application(hooks: Hooks) -> "Router":
    """The routes, with the services started before the first request and stopped after the last.

    The bare router: what Starlette's application wraps around it answers no question here, and is a tenth of what an
    update costs on its way in.
    """
    from starlette.routing import Route, Router  # noqa: PLC0415  (heavy)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        started: list[Service] = []
        try:
            for service in hooks.services:
                await service.start()
                started.append(service)
            yield
        finally:
            for service in reversed(started):
                await _stopped(service)

    routes = _Routes(hooks)
    return Router(lifespan=lifespan, routes=[
        Route("/channels/telegram", routes.telegram, methods=["POST"]),  # first: it is what is asked most
        Route("/healthz", routes.healthz), Route("/readyz", routes.readyz), Route("/metrics", routes.metrics)])


async def _stopped(service: Service) -> None:
    try:
        await service.stop()
    except Exception:
        log.exception("%s did not stop as it should", service.name)


class _Routes:
    """One method a route."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._taken = _json({"ok": True})

    async def healthz(self, _: "Request") -> "Response":
        return _json({"status": "ok"})

    async def readyz(self, _: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415  (heavy)

        problems = {service.name: problem for service in self._hooks.services if (problem := service.problem())}
        if broken := await run_in_threadpool(self._hooks.database_problem):
            problems["database"] = broken
        return _json({"status": "ready" if not problems else "not ready", "problems": problems},
                     503 if problems else 200)

    async def metrics(self, _: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415  (heavy)
        from starlette.responses import Response  # noqa: PLC0415

        return Response(await run_in_threadpool(self._hooks.metrics), media_type="text/plain; version=0.0.4")

    async def telegram(self, request: "Request") -> "Response":
        """Telegram proves itself before a byte of the body is read; what it says is kept before it hears a yes."""
        given, secret = request.headers.get(SECRET_HEADER, ""), self._hooks.telegram_secret or ""
        is_telegram = hmac.compare_digest(given.encode(), secret.encode())
        if self._hooks.telegram is None or not secret or not is_telegram:
            return _json({"error": "forbidden"}, 403)
        body = await _body(request)
        if body is None:
            return _json({"error": "too large"}, 413)
        update = parsed(body)
        if update is None:
            return _json({"error": "this is no update"}, 400)
        try:
            await self._hooks.telegram(update)
        except ValueError:
            return _json({"error": "this is no update"}, 400)
        except Exception:
            log.exception("an update could not be kept; Telegram sends it again")
            return _json({"error": "try again"}, 503)
        return self._taken


def _json(content: dict[str, Any], status: int = 200) -> "Response":
    from starlette.responses import JSONResponse  # noqa: PLC0415  (heavy)

    return JSONResponse(content, status)


async def _body(request: "Request") -> bytes | None:
    """The body, as long as it is not longer than an update can be; the rest of a longer one is heard, not kept."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > MAX_UNHEARD_BYTES:
            break
    return bytes(body) if size <= MAX_BODY_BYTES else None


def parsed(body: bytes) -> dict[str, Any] | None:
    """A JSON object that is not nested deeper than updates are."""
    if _depth(body) > MAX_DEPTH:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _depth(body: bytes) -> int:
    """How deep brackets nest at the most; a body with few brackets is not looked at further."""
    if (opened := body.count(b"[") + body.count(b"{")) <= MAX_DEPTH:
        return opened
    depth = deepest = 0
    is_text = is_escaped = False
    for byte in body:
        if is_text:
            is_escaped, is_text = byte == 0x5C and not is_escaped, byte != 0x22 or is_escaped
        elif byte == 0x22:
            is_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def run(hooks: Hooks, host: str, port: int) -> None:
    """Serve until told to stop with SIGTERM or Ctrl-C; then finish what is in hand."""
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415  (heavy)

    config = uvicorn.Config(application(hooks), host=host, port=port, log_level="warning", lifespan="on",
                            timeout_graceful_shutdown=STOP_WITHIN_S, access_log=False, proxy_headers=False)
    # uvicorn raises the signal again when it has stopped; to have been told to stop is no failure
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    settling = threading.Timer(SETTLE_AFTER_S, _settle, [hooks])
    settling.daemon = True
    settling.start()
    uvicorn.Server(config).run()


def _settle(hooks: Hooks) -> None:
    """Load what the first message would wait for, then take all of it out of the garbage collector's rounds.

    Words, tables, libraries and their code are some hundred thousand objects that stay. Looking through them for cycles
    again and again took a sixth of what a message cost, and every message in hand waited for it meanwhile.
    """
    try:
        hooks.warm_up()
    except Exception:
        log.exception("the first message will take longer")
    gc.collect()
    gc.freeze()
