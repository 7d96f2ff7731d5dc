"""Every kind of change is kept under a name of its own and has one writer."""

from domain.changes import kinds
from storage.ledger import WRITERS


def test_every_kind_of_change_has_a_writer() -> None:
    assert set(kinds()) == set(WRITERS)


def test_no_two_kinds_of_change_are_kept_under_one_name() -> None:
    names = [kind.__dataclass_fields__["kind"].default for kind in kinds()]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
