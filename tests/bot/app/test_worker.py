"""`zhanggui worker` as a process: it does what is due, and ends in order when it is told to."""

import signal
import time
from datetime import timedelta
from pathlib import Path

from bot.app.wiring import clock
from domain.clock import ShopCalendar
from storage.engine import Database, open_database
from storage.jobs.job_runs import JobRuns
from storage.migrate import upgrade
from tests import postgres
from tests.processes import started

PATIENCE_S = 120.0  # on a busy machine a process takes long to start; how long is not what is tested


def states(database: Database) -> set[tuple[str, str]]:
    with database.read() as connection:
        return {(job, state) for job, state in connection.exec_driver_sql("SELECT job, state FROM job_runs")}


def test_two_workers_do_what_is_due_and_stop_when_told(postgres_server: postgres.Server, tmp_path: Path) -> None:
    url = postgres_server.create()
    address = url.render_as_string(hide_password=False)
    database = open_database(address)
    upgrade(database)
    JobRuns(database, ShopCalendar.named("Asia/Shanghai")).began(clock() - timedelta(minutes=40))
    workers = [started("worker", "--database", address, "--data-dir", str(tmp_path)) for _ in range(2)]
    wanted = {(job, "done") for job in ("sync_orders", "low_stock", "expire_confirmations")}
    try:
        give_up = time.monotonic() + PATIENCE_S
        while not wanted <= states(database) and time.monotonic() < give_up:
            time.sleep(0.1)
        assert wanted <= states(database)
        for worker in workers:
            worker.terminate()
            worker.join(PATIENCE_S)
        codes = {worker.exitcode for worker in workers}
        # The one that did the work stops in order; one that was still starting meanwhile has nothing to stop.
        assert 0 in codes
        assert codes <= {0, -signal.SIGTERM}
        assert {state for _, state in states(database)} == {"done"}
    finally:
        for worker in workers:
            worker.kill()
            worker.join()
        database.close()
        postgres_server.drop(url)
