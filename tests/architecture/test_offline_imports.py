"""A question costs no library it does not need: an import of openai alone takes longer than the whole answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.engine import open_database
from storage.migrate import upgrade
from tests.architecture.tree import ROOT

HEAVY = {"alembic", "apscheduler", "duckdb", "fastapi", "httpx", "httpx2", "matplotlib", "numpy", "openai", "openpyxl",
         "prompt_toolkit", "psycopg", "python_calamine", "rapidfuzz", "starlette", "telegram", "uvicorn", "wechatpy",
         "xlwt"}
PROGRAM = """
import sys
from bot.app.cli import main
code = main(sys.argv[1:])
sys.stderr.write("LOADED " + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""


@pytest.mark.parametrize("key", ["", "sk-never-used"], ids=["no model", "a model that is not needed"])
def test_an_offline_question_loads_nothing_heavy(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ZHANGGUI_OPENAI_API_KEY", key)
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    database = open_database(url)
    upgrade(database)
    database.close()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "ask", "今天营业额多少", "--json", "--database", url,
         "--data-dir", str(tmp_path)],
        cwd=ROOT, check=False, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "answer"
    loaded = set(done.stderr.partition("LOADED ")[2].split())
    assert "sqlalchemy" in loaded
    assert not loaded & HEAVY
