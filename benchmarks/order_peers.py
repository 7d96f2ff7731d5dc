"""The same whole orders in other systems: run by the Python of an environment that has them, not by ours.

`list` says which are there; `oscar ORDERS FOLDER` and `tryton ORDERS FOLDER` print one line of JSON.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

SKUS, LINES, PIECES = 200, 2, 1_000_000
BATCH = 20  # orders that go through a step together, where the system can do that


def lines_of(order: int) -> list[tuple[int, int]]:
    rng = Random(order)
    return [(sku, rng.randint(1, 3)) for sku in rng.sample(range(1, SKUS + 1), LINES)]


def timed(orders: int, work: Callable[[], None]) -> dict[str, float]:
    start, cpu = perf_counter(), process_time()
    work()
    return {"rows": orders, "seconds": perf_counter() - start, "cpu_s": process_time() - cpu}


def oscar(orders: int, folder: Path) -> dict[str, float]:
    """One order at a time, as it is bought: basket, order (which allocates), shipping event (which consumes)."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from oscar import defaults

    settings.configure(
        **{name: getattr(defaults, name) for name in dir(defaults) if name.isupper()},
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "oscar.db")}},
        INSTALLED_APPS=_oscar_apps(), SITE_ID=1, SECRET_KEY="x", USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}})
    settings.OSCAR_DEFAULT_CURRENCY = "CNY"
    (folder / "oscar.db").unlink(missing_ok=True)
    django.setup()
    call_command("migrate", verbosity=0)
    return timed(orders, _oscar_orders(orders))


def _oscar_apps() -> list[str]:
    shop_apps = ("analytics", "checkout", "address", "shipping", "catalogue", "catalogue.reviews", "communication",
                 "partner", "basket", "payment", "offer", "order", "customer", "search", "voucher", "wishlists",
                 "dashboard", *(f"dashboard.{part}" for part in (
                     "reports", "users", "orders", "catalogue", "offers", "partners", "pages", "ranges", "reviews",
                     "vouchers", "communications", "shipping")))
    return ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
            "django.contrib.messages", "django.contrib.flatpages", "django.contrib.staticfiles",
            "oscar.config.Shop", *map(_oscar_app, shop_apps), "haystack", "treebeard",
            "django_tables2", "widget_tweaks"]


def _oscar_app(name: str) -> str:
    """catalogue.reviews → …CatalogueReviewsConfig, dashboard.orders → …OrdersDashboardConfig."""
    parts = name.title().split(".")
    return f"oscar.apps.{name}.apps.{''.join(reversed(parts) if parts[0] == 'Dashboard' else parts)}Config"


def _oscar_orders(orders: int) -> Callable[[], None]:
    from django.db import transaction
    from oscar.apps.order.models import ShippingEventType
    from oscar.apps.order.processing import EventHandler
    from oscar.apps.order.utils import OrderCreator
    from oscar.apps.shipping.methods import Free
    from oscar.core.loading import get_model
    from oscar.test.factories import create_product

    products = {sku: create_product(price=Decimal("10.00"), num_in_stock=PIECES, partner_sku=f"S{sku}")
                for sku in range(1, SKUS + 1)}
    event_type = ShippingEventType.objects.create(name="Shipped")
    creator, handler, method = OrderCreator(), EventHandler(), Free()

    def one(number: int) -> None:
        with transaction.atomic():
            basket = _basket(get_model("basket", "Basket"), products, lines_of(number))
            order = creator.place_order(basket, total=_total(basket), shipping_method=method, user=None,
                                        shipping_charge=method.calculate(basket), order_number=f"N{number:08}")
            basket.submit()
        with transaction.atomic():
            lines = list(order.lines.all())
            counts = [line.quantity for line in lines]
            handler.handle_shipping_event(order, event_type, lines, counts, reference="7890")
            handler.consume_stock_allocations(order, lines, counts)

    def all_of_them() -> None:
        for number in range(1, orders + 1):
            one(number)

    return all_of_them


def _basket(model: Any, products: dict[int, Any], lines: list[tuple[int, int]]) -> Any:
    from oscar.apps.partner.strategy import Default

    basket = model()
    basket.strategy = Default()
    basket.save()
    for sku, pieces in lines:
        basket.add_product(products[sku], quantity=pieces)
    return basket


def _total(basket: Any) -> Any:
    from oscar.apps.checkout.calculators import OrderTotalCalculator
    from oscar.apps.shipping.methods import Free

    return OrderTotalCalculator().calculate(basket, Free().calculate(basket))


