"""The road with a language model against a server written by others: `@copilotkit/aimock`, run by Node.

Needs node and npm and, the first time, the network; elsewhere it is skipped, and the stand-in of test_model_mode.py
covers the same.
"""

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.cli import main

pytestmark = pytest.mark.node
SERVER = "@copilotkit/aimock@1.43.0"
INSTALL_TIMEOUT_S, START_TIMEOUT_S = 60, 30
AT = "2026-11-23T15:00"
BY_SHOP = {"metrics": ["revenue"], "by": ["shop"], "period": {"said": "昨天"}, "not_covered": [],
           "order": [{"by": "revenue", "direction": "desc"}]}
FIRST = "天猫旗舰店"
Json = dict[str, Any]
Ask = Callable[[str], Json]


def called(said: str, name: str, arguments: Json) -> Json:
    return {"match": {"userMessage": said, "hasToolResult": False},
            "response": {"toolCalls": [{"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}]}}


def told(said: str, text: str) -> Json:
    return {"match": {"userMessage": said, "hasToolResult": True}, "response": {"content": text}}


FIXTURES = {"fixtures": [
    called("最能打", "run_query", BY_SHOP), told("最能打", "最能打的是{r1.1.revenue}。"),
    called("最牛", "run_query", BY_SHOP), told("最牛", "最牛的店卖了 88888 元。"),
    called("奶茶", "propose_record_expense", {"category": "小哥奶茶", "amount": 35}),
    called("台柱子", "run_query", {**BY_SHOP, "by": ["product"]}),
    {"match": {"userMessage": "台柱子", "hasToolResult": True}, "response": {"toolCalls": [
        {"name": "propose_approve_refund", "arguments": '{"order": "PDD202611210003"}'}]}},
]}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's command, installed by npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("no Node here")
    folder = tmp_path_factory.mktemp("node")
    try:
        subprocess.run([npm, "install", SERVER, "--no-audit", "--no-fund", "--prefix", folder], check=True,
                       capture_output=True, timeout=INSTALL_TIMEOUT_S)
    except subprocess.SubprocessError as error:
        pytest.skip(f"npm could not install {SERVER}: {error}")
    return folder / "node_modules" / ".bin" / "llmock"


@contextlib.contextmanager
def serving(program: Path, folder: Path, *options: str) -> Iterator[str]:
    """The server's address, with the fixtures and what is to go wrong."""
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps(FIXTURES, ensure_ascii=False), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([program, "-p", str(port), "-f", fixtures, "--log-level", "silent", *options],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not _listens(port):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def ask(demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Ask]:
    """`zhanggui ask --json` with the model at an address."""
    def at(address: str) -> Ask:
        for name, value in (("API_KEY", "mock"), ("BASE_URL", address), ("MODEL", "gpt-4.1-mini")):
            monkeypatch.setenv(f"ZHANGGUI_OPENAI_{name}", value)

        def one(text: str) -> Json:
            assert main(["ask", text, "--demo", "--data-dir", str(demo_folder), "--at", AT, "--json"]) == 0
            reply: Json = json.loads(capsys.readouterr().out)
            return reply
        return one
    return at


def test_a_model_asks_for_figures_and_code_says_them(
        program: Path, tmp_path: Path, ask: Callable[[str], Ask]) -> None:
    with serving(program, tmp_path) as address:
        say = ask(address)
        reply = say("昨天哪个台子最能打")
        assert reply["understood_by"] == "model"
        assert reply["rows"][0][0] == FIRST
        assert reply["text"].splitlines()[0].startswith("最能打的是昨天(11月22日)")

        lied = say("昨天哪个台子最牛")
        assert "88888" not in lied["text"]
        assert lied["rows"] == reply["rows"]

        assert say("小哥奶茶35块,帮忙走一下账")["action"]["name"] == "record_expense"
        obeyed = say("昨天的台柱子是啥")  # titles were read: nothing is proposed in this turn
        assert obeyed["action"] is None

        offline = say("台子啊台子")
        assert (offline["kind"], offline["understood_by"]) == ("refused", "rules")


@pytest.mark.parametrize("trouble", ["ratelimit", "malformed", "disconnect"])
def test_whatever_goes_wrong_the_rules_have_answered(
        trouble: str, program: Path, tmp_path: Path, ask: Callable[[str], Ask]) -> None:
    with serving(program, tmp_path, f"--chaos-{trouble}", "1") as address:
        reply = ask(address)("昨天哪个台子最能打")
    assert (reply["kind"], reply["query"], reply["understood_by"]) == ("refused", None, "rules")
    assert "本地规则" in reply["text"]
