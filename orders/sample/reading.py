"""From the rows of the file to what happened: each row becomes exactly one RowFate, and the counts add up."""

from __future__ import annotations

import csv
import gzip
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import IO

GOODS = re.compile(r"^(\d{5}[A-Z]*|DCGS\w+)$")
SHOP = ""


class RowFate(Enum):
    """What becomes of a row of the file."""

    LINE = "order lines"
    MERGED = "same product and price again in the order: added to its line"
    DUPLICATE = "exact duplicate: left out"
    CANCELLATION = "cancellation"
    WRITE_OFF = "written off"
    FOUND = "found"
    NEVER_SOLD = "stock correction of a product without sales: left out"
    NOT_GOODS = "fee, postage, discount or voucher: left out"
    BAD_DEBT = "bad debt or negative price: left out"
    UNREADABLE = "cannot be read: left out"
    NOT_YET = "after yesterday: left out"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file, read. ``customer`` is SHOP when the file has none."""

    invoice: str
    sku: str
    description: str
    qty: int
    at: datetime
    price_minor: int
    customer: str
    country: str


@dataclass(slots=True)
class SaleLine:
    sku: str
    qty: int
    price_minor: int


@dataclass(slots=True)
class Sale:
    """One invoice: what a customer ordered in one go."""

    invoice: str
    customer: str
    country: str
    at: datetime
    lines: list[SaleLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the file says, sorted by time. ``descriptions`` counts the texts seen per product."""

    sales: list[Sale]
    cancellations: list[Row]
    corrections: list[Row]
    descriptions: Mapping[str, Counter[str]]
    fates: Counter[RowFate]
    rows: int


def open_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, packed by xz, by gzip or not at all."""
    with _open_text(path) as file:
        yield from csv.DictReader(file)


def _open_text(path: Path) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def read_demand(rows: Iterable[Mapping[str, str]], *, last_day: date) -> Demand:
    """Sort rows into sales, cancellations and corrections up to ``last_day`` (a day of the file). O(rows log rows)."""
    reader = _Reader(last_day)
    for raw in rows:
        reader.take(raw)
    return reader.demand()


class _Reader:
    def __init__(self, last_day: date) -> None:
        self.last_day = last_day
        self.sales: dict[str, Sale] = {}
        self.lines: dict[tuple[str, str, int], SaleLine] = {}
        self.cancellations: list[Row] = []
        self.corrections: list[Row] = []
        self.descriptions: dict[str, Counter[str]] = {}
        self.fates: Counter[RowFate] = Counter()
        self.seen: set[tuple[str, ...]] = set()

    def take(self, raw: Mapping[str, str]) -> None:
        self.fates[self._fate(raw)] += 1

    def _fate(self, raw: Mapping[str, str]) -> RowFate:
        key = tuple(raw.values())
        if key in self.seen:
            return RowFate.DUPLICATE
        self.seen.add(key)
        row = read_row(raw)
        if row is None:
            return RowFate.UNREADABLE
        if row.at.date() > self.last_day:
            return RowFate.NOT_YET
        if row.invoice.startswith("A") or row.price_minor < 0:
            return RowFate.BAD_DEBT
        if not GOODS.match(row.sku):
            return RowFate.NOT_GOODS
        if row.invoice.startswith("C"):
            self.cancellations.append(row)
            return RowFate.CANCELLATION
        if row.qty < 0 or (row.price_minor == 0 and row.customer == SHOP):
            self.corrections.append(row)
            return RowFate.WRITE_OFF if row.qty < 0 else RowFate.FOUND
        return self._sell(row)

    def _sell(self, row: Row) -> RowFate:
        self.descriptions.setdefault(row.sku, Counter())[row.description] += 1
        line = self.lines.get((row.invoice, row.sku, row.price_minor))
        if line is not None:
            line.qty += row.qty
            return RowFate.MERGED
        sale = self.sales.get(row.invoice)
        if sale is None:
            sale = self.sales[row.invoice] = Sale(row.invoice, row.customer, row.country, row.at)
        line = self.lines[row.invoice, row.sku, row.price_minor] = SaleLine(row.sku, row.qty, row.price_minor)
        sale.lines.append(line)
        return RowFate.LINE

    def demand(self) -> Demand:
        known = [row for row in self.corrections if row.sku in self.descriptions]
        for row in self.corrections:
            if row.sku not in self.descriptions:
                self.fates[RowFate.WRITE_OFF if row.qty < 0 else RowFate.FOUND] -= 1
                self.fates[RowFate.NEVER_SOLD] += 1
        return Demand(
            sales=sorted(self.sales.values(), key=lambda sale: (sale.at, sale.invoice)),
            cancellations=sorted(self.cancellations, key=lambda row: (row.at, row.invoice, row.sku, row.qty)),
            corrections=sorted(known, key=lambda row: (row.at, row.invoice, row.sku, row.qty)),
            descriptions=self.descriptions,
            fates=self.fates,
            rows=self.fates.total(),
        )


def read_row(raw: Mapping[str, str]) -> Row | None:
    """Return the row with its types, or None when a number or the time cannot be read or no units are named."""
    try:
        qty = int(raw["Quantity"])
        price = round(float(raw["UnitPrice"]) * 100)
        at = datetime.fromisoformat(raw["InvoiceDate"])
    except ValueError:
        return None
    invoice, sku = raw["InvoiceNo"].strip(), raw["StockCode"].strip().upper()
    if qty == 0 or not invoice or not sku:
        return None
    description = " ".join(raw["Description"].split())
    return Row(invoice, sku, description, qty, at, price, raw["CustomerID"].strip(), raw["Country"].strip())
