"""Shops, products, SKUs, the names they go by, and what a platform's listing stands for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class Platform(StrEnum):
    """Where a shop sells."""

    TAOBAO = "taobao"
    JD = "jd"
    PDD = "pdd"
    DOUYIN = "douyin"
    XHS = "xhs"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    OTHER = "other"


class ItemKind(StrEnum):
    """Goods are counted and ranked; services are charges that ride on an order: postage, price difference."""

    GOODS = "goods"
    SERVICE = "service"


class NamedKind(StrEnum):
    """What an alias can point to."""

    SHOP = "shop"
    PRODUCT = "product"
    SKU = "sku"
    WAREHOUSE = "warehouse"
    STAFF = "staff"
    CATEGORY = "category"


class Shop(SQLModel, table=True):
    """One shop on one platform. Secrets are sealed by the storage layer's vault before they come here."""

    __tablename__ = "shops"
    __table_args__ = (one_of("platform", Platform),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=80, unique=True)
    platform: Platform = Field(sa_type=EnumText(Platform))
    currency: str = Field(max_length=3)
    gateway: str | None = Field(default=None, max_length=300)
    merchant_id: str | None = Field(default=None, max_length=80)
    app_key_sealed: bytes | None = None
    app_secret_sealed: bytes | None = None
    token_sealed: bytes | None = None
    fresh_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # orders are known up to this moment
    created_at: datetime = Field(sa_type=UtcDateTime)


class Product(SQLModel, table=True):
    """A thing that is sold, in one or more variants (SKUs)."""

    __tablename__ = "products"
    __table_args__ = (one_of("kind", ItemKind),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=300, index=True)
    category: str | None = Field(default=None, max_length=80)
    kind: ItemKind = Field(default=ItemKind.GOODS, sa_type=EnumText(ItemKind))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Sku(SQLModel, table=True):
    """One variant. `unit_cost_e4` is in 1/10000 of the currency unit; None means the cost is not known."""

    __tablename__ = "skus"
    __table_args__ = (
        CheckConstraint("unit_cost_e4 >= 0", name="unit_cost"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("reorder_point >= 0", name="reorder_point"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(max_length=80, unique=True)
    product_id: int = Field(foreign_key="products.id", index=True, sa_type=BigInteger)
    variant: str = Field(default="", max_length=120)
    barcode: str | None = Field(default=None, max_length=40, index=True)
    unit_cost_e4: int | None = Field(default=None, sa_type=BigInteger)
    # On hand × unit cost + this = value, exactly. Rows that name no remainder have none.
    cost_remainder_e4: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    price_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    reorder_point: int | None = None
    allows_backorder: bool = False
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class Listing(SQLModel, table=True):
    """What one platform SKU of one shop stands for: own SKUs and how many of each (several rows: a bundle)."""

    __tablename__ = "listings"
    __table_args__ = (
        UniqueConstraint("shop_id", "platform_sku", "sku_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    platform_sku: str = Field(max_length=80)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    quantity: int = 1


class Alias(SQLModel, table=True):
    """Another name people use for a shop, product, SKU, warehouse, person or category."""

    __tablename__ = "aliases"
    __table_args__ = (UniqueConstraint("kind", "target_id", "text"), one_of("kind", NamedKind))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: NamedKind = Field(sa_type=EnumText(NamedKind))
    target_id: int = Field(sa_type=BigInteger)
    text: str = Field(max_length=120, index=True)
