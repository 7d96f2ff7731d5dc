"""What an action does to who may see what, as data."""

from dataclasses import dataclass
from typing import Literal

from domain.changes.change import Replacement


@dataclass(frozen=True, slots=True)
class ShopLimitChange(Replacement):
    """The ids of the shops that a person, or a group, is limited to; None: all."""

    target_id: int
    is_group: bool
    before: tuple[int, ...] | None
    after: tuple[int, ...] | None
    kind: Literal["shop_limit"] = "shop_limit"
