"""The program as it is run: commands, files and what comes out, on both databases."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.app.cli import main

HEADER = "shop,order_no,status,created_at,paid_at,buyer_id,buyer_phone,sku_code,title,quantity,unit_price,freight"
ROWS = (
    "淘宝店,A1,已完成,2026-11-21 09:00:00,2026-11-21 09:01:00,b1,13800138000,S1,马克杯,2,39.90,6",
    "淘宝店,A2,已完成,2026-11-22 10:00:00,2026-11-22 10:00:30,b2,,S2,毛毯,1,99.00,0",
    "淘宝店,A3,待付款,2026-11-22 23:00:00,,b3,,S2,毛毯,1,99.00,0",
)
AT = "2026-11-23T15:00"


class Program:
    """`zhanggui` on one database, in this process."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.options = ["--database", url, "--data-dir", str(folder / "data")]

    def run(self, *words: str) -> tuple[int, str, str]:
        try:
            code = main([*words, *self.options])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def ask(self, text: str, *words: str) -> dict[str, Any]:
        _, out, _ = self.run("ask", text, "--json", "--at", AT, *words)
        answer: dict[str, Any] = json.loads(out)
        return answer

    def file(self, name: str, *rows: str, header: str = HEADER) -> str:
        path = self.folder / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return str(path)


@pytest.fixture
def program(empty_database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
            monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)
    return Program(empty_database_url, tmp_path, capsys)


@pytest.mark.parametrize(("language", "said", "done"), [
    ("C", "is empty", "low_stock: 0 newly low"), ("zh_CN.UTF-8", "是空的", "low_stock: 新出现低库存 0 个")])
def test_commands_speak_the_language_of_the_terminal(program: Program, monkeypatch: pytest.MonkeyPatch, language: str,
                                                     said: str, done: str) -> None:
    monkeypatch.setenv("LANG", language)
    assert program.run("job", "low_stock", "--due", AT)[1].strip() == done
    assert ("数据放在" in program.run("doctor")[1]) == (said == "是空的")
    (program.folder / "empty.csv").touch()
    code, out, err = program.run("import", str(program.folder / "empty.csv"))
    assert (code, out, said in err) == (1, "", True)


def test_orders_from_a_file_are_answered_for(program: Program) -> None:
    code, out, _ = program.run("import", program.file("orders.csv", *ROWS), "--json")
    assert code == 0
    assert json.loads(out)["kinds"] == {"order_lines": {"accepted": 3, "unchanged": 0, "rejected": 0}}
    answer = program.ask("前天和昨天的销售额按天")
    assert answer["kind"] in {"answer", "clarify"}
    answer = program.ask("昨天销售额和订单数")
    assert (answer["kind"], answer["rows"]) == ("answer", [[9_900, 1]])
    assert answer["query"]["period"] == {"start": "2026-11-22", "end": "2026-11-23"}
    assert answer["coverage"]["orders"] == 1
    assert answer["coverage"]["fresh"] == {"淘宝店": "2026-11-22T23:00:00+08:00"}
    assert program.ask("前天销售额")["rows"] == [[8_580]]
    assert program.ask("待付款有几单")["rows"] == [[1]]
    code, said, _ = program.run("verify")
    assert code == 0
    assert said.startswith("everything agrees: all ")


def test_the_same_file_again_changes_nothing(program: Program) -> None:
    path = program.file("orders.csv", *ROWS)
    program.run("import", path)
    code, out, _ = program.run("import", path, "--json")
    told = json.loads(out)
    assert (code, told["accepted"], told["unchanged"], told["rejected"]) == (0, 0, 3, 0)


