"""The chat in a terminal; with input that is no terminal, one message a line and the answers on standard output."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from bot.rendering.reply import Reply

PROMPT = "› "
# What ends the chat here; elsewhere there is nothing to leave.
LEAVING = frozenset({"/quit", "/exit", "quit", "exit", "bye", "退出", "离开", "再见", "拜拜"})
EXAMPLES = ("今天销售额多少", "哪些货要补", "近30天销售额走势")
GREETING = "你好,我是掌柜。用平常的话问我就行,例如:"
HINT = "(输入数字就是选那一句;「帮助」看能问什么;「退出」或 Ctrl-D 离开)"
GOODBYE = "好,回头见。"


def run_terminal(respond: Callable[[str], Reply], *, stdin: TextIO, stdout: TextIO, is_tty: bool) -> None:
    """Answer until the input ends, the person leaves (退出, Ctrl-C, Ctrl-D), or nobody reads on."""
    for stream in (stdin, stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a stray byte is a wrong letter, not the end of the chat
    try:
        _converse(respond, _typed(stdin, stdout) if is_tty else iter(stdin), stdout, is_tty=is_tty)
    except KeyboardInterrupt:
        with suppress(BrokenPipeError):
            _write(stdout, GOODBYE)
    except BrokenPipeError:
        _close_quietly(stdout)


def _converse(respond: Callable[[str], Reply], lines: Iterator[str], stdout: TextIO, *, is_tty: bool) -> None:
    offered: tuple[str, ...] = ()
    if is_tty:
        offered = EXAMPLES
        _write(stdout, "\n".join([GREETING, *_numbered(EXAMPLES), HINT]))
    for line in lines:
        message = line.strip()
        if not message:
            continue
        if message.lower() in LEAVING:
            break
        picked = _pick(message, offered)
        if picked:
            _write(stdout, f"{PROMPT}{picked}")
        reply = respond(picked or message)
        offered = (*reply.choices, *(button.message for button in reply.buttons))
        _write(stdout, _shown(reply) + "\n")
    if is_tty:
        _write(stdout, GOODBYE)


def _typed(stdin: TextIO, stdout: TextIO) -> Iterator[str]:
    """Lines with editing and the history of this chat, until Ctrl-D."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415  (heavy: only at a terminal)
    from prompt_toolkit.input import create_input  # noqa: PLC0415
    from prompt_toolkit.output import create_output  # noqa: PLC0415

    session: PromptSession[str] = PromptSession(input=create_input(stdin), output=create_output(stdout))
    while True:
        try:
            yield session.prompt(PROMPT)
        except EOFError:
            return


def _pick(message: str, offered: tuple[str, ...]) -> str | None:
    """What the number stands for, if it is one of those shown last."""
    if not message.isdecimal() or len(message) > 2:
        return None
    number = int(message)
    return offered[number - 1] if 1 <= number <= len(offered) else None


def _shown(reply: Reply) -> str:
    """The text, the pictures' files, and what can be asked next with its number."""
    lines = [reply.text, *(f"[{path}]" for path in (*reply.charts, *reply.files))]
    said = set(reply.text.splitlines())
    lines += [line for line in _numbered(reply.choices) if line not in said]
    lines += [_button(number, button.label, button.message)
              for number, button in enumerate(reply.buttons, len(reply.choices) + 1)]
    return "\n".join(lines)


def _button(number: int, label: str, message: str) -> str:
    return f"{number}. {label}" if label == message else f"{number}. {label}: {message}"


def _numbered(messages: tuple[str, ...]) -> list[str]:
    return [f"{number}. {message}" for number, message in enumerate(messages, 1)]


def _write(stdout: TextIO, text: str) -> None:
    stdout.write(f"{text}\n")
    stdout.flush()


def _close_quietly(stdout: TextIO) -> None:
    """The reader has gone; what Python would still flush at exit goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
