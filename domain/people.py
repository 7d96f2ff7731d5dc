"""Who works in the shop and what each may see and do."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, IdList, UtcDateTime, one_of
from domain.errors import NotAllowed


class Role(StrEnum):
    """What a person is in the shop."""

    OWNER = "owner"
    MANAGER = "manager"
    FINANCE = "finance"
    WAREHOUSE = "warehouse"
    SERVICE = "service"


class Permission(StrEnum):
    """One right; every metric and every action names the one it needs."""

    COUNTS = "counts"  # how many orders and units
    CUSTOMERS = "customers"  # how many buyers, how many come back
    PERSONAL_DATA = "personal_data"  # names, phone numbers and addresses of buyers, unmasked
    SALES = "sales"  # totals of money from sales
    PROFIT = "profit"  # cost, profit, margins
    STOCK = "stock"  # how much is where
    STOCK_VALUE = "stock_value"
    FULFILMENT = "fulfilment"
    TRAFFIC = "traffic"
    ADS = "ads"
    CASH = "cash"
    SHIP = "ship"
    MOVE_STOCK = "move_stock"
    PURCHASE = "purchase"
    BOOK_EXPENSE = "book_expense"
    REFUND = "refund"
    EXCLUDE = "exclude"  # say which orders count in the figures
    SUBSCRIBE = "subscribe"
    TEACH = "teach"  # other names for what is in the shop; what could not be answered
    IMPORT = "import"
    MANAGE_STAFF = "manage_staff"
    SECRETS = "secrets"


_P = Permission
_FIGURES = {_P.COUNTS, _P.CUSTOMERS, _P.SALES, _P.PROFIT, _P.STOCK, _P.STOCK_VALUE, _P.FULFILMENT, _P.TRAFFIC,
            _P.ADS, _P.CASH}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(set(Permission) - {_P.MANAGE_STAFF, _P.SECRETS}),
    Role.FINANCE: frozenset(_FIGURES | {_P.BOOK_EXPENSE, _P.REFUND, _P.EXCLUDE, _P.SUBSCRIBE, _P.IMPORT}),
    Role.WAREHOUSE: frozenset({_P.COUNTS, _P.STOCK, _P.FULFILMENT, _P.SHIP, _P.MOVE_STOCK, _P.SUBSCRIBE}),
    Role.SERVICE: frozenset({_P.COUNTS, _P.CUSTOMERS, _P.STOCK, _P.FULFILMENT, _P.TRAFFIC, _P.REFUND, _P.SUBSCRIBE}),
}


# The shops somebody is limited to, by name; None: all there are and will be. Empty: none at all.
Shops = tuple[str, ...] | None


def common(one: Shops, other: Shops) -> Shops:
    """The shops that both may see."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(name for name in one if name in other)


class Staff(SQLModel, table=True):
    """A person who works in the shop."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=60, unique=True)
    role: Role = Field(sa_type=EnumText(Role))
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    shops: tuple[int, ...] | None = Field(default=None, sa_type=IdList)  # the only ones; None: all


def may(role: Role, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]


def require(role: Role, permission: Permission) -> None:
    """Raise NotAllowed, with the right that is missing, unless the role has it."""
    if not may(role, permission):
        raise NotAllowed(f"the role {role.value} has no right to {permission.value}",
                         key="not_allowed", role=role.value, permission=permission.value)
