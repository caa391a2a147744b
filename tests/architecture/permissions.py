"""Who may: a route's permissions by method, and the names of those that many routes ask for."""

from __future__ import annotations

from dataclasses import dataclass

PUBLIC, SIGNED_IN = ("public",), ("signed in",)
SEE = ("orders.view_backlog",)
HOLD = ("orders.hold_order",)
HOLD_RIGHTS = ("orders.change_hold_rights",)
CANCEL = ("orders.cancel_order",)
EXPEDITE = ("orders.expedite_order",)
SHIP = ("orders.ship_order",)
ETA = ("orders.change_eta", "orders.postpone_eta")
NOTE = ("orders.note_order",)
ASSIGN = ("orders.assign_order",)
MOVE = ("inventory.move_stock",)
BUY = ("inventory.manage_purchase_orders",)
CATALOGUE = ("inventory.manage_catalogue",)
TAKE_IN = ("orders.intake_order",)
REPLAN = ("orders.replan",)
SEND = ("notifications.send_message",)
HOOKS = ("notifications.manage_webhooks",)
CHANNELS = ("notifications.manage_channels",)
PREFER = ("notifications.change_preferences",)
VALVE = ("notifications.run_valve",)
WORDS = ("notifications.edit_template",)
EDIT_POLICY, PUBLISH_POLICY = ("orders.edit_policy",), ("orders.publish_policy",)
RELEASE = ("orders.release_plan",)
SIMULATE = ("orders.simulate",)

METHODS = ("GET", "POST", "PATCH")


@dataclass(frozen=True, slots=True)
class Route:
    """Any of these permissions opens the method; None: the address does not have it (405)."""

    get: tuple[str, ...] | None = None
    post: tuple[str, ...] | None = None
    patch: tuple[str, ...] | None = None

    def needs(self, method: str) -> tuple[str, ...] | None:
        needed: tuple[str, ...] | None = getattr(self, method.lower())
        return needed
