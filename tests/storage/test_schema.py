"""The schema knows every table there is."""

import subprocess
import sys

from tests.architecture.tree import PACKAGES, ROOT, modules


def test_a_table_declared_anywhere_is_part_of_the_schema() -> None:
    """A table's module that storage/schema.py does not import would be missing from every new database."""
    done = subprocess.run([sys.executable, "-c", "import sys, storage.schema; print(*sys.modules)"],
                          cwd=ROOT, check=True, capture_output=True, text=True)
    known = set(done.stdout.split())
    declaring = {module.dotted for module in modules(*PACKAGES)
                 if "table=True)" in module.text or "(metadata," in module.text or "SQLModel.metadata," in module.text}
    assert len(declaring) > 5
    assert declaring <= known, declaring - known
