"""What a shop's database was made with and must go on with: its time zone and base currency."""

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col

from domain.errors import OperatorMustAct
from storage.engine import Database


class ShopSetting(SQLModel, table=True):
    """One setting that every stored business day or base amount rests on."""

    __tablename__ = "shop_settings"

    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)


def read(database: Database, name: str) -> str | None:
    with database.read() as connection:
        return connection.execute(select(col(ShopSetting.value)).where(col(ShopSetting.name) == name)).scalar()


def agree(database: Database, name: str, given: str | None, default: str) -> str:
    """The setting's value: kept at the first start, and not to be changed by the environment afterwards."""
    kept = read(database, name)
    if kept is None:
        kept = keep(database, name, given or default)
    if given is not None and given != kept:
        raise OperatorMustAct(f"this database was made with the {name} {kept}, and the settings now say {given}; "
                              f"set ZHANGGUI_{name.upper()}={kept}, or import into a new database")
    return kept


def keep(database: Database, name: str, value: str) -> str:
    """Write a setting that is not there yet; the value that stands afterwards."""
    try:
        with database.write() as connection:
            connection.execute(insert(ShopSetting).values(name=name, value=value))
    except IntegrityError:  # another process started at the same moment
        value = read(database, name) or value
    return value
