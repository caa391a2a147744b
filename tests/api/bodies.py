"""What integrators send."""

from __future__ import annotations

from typing import Any


def order_body(**changes: Any) -> dict[str, Any]:
    body = {
        "channel": "web",
        "external_id": "W-1",
        "customer": {"code": "C1", "name": "Jane's Gifts", "email": "jane@example.com", "tier": "gold"},
        "lines": [{"sku": "MUG", "qty": 3, "unit_price": "2.50"}],
    }
    return {**body, **changes}
