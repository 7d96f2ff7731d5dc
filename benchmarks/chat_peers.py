"""Echo bots as their libraries' guides show them. A program of its own: it may run where only the library is."""

import sys

SECRET = "s3cret"


def python_telegram_bot(base_url: str, port: int) -> None:
    """With its defaults, behind Starlette as its custom webhook example shows."""
    import asyncio

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    async def echo(update: Update, _: object) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    async def serve() -> None:
        made = Application.builder().token("123456:ABC").base_url(f"{base_url}/bot").updater(None).build()
        made.add_handler(MessageHandler(filters.TEXT, echo))

        async def hook(request: Request) -> Response:
            await made.update_queue.put(Update.de_json(await request.json(), made.bot))
            return Response()

        app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
        async with made:
            await made.start()
            await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False)).serve()
            await made.stop()

    asyncio.run(serve())


def aiogram(base_url: str, port: int) -> None:
    """With its own webhook server."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler
    from aiohttp import web

    bot = Bot("123456:ABC", session=AiohttpSession(api=TelegramAPIServer.from_base(base_url)))
    dispatcher = Dispatcher()

    @dispatcher.message()  # type: ignore[untyped-decorator, unused-ignore]
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=SECRET).register(app, path="/hook")
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    {"python-telegram-bot": python_telegram_bot, "aiogram": aiogram}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
