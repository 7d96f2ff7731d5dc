"""The commands of `zhanggui`, a module for each group.

Each module has `add_to(commands)`, which declares its commands, and runs them; it imports what they need only then,
so that `--help` stays quick.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.app.settings import Settings, read_settings, spoken_language


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings, with what the command line says on top."""
    return read_settings(data_dir=getattr(arguments, "data_dir", None),
                         database_url=getattr(arguments, "database", None))


def is_demo(arguments: argparse.Namespace) -> bool:
    return bool(getattr(arguments, "demo", False))


def opened(arguments: argparse.Namespace) -> Any:
    """The shop that the command is about (bot.app.wiring.OpenShop), to be used as a context."""
    from bot.app import wiring  # noqa: PLC0415

    return wiring.open_shop(settings_of(arguments), demo=is_demo(arguments))


def say(text: str) -> None:
    """One line to whoever runs the command."""
    sys.stdout.write(text + "\n")


def worded(key: str, **facts: Any) -> str:
    """A sentence about commands, in the language of the terminal."""
    from bot.rendering.messages import say as sentence  # noqa: PLC0415 (not every command has something to say)

    return sentence(f"command.{key}", spoken_language(), **facts)


def tell(key: str, **facts: Any) -> None:
    say(worded(key, **facts))


def aside(key: str, **facts: Any) -> None:
    """What is none of what was asked for: a script that reads the answer does not meet it."""
    sys.stderr.write(worded(key, **facts) + "\n")


def existing_file(text: str) -> Path:
    """An argument that names a file which is there."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path
