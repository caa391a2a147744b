"""Addresses of Setup, below ``setup/``."""

from __future__ import annotations

from django.urls import path

from orders.views.setup import (
    calendars,
    holds,
    overview,
    protected,
    sources,
    substitutes,
    suppliers,
    terms,
    undoing,
    warehouses,
)

urlpatterns = [
    path("", overview.overview, name="setup"),
    path("changes/<int:change_id>/undo/", undoing.undo, name="setup_undo"),
    path("warehouses/", warehouses.warehouses, name="setup_warehouses"),
    path("warehouses/add/", warehouses.add, name="setup_warehouse_add"),
    path("warehouses/<code:code>/change/", warehouses.change, name="setup_warehouse"),
    path("warehouses/<code:code>/capacity/", warehouses.capacity, name="setup_capacity"),
    path("working-days/", calendars.calendars, name="setup_calendars"),
    path("working-days/add/", calendars.add, name="setup_calendar_add"),
    path("working-days/import/", calendars.take_in, name="setup_calendar_import"),
    path("working-days/<code:code>/change/", calendars.change, name="setup_calendar"),
    path("working-days/<code:code>/close/", calendars.close, name="setup_close_day"),
    path("working-days/<code:code>/open/", calendars.open_again, name="setup_open_day"),
    path("sources/", sources.sources, name="setup_sources"),
    path("sources/change/", sources.change, name="setup_sources_change"),
    path("substitutes/", substitutes.substitutes, name="setup_substitutes"),
    path("substitutes/change/", substitutes.change, name="setup_substitutes_change"),
    path("substitutes/import/", substitutes.take_in, name="setup_substitutes_import"),
    path("protected/", protected.protected, name="setup_protected"),
    path("protected/change/", protected.change, name="setup_protected_change"),
    path("protected/import/", protected.take_in, name="setup_protected_import"),
    path("terms/", terms.terms, name="setup_terms"),
    path("terms/change/", terms.change, name="setup_terms_change"),
    path("holds/", holds.holds, name="setup_holds"),
    path("holds/add/", holds.add, name="setup_hold_add"),
    path("holds/rights/", holds.rights, name="setup_hold_rights"),
    path("holds/<int:source_id>/change/", holds.change, name="setup_hold_change"),
    path("holds/<int:source_id>/end/", holds.end, name="setup_hold_end"),
    path("holds/<int:source_id>/hold-open/", holds.hold_open, name="setup_hold_open"),
    path("suppliers/", suppliers.suppliers, name="setup_suppliers"),
    path("suppliers/add/", suppliers.add, name="setup_supplier_add"),
]
