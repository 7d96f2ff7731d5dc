"""For developers: `python -m storage.migrations WHAT CHANGED` writes the next step from the models.

The step is the difference between the models and a new database that has every earlier step. Read it before it is
committed: alembic sees neither a changed CHECK nor a renamed column.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script

from storage.engine import open_database
from storage.migrate import migrating, revisions, upgrade


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder, 'models.db')}")
        upgrade(database)
        with migrating(database) as config:
            script = command.revision(config, what, autogenerate=True, rev_id=f"{len(revisions()) + 1:04d}")
        database.close()
    if isinstance(script, Script):
        lines = Path(script.path).read_text(encoding="utf-8").splitlines(keepends=True)
        Path(script.path).write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "unnamed step")
