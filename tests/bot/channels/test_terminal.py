"""The chat in a terminal and through a pipe."""

import io
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from bot.channels.terminal import run_terminal
from bot.rendering.reply import Button, Reply


def echo(text: str) -> Reply:
    return Reply("answer", f"你说:{text}",
                 buttons=(Button("看趋势", "近30天销售额走势"), Button("按平台看", "昨天销售额按平台")))


def piped(typed: str, respond: Callable[[str], Reply] = echo) -> str:
    out = io.StringIO()
    run_terminal(respond, stdin=io.StringIO(typed), stdout=out, is_tty=False)
    return out.getvalue()


def test_every_line_is_a_message_and_blank_ones_are_none() -> None:
    text = piped("昨天销售额\n\n   \n本月利润")
    assert [line for line in text.splitlines() if line.startswith("你说")] == ["你说:昨天销售额", "你说:本月利润"]
    assert "掌柜" not in text, "a script wants answers, not greetings"


@pytest.mark.parametrize("word", ["/quit", "退出", "Exit"])
def test_who_says_that_they_leave_has_left(word: str) -> None:
    assert piped(f"昨天\n{word}\n本月\n").count("你说") == 1


def test_a_number_picks_what_was_shown_last() -> None:
    text = piped("昨天销售额\n2\n")
    assert "1. 看趋势: 近30天销售额走势\n2. 按平台看: 昨天销售额按平台\n" in text
    assert "› 昨天销售额按平台\n你说:昨天销售额按平台" in text


@pytest.mark.parametrize("number", ["0", "3", "99", "123", "-1"])
def test_a_number_that_was_not_offered_is_a_message(number: str) -> None:
    assert f"你说:{number}\n" in piped(f"昨天\n{number}\n")


def test_choices_that_the_text_numbers_already_are_not_shown_twice() -> None:
    def ask_back(text: str) -> Reply:
        question = Reply("clarify", "入哪个仓?\n1. 华东仓\n2. 华南仓", choices=("华东仓", "华南仓"))
        return echo(text) if text == "华东仓" else question
    text = piped("入库\n1\n", ask_back)
    assert text.startswith("入哪个仓?\n1. 华东仓\n2. 华南仓\n\n› 华东仓\n你说:华东仓\n")


def test_choices_that_the_text_lacks_are_numbered_below() -> None:
    assert piped("?\n", lambda _: Reply("clarify", "哪个?", choices=("甲", "乙"))) == "哪个?\n1. 甲\n2. 乙\n\n"


def test_pictures_are_named_by_their_file() -> None:
    assert piped("走势\n", lambda _: Reply("answer", "好", charts=["charts/1.png"])) == "好\n[charts/1.png]\n\n"


CHAT = """
import sys
from bot.channels.terminal import run_terminal
from bot.rendering.reply import Reply
run_terminal(lambda text: Reply("answer", "你说:" + text * 1000), stdin=sys.stdin, stdout=sys.stdout,
             is_tty=sys.stdin.isatty())
"""


def test_a_reader_that_leaves_ends_the_chat_quietly() -> None:
    chat = subprocess.Popen([sys.executable, "-c", CHAT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    assert chat.stdin
    assert chat.stdout
    assert chat.stderr
    with chat, chat.stderr as errors:
        chat.stdout.close()
        chat.stdin.write("昨天\n".encode() * 50)
        chat.stdin.close()
        assert errors.read() == b""
        assert chat.wait(timeout=60) == 0


def test_stray_bytes_are_wrong_letters_not_the_end() -> None:
    done = subprocess.run([sys.executable, "-c", CHAT], input=b"\xff\xfe\n\n", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith("你说:".encode())


def at_a_terminal(*keys: bytes) -> tuple[str, int]:
    """What a person sees who waits for each prompt, then presses the next keys; and the exit code."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONIOENCODING": "utf-8"}  # noqa: TID251
    chat = subprocess.Popen([sys.executable, "-c", CHAT], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = ""
    for key in keys:
        seen += _until_quiet(ours)
        os.write(ours, key)
    seen += _until_quiet(ours)
    code = chat.wait(timeout=60)
    os.close(ours)
    return seen, code


def _until_quiet(terminal: int, *, patience_s: float = 60, quiet_s: float = 1.0) -> str:
    """What is shown until nothing more comes for a while; the first of it may take its time."""
    seen, last = b"", time.monotonic() + patience_s
    while time.monotonic() < last:
        wait_s = quiet_s if "›".encode() in seen else patience_s
        if not select.select([terminal], [], [], wait_s)[0]:
            break
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the chat has ended
            break
        if not piece:
            break
        seen += piece
    return seen.decode(errors="replace")


@pytest.mark.parametrize("leave", [b"\x04", b"\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_a_person_is_greeted_with_examples_and_may_leave_at_any_time(leave: bytes) -> None:
    seen, code = at_a_terminal(b"1\r", leave)
    assert "你好,我是掌柜" in seen
    assert "1. 今天销售额多少" in seen
    assert "你说:今天销售额多少" in seen, "the number of an example sends it"
    assert "好,回头见。" in seen
    assert "Traceback" not in seen
    assert code == 0
