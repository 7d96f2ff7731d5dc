"""What is configured, what is missing, what cannot be reached; in plain words."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass

from bot.app import wiring
from bot.app.settings import Settings
from domain.errors import ShopError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    sentence: str
    is_well: bool = True


def findings(settings: Settings, *, demo: bool) -> Iterator[Finding]:
    """Everything that can be looked at without changing anything; the first thing that is broken ends it."""
    yield Finding(f"data are kept in {settings.data_dir}")
    yield _key(settings)
    try:
        with wiring.open_shop(settings, demo=demo) as shop:
            yield Finding(f"the database answers ({shop.database.engine.dialect.name}, tables up to date)")
            yield Finding(f"business days are those of {shop.calendar.zone.key}, figures are in {shop.currency}")
            yield from _shops(shop)
    except ShopError as error:
        yield Finding(str(error), is_well=False)


def _key(settings: Settings) -> Finding:
    if settings.secret_key:
        return Finding("personal data are sealed with ZHANGGUI_SECRET_KEY")
    path = settings.secret_file
    if not path.exists():
        return Finding(f"a key for personal data will be made in {path} at the first start; keep a copy of it")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(f"others can read the key {path}; run: chmod 600 {path}", is_well=False)
    return Finding(f"personal data are sealed with the key in {path}; keep a copy of it")


def _shops(shop: wiring.OpenShop) -> Iterator[Finding]:
    shops = shop.roster.shops()
    if not shops:
        yield Finding("there are no shops yet: zhanggui import FILE reads an export, zhanggui demo shows a demo shop")
    for name, platform, currency, has_keys in shops:
        yield Finding(f"shop {name} ({platform}, {currency}), {'with' if has_keys else 'without'} platform keys")
