"""The replay: months of days, one after the other, from the first sale of the file to the last."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import date
from random import Random

from orders.sample.catalogue import build_customers, build_products
from orders.sample.days import is_working, weekday
from orders.sample.ordering import cancel, correct_stock, open_for_business, take_order
from orders.sample.reading import Demand, Row, Sale
from orders.sample.replenishing import order_day, receive_day, redate_day, review_week
from orders.sample.shipping_out import ship_day
from orders.sample.suppliers import assign_suppliers, build_suppliers
from orders.sample.world import World

SEED = 20101201
FIRST_STOCK_DAYS = 28
SECOND_WAREHOUSE_SHARE = 0.3
SUNDAY = 6


def replay(demand: Demand, *, last_day: date) -> World:
    """Return what is left, and everything that happened, on the evening of ``last_day``. O(lines + days × products)."""
    world = build_world(demand)
    calendar = _Calendar(world, demand)
    first, last = demand.sales[0].at.toordinal(), last_day.toordinal()
    for day in range(first, last + 1):
        _live_day(world, calendar, day)
    return world


def build_world(demand: Demand) -> World:
    """Return the world before its first day."""
    random = Random(SEED)
    suppliers = build_suppliers(random)
    products, customers = build_products(demand), build_customers(demand)
    sold = Counter(line.sku for sale in demand.sales for line in sale.lines)
    skus = [product.sku for product in products]
    return World(
        random=random,
        products=products,
        customers=customers,
        suppliers=suppliers,
        supplier_of=assign_suppliers(skus, sold),
        has_second_warehouse=[random.random() < SECOND_WAREHOUSE_SHARE for _ in products],
        stock=[[0, 0] for _ in products],
        waiting=[0] * len(products),
        coming=[0] * len(products),
        daily_rate=[0.0] * len(products),
    )


class _Calendar:
    """What the file says happens on each day, looked up by place."""

    def __init__(self, world: World, demand: Demand) -> None:
        self.product_of = {product.sku: place for place, product in enumerate(world.products)}
        self.customer_of = {customer.key: place for place, customer in enumerate(world.customers)}
        self.sales: dict[int, list[Sale]] = defaultdict(list)
        self.cancellations: dict[int, list[Row]] = defaultdict(list)
        self.corrections: dict[int, list[Row]] = defaultdict(list)
        for sale in demand.sales:
            self.sales[sale.at.toordinal()].append(sale)
        for row in demand.cancellations:
            self.cancellations[row.at.toordinal()].append(row)
        for row in demand.corrections:
            self.corrections[row.at.toordinal()].append(row)
        self.first_stock = _first_stock(demand, self.product_of)
        self.on_sale: list[list[int]] = [[] for _ in world.suppliers]


def _first_stock(demand: Demand, product_of: dict[str, int]) -> dict[int, list[tuple[int, int]]]:
    """Return, per day, the products first sold then and what they sell in their first weeks (one-offs capped)."""
    days: dict[int, list[int]] = defaultdict(list)
    units: dict[int, list[int]] = defaultdict(list)
    for sale in demand.sales:
        for line in sale.lines:
            days[product_of[line.sku]].append(sale.at.toordinal())
            units[product_of[line.sku]].append(line.qty)
    first: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for product in sorted(days):
        start = days[product][0]
        early = units[product][: bisect_left(days[product], start + FIRST_STOCK_DAYS)]
        most = 10 * sorted(early)[len(early) // 2] + 24
        first[start].append((product, sum(min(qty, most) for qty in early)))
    return first


def _live_day(world: World, calendar: _Calendar, day: int) -> None:
    for product, early_sales in calendar.first_stock.get(day, ()):
        world.daily_rate[product] = early_sales / FIRST_STOCK_DAYS
        open_for_business(world, product, day, round(early_sales * world.random.uniform(0.8, 2.2)) + 12)
        calendar.on_sale[world.supplier_of[product]].append(product)
    if is_working(day):
        redate_day(world, day)
        receive_day(world, day)
        ship_day(world, day)
    for row in calendar.corrections.get(day, ()):
        correct_stock(world, row, calendar.product_of[row.sku])
    for sale in calendar.sales.get(day, ()):
        take_order(world, sale, calendar.customer_of[sale.customer], calendar.product_of)
    for row in calendar.cancellations.get(day, ()):
        fate = cancel(world, row, calendar.customer_of.get(row.customer), calendar.product_of.get(row.sku))
        world.cancellation_fates[fate] += 1
    if weekday(day) == SUNDAY:
        review_week(world)
    if is_working(day):
        order_day(world, day, calendar.on_sale)
