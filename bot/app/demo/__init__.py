"""The demo shop: fourteen months of a made-up business, the same each time it is built for the same moment."""

from bot.app.demo.build import build_demo

__all__ = ["build_demo"]
