from inventory.models.calendar import Calendar, ClosedDay
from inventory.models.dirty import DirtyMark
from inventory.models.forecast import DemandForecast, ForecastRun, ForecastRunStatus
from inventory.models.pick_capacity import PickCapacity
from inventory.models.product import Product, Warehouse
from inventory.models.purchase_order import (
    GivenUpBy,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Receipt,
)
from inventory.models.setup_change import SetupChange
from inventory.models.stock import MovementKind, StockLevel, StockMovement
from inventory.models.substitute import Substitute, SubstituteWhen
from inventory.models.supplier import Supplier, SupplierProduct

__all__ = [
    "Calendar",
    "ClosedDay",
    "DemandForecast",
    "DirtyMark",
    "ForecastRun",
    "ForecastRunStatus",
    "GivenUpBy",
    "MovementKind",
    "PickCapacity",
    "Product",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseOrderStatus",
    "Receipt",
    "SetupChange",
    "StockLevel",
    "StockMovement",
    "Substitute",
    "SubstituteWhen",
    "Supplier",
    "SupplierProduct",
    "Warehouse",
]
