"""Three processes on one database, killed with SIGKILL wherever they are: nothing is lost, nothing is done twice.

The bound here keeps the suite short; `siege.prove(url, number=200, kills=40)` is the same at full length.
"""

from tests.scheduler.siege import prove


def test_three_processes_and_four_kills(database_url: str) -> None:
    killed, died = prove(database_url, number=30, kills=3)
    assert killed
    assert died, "no run was interrupted: the siege proves nothing"
