"""Sealing: what goes in comes out for the right key and column, and for no other."""

import stat
from pathlib import Path

import pytest

from domain.errors import OperatorMustAct
from storage.encryption import Vault, load_or_make_secret

VAULT = Vault.from_secret("one secret that is long enough to use")


def test_what_was_sealed_opens_again() -> None:
    sealed = VAULT.seal("orders.phone", "13800138000")
    assert sealed is not None
    assert b"13800138000" not in sealed
    assert VAULT.open("orders.phone", sealed) == "13800138000"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert VAULT.seal("orders.phone", "1") != VAULT.seal("orders.phone", "1")


@pytest.mark.parametrize("broken", ["column", "key", "bytes"])
def test_a_sealed_value_opens_nowhere_else(broken: str) -> None:
    sealed = VAULT.seal("orders.phone", "13800138000") or b""
    vault = Vault.from_secret("another secret, also long enough to use") if broken == "key" else VAULT
    column = "orders.address" if broken == "column" else "orders.phone"
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1]) if broken == "bytes" else sealed
    with pytest.raises(OperatorMustAct):
        vault.open(column, changed)


def test_nothing_is_sealed_as_nothing() -> None:
    assert VAULT.seal("orders.phone", "") is None
    assert VAULT.open("orders.phone", None) is None


@pytest.mark.parametrize(("one", "other"), [("13800138000", "138 0013 8000"), ("13800138000", "+86-13800138000")])
def test_a_phone_number_is_found_however_it_is_written(one: str, other: str) -> None:
    assert VAULT.phone_index(one) == VAULT.phone_index(other) is not None


@pytest.mark.parametrize("text", ["138****8000", "", None, "12345", "无"])
def test_what_is_no_whole_phone_number_has_no_index(text: str | None) -> None:
    assert VAULT.phone_index(text) is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(OperatorMustAct, match="too short"):
        Vault.from_secret("password")


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    secret = load_or_make_secret(path)
    assert load_or_make_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Vault.from_secret(secret)
