"""Three processes on one database, killed with SIGKILL wherever they are: nothing is lost, nothing is done twice.

The bound here keeps the suite short; `siege.prove(url, pushed, number=200, kills=40)` is the same at full length.
"""

from pathlib import Path

from tests.scheduler.siege import prove


def test_three_processes_and_three_kills(database_url: str, tmp_path: Path) -> None:
    siege = prove(database_url, tmp_path / "pushed", number=20, kills=3)
    assert siege.killed
    assert siege.died, "no run was interrupted: the siege proves nothing"