def test_bad_rows_are_written_beside_the_file_and_the_rest_is_taken(program: Program) -> None:
    bad = "淘宝店,1.23457E+17,已完成,2026-02-29,2026-02-29,b9,,S1,马克杯,abc,39.90,0"
    path = program.file("orders.csv", ROWS[0], bad)
    code, out, _ = program.run("import", path)
    assert code == 3
    assert "1 accepted" in out
    rejected = Path(f"{path}.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rejected) == 2
    assert rejected[1].startswith("2,")


def test_every_row_of_an_order_that_cannot_be_booked_is_given_back(program: Program) -> None:
    """One row stood for all of the order; and rows of a second file were looked for in the first."""
    sold = [f"海外店,W{order},paid,2026-11-22,2026-11-22,b9,,S1,mug,{pieces},39.90,0" for order in (1, 2)
            for pieces in (1, "none", 3)]
    paths = [program.file(name, *(f"{row},{currency}" for row in sold), header=f"{HEADER},currency")
             for name, currency in (("cny.csv", "CNY"), ("usd.csv", "USD"))]
    code, out, _ = program.run("import", *paths, "--json")
    told = json.loads(out)
    assert (code, told["accepted"], told["rejected"]) == (3, 4, 8)
    assert [each["rejected"] for each in told["files"]] == [2, 6]
    given_back = Path(told["files"][1]["rejected_file"]).read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [row.partition(",")[0] for row in given_back] == ["1", "2", "3", "4", "5", "6"]
    assert [row.endswith(f",{cells},USD") for row, cells in zip(given_back, sold, strict=True)] == [True] * 6
    rates = program.file("rates.csv", "2026-11-22,USD,7.1", header="day,currency,rate")
    code, out, _ = program.run("import", rates, f"{paths[1]}.rejected.csv", "--json")
    assert (code, json.loads(out)["kinds"]["order_lines"]["accepted"]) == (3, 4)


def test_a_dry_run_changes_nothing(program: Program) -> None:
    code, out, _ = program.run("import", program.file("orders.csv", *ROWS), "--dry-run", "--json")
    assert (code, json.loads(out)["accepted"], json.loads(out)["dry_run"]) == (0, 3, True)
    assert program.ask("昨天销售额")["rows"] == [[None]]


def test_no_data_is_not_a_zero(program: Program) -> None:
    answer = program.ask("昨天销售额")
    assert answer["kind"] == "answer"
    assert answer["rows"] == [[None]]
    assert "0" not in answer["text"].partition("昨天")[0]


def test_a_batch_answers_each_line_in_order_and_keeps_its_chats_apart(program: Program) -> None:
    program.run("import", program.file("orders.csv", *ROWS))
    lines = [{"text": "昨天销售额", "chat": "a", "at": AT}, {"text": "昨天订单数", "chat": "b", "at": AT},
             {"text": "那前天呢", "chat": "a", "at": AT}, {"text": "那前天呢", "at": AT}]
    path = program.folder / "batch.jsonl"
    path.write_text("\n".join([*(json.dumps(each) for each in lines), "not json", "{}"]), encoding="utf-8")
    code, out, _ = program.run("ask", "--batch", str(path))
    replies = [json.loads(each) for each in out.splitlines()]
    assert code == 0
    assert [reply["kind"] for reply in replies[:3]] == ["answer"] * 3
    assert [reply["rows"] for reply in replies[:3]] == [[[9_900]], [[1]], [[8_580]]]
    assert replies[3]["kind"] in {"clarify", "refused"}
    assert [reply["kind"] for reply in replies[4:]] == ["error", "error"]


def test_a_role_sees_only_what_it_may(program: Program) -> None:
    program.run("import", program.file("orders.csv", *ROWS))
    refused = program.ask("昨天销售额", "--as", "warehouse")
    assert (refused["kind"], refused["rows"], refused["coverage"]) == ("refused", [], {})
    assert program.ask("昨天订单数", "--as", "warehouse")["rows"] == [[1]]


def test_a_shop_and_a_person_are_added_and_known(program: Program) -> None:
    assert program.run("shop", "add", "京东店", "--platform", "jd", "--app-secret", "s3cret")[0] == 0
    code, out, _ = program.run("shop", "list")
    assert (code, out) == (0, "京东店\tjd\tCNY\twith keys\tnot connected: jd cannot be told of shipments yet\n")
    assert program.run("shop", "add", "京东店", "--platform", "jd")[::2] == (
        1, "zhanggui: there is already a shop called 京东店\n")
    program.run("staff", "add", "小王", "--role", "warehouse")
    assert program.run("staff", "list")[1] == "小王\twarehouse\n"
    assert program.ask("昨天销售额", "--as", "小王")["kind"] == "refused"


@pytest.mark.parametrize(("words", "code", "said"), [
    (["frobnicate"], 2, "invalid choice"),
    (["ask"], 2, "ask takes a question or --batch FILE"),
    (["ask", "昨天销售额", "--as", "火星人"], 1, "neither somebody who works here nor a role"),
    (["ask", "昨天销售额", "--at", "soon"], 2, "not a moment"),
    (["import", "no-such-file.csv"], 2, "there is no file no-such-file.csv"),
    (["staff", "add", "小王", "--role", "king"], 2, "'king' is not a role"),
    (["shop", "add", "店", "--platform", "ebay"], 2, "'ebay' is not a platform"),
])
def test_what_is_wrong_is_said_in_one_sentence(program: Program, words: list[str], code: int, said: str) -> None:
    got, out, err = program.run(*words)
    assert (got, out) == (code, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are notes, not a database, and long enough to be read as one\n" * 9, encoding="utf-8")
    assert main(["ask", "昨天销售额", "--database", f"sqlite:///{path}", "--data-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("zhanggui: cannot open the database file")


def test_a_shop_keeps_the_zone_and_currency_it_began_with(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.run("import", program.file("orders.csv", *ROWS))
    monkeypatch.setenv("ZHANGGUI_TIMEZONE", "Europe/London")
    code, _, err = program.run("ask", "昨天销售额")
    assert code == 1
    assert "was made with the timezone Asia/Shanghai" in err


def _wait_until_nobody_reads(path: str) -> None:
    """The process that read ahead is not left behind."""
    until = time.monotonic() + 20
    while any(path in _words_of(process) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < until
        time.sleep(0.02)


def _words_of(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace")
    except OSError:  # it has ended by now
        return ""


def test_an_import_killed_half_way_leaves_nothing_and_the_next_run_takes_all(program: Program) -> None:
    """kill -9 while rows are read ahead and written, over and over; then once undisturbed."""
    rows = [f"淘宝店,K{n:06d},已完成,2026-11-22 10:00:00,2026-11-22 10:00:30,b{n % 500},,S{n % 50},杯子,1,10.00,0"
            for n in range(22_000)]
    path = program.file("many.csv", *rows)
    program.run("db", "upgrade")
    for seconds in (0.9, 1.3, 1.7):
        process = subprocess.Popen([sys.executable, "-m", "bot", "import", path, *program.options],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _wait_until_nobody_reads(path)
        assert program.ask("昨天订单数")["rows"] in ([[None]], [[22_000]])
    program.run("import", path)
    assert program.ask("昨天销售额和订单数")["rows"] == [[22_000_000, 22_000]]
    assert program.run("verify")[0] == 0


@pytest.mark.parametrize(("question", "said"), [
    ("昨天毛利多少", "店里还没有订单"), ("还有多少单没发", "店里还没有订单"), ("哪些货快断货", "店里还没有商品"),
    ("sales yesterday", "The shop has no orders yet"), ("which items are low on stock", "The shop has no goods yet")])
def test_a_new_shop_is_told_what_to_import(program: Program, question: str, said: str) -> None:
    """It said 没有待发货的订单 ✔: nothing to worry about, where nothing was known."""
    answer = program.ask(question)
    assert answer["text"].startswith(said)
    assert "✔" not in answer["text"]
    assert "zhanggui import" in answer["text"]


def test_a_shop_that_has_no_orders_yet_is_a_real_shop_too(program: Program) -> None:
    """`demo` once emptied a database that held a shop and its people, because it looked for orders alone."""
    program.run("staff", "add", "小王", "--role", "warehouse")
    assert program.run("demo", "--at", AT)[0] == 1
    assert program.run("staff", "list")[1] == "小王\twarehouse\n"


def test_the_demo_shop_never_touches_a_real_one(program: Program) -> None:
    program.run("import", program.file("orders.csv", *ROWS))
    code, _, err = program.run("demo", "--at", AT)
    assert code == 1
    assert "a real shop lives in" in err
    assert program.ask("昨天订单数")["rows"] == [[1]]


def test_which_header_is_which_column_is_said_once_and_can_be_forgotten(program: Program) -> None:
    """The next table has the same headers in another order and spelling; a table with one more is another table."""
    headers, mapping = "货物编码,叫法,定的价", program.folder / "mapping.json"
    mapping.write_text(json.dumps({"sku_code": "货物编码", "product": "叫法", "price": "定的价"}), encoding="utf-8")
    first = program.file("1.csv", "S1,马克杯,39.90", header=headers)
    second = program.file("2.csv", "毛毯,99.00,S2", header="叫法, 定的价,货物编码 ")
    assert program.run("import", second)[0] == 1
    program.run("import", first, "--mapping", str(mapping), "--dry-run")
    assert program.run("mapping", "list")[1] == "", "what was only looked at teaches nothing"
    assert program.run("import", first, "--mapping", str(mapping))[0] == 0
    code, out, _ = program.run("import", second)
    assert code == 0
    assert "remembered under 1" in out
    assert program.run("import", program.file("3.csv", "a,b,1,x", header=f"{headers},别的"))[0] == 1
    assert "货物编码=sku_code" in program.run("mapping", "list")[1]
    proposed = program.ask("forget mapping 1", "--as", "finance")
    assert proposed["kind"] == "proposal"
    assert program.ask("forget mapping 1", "--as", "warehouse")["kind"] == "refused"
    assert program.run("mapping", "forget", "1")[0] == 0
    assert program.run("mapping", "forget", "1")[0] == 1
    assert program.run("import", second)[0] == 1
    assert program.run("verify")[0] == 0, "what the command did stands in the audit"
