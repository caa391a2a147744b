"""Who may do what: the one table, written to Django's groups and permissions after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import apps as global_apps
from django.contrib.auth.management import create_permissions

AGENT, OPS, ADMIN = "agent", "ops", "admin"

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "orders.view_backlog": (AGENT, OPS, ADMIN),
    "orders.note_order": (AGENT, OPS, ADMIN),
    "orders.assign_order": (AGENT, OPS, ADMIN),
    "orders.postpone_eta": (AGENT, OPS, ADMIN),
    "orders.change_eta": (OPS, ADMIN),
    "orders.hold_order": (OPS, ADMIN),
    "orders.change_hold_rights": (ADMIN,),
    "orders.cancel_order": (AGENT, OPS, ADMIN),
    "orders.expedite_order": (OPS, ADMIN),
    "orders.ship_order": (OPS, ADMIN),
    "orders.intake_order": (OPS, ADMIN),
    "orders.replan": (OPS, ADMIN),
    "orders.see_contact": (AGENT,),
    "orders.edit_policy": (OPS, ADMIN),
    "orders.publish_policy": (ADMIN,),
    "orders.release_plan": (OPS, ADMIN),
    "orders.change_guard": (ADMIN,),
    "orders.change_delay_rules": (ADMIN,),
    "orders.simulate": (OPS, ADMIN),
    "inventory.move_stock": (OPS, ADMIN),
    "inventory.manage_purchase_orders": (OPS, ADMIN),
    "inventory.manage_catalogue": (OPS, ADMIN),
    "orders.compensate": (AGENT, OPS, ADMIN),
    "orders.compensate_more": (OPS, ADMIN),
    "orders.change_ladder": (ADMIN,),
    "orders.change_macros": (ADMIN,),
    "orders.answer_feedback": (AGENT, OPS, ADMIN),
    "notifications.send_message": (AGENT, OPS, ADMIN),
    "notifications.run_valve": (ADMIN,),
    "notifications.manage_webhooks": (ADMIN,),
    "notifications.manage_channels": (ADMIN,),
    "notifications.change_preferences": (AGENT, OPS, ADMIN),
    "notifications.edit_template": (AGENT, ADMIN),
    "notifications.activate_template": (ADMIN,),
}

# Rights that admins hand out (Setup → Holds). A new one goes to these roles; what somebody has, migrations leave alone.
HANDED_OUT: dict[str, tuple[str, ...]] = {
    f"orders.release_{kind}_hold": PERMISSIONS["orders.hold_order"]
    for kind in ("credit", "address", "payment", "fraud", "customer", "manual")
}


def sync_roles(**_: Any) -> None:
    """Make the groups hold exactly the permissions of the table, and those handed out as they were handed out."""
    for app_config in global_apps.get_app_configs():
        create_permissions(app_config, verbosity=0)
    from django.contrib.auth.models import Group, Permission

    by_name = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in (AGENT, OPS, ADMIN)}
    holders = {name: set(by_name[name].group_set.values_list("name", flat=True)) for name in HANDED_OUT}
    table = PERMISSIONS | {name: tuple(holders[name]) or roles for name, roles in HANDED_OUT.items()}
    for role, group in groups.items():
        group.permissions.set([by_name[name] for name, roles in table.items() if role in roles])