def tryton(orders: int, folder: Path) -> dict[str, float]:
    """Batches of orders through each step: quote, confirm, process (which makes shipments), assign, pick, pack, do."""
    os.environ["DB_NAME"] = "tryton"  # noqa: TID251  (its only way to be told)
    from trytond import config

    config.set("database", "uri", "sqlite://")
    config.set("database", "path", str(folder))
    (folder / "tryton.sqlite").unlink(missing_ok=True)
    from trytond.tests.test_tryton import activate_module

    activate_module("sale")
    shop = _in_transaction({}, _tryton_shop)

    def work() -> None:
        for first in range(1, orders + 1, BATCH):
            numbers = range(first, min(first + BATCH, orders + 1))
            _in_transaction({"company": shop["company"]}, partial(_tryton_batch, shop, numbers))

    return timed(orders, work)


_LOCKS: dict[str, Any] = {}  # kept, so that only the first transaction has to begin again with its locks


def _in_transaction(context: dict[str, Any], work: Callable[[], Any]) -> Any:
    from trytond.transaction import Transaction, TransactionError

    while True:
        with Transaction().start("tryton", 1, context=context, **_LOCKS) as transaction:
            try:
                done = work()
                transaction.commit()
            except TransactionError as error:
                transaction.rollback()
                error.fix(_LOCKS)
            else:
                return done


def _tryton_shop() -> dict[str, Any]:
    from trytond.modules.company.tests import create_company, set_company
    from trytond.pool import Pool

    pool = Pool()
    company = create_company()
    with set_company(company):
        party, = pool.get("party.party").create([{"name": "P", "addresses": [("create", [{}])]}])
        unit, = pool.get("product.uom").search([("name", "=", "Unit")])
        template = pool.get("product.template")
        templates = [made for first in range(1, SKUS + 1, BATCH) for made in template.create([
            {"name": f"P{sku}", "default_uom": unit.id, "type": "goods", "salable": True, "sale_uom": unit.id,
             "list_price": Decimal(10), "products": [("create", [{"code": f"S{sku}"}])]}
            for sku in range(first, first + BATCH)])]
        location = pool.get("stock.location")
        lost, = location.search([("type", "=", "lost_found")], limit=1)
        warehouse, = location.search([("type", "=", "warehouse")], limit=1)
        for first in range(0, SKUS, BATCH):
            moves = pool.get("stock.move").create([
                {"product": made.products[0].id, "unit": unit.id, "quantity": PIECES, "from_location": lost.id,
                 "to_location": warehouse.storage_location.id, "company": company.id}
                for made in templates[first:first + BATCH]])
            pool.get("stock.move").do(moves)
    return {"company": company.id, "party": party.id, "address": party.addresses[0].id, "warehouse": warehouse.id,
            "unit": unit.id, "products": [made.products[0].id for made in templates],
            "currency": company.currency.id}


def _tryton_batch(shop: dict[str, Any], numbers: range) -> None:
    from trytond.pool import Pool

    pool = Pool()
    sale, shipment = pool.get("sale.sale"), pool.get("stock.shipment.out")
    sales = sale.create([
        {"party": shop["party"], "company": shop["company"], "currency": shop["currency"], "warehouse":
            shop["warehouse"], "invoice_address": shop["address"], "shipment_address": shop["address"],
         "invoice_method": "manual", "shipment_method": "order", "reference": f"N{number:08}",
         "lines": [("create", [{"product": shop["products"][sku - 1], "quantity": pieces, "unit": shop["unit"],
                                "unit_price": Decimal(10)} for sku, pieces in lines_of(number)])]}
        for number in numbers])
    sale.quote(sales)
    sale.confirm(sales)
    sale.process(sales)
    shipments = [one for order in sale.browse(sales) for one in order.shipments]
    if len(shipments) != len(numbers):
        raise ValueError(f"{len(shipments)} shipments of {len(numbers)} orders")
    shipment.wait(shipments)
    shipment.assign_try(shipments)
    for step in (shipment.pick, shipment.pack, shipment.do):
        step(shipments)
    if any(one.state != "done" for one in shipment.browse(shipments)):
        raise ValueError("not shipped")


if __name__ == "__main__":
    if sys.argv[1] == "list":
        print(*(name for name, module in (("oscar", "oscar"), ("tryton", "trytond"))
                if importlib.util.find_spec(module)))
    else:
        print(json.dumps({"oscar": oscar, "tryton": tryton}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))))
