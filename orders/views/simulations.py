"""Simulations: scenarios built by clicking, planned beside the live plan by a worker, compared side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.models import Supplier, Warehouse
from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import cursor_of, is_partial, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from orders.drafting.scenarios import KINDS, change_in_words, edit_scenarios, first_scenarios, read_scenarios
from orders.models import Policy, PolicyStatus, ShipPolicy, Simulation, SimulationScenario, SimulationStatus, Tier
from orders.queries.policies import known_values, versions
from orders.simulation import simulations
from orders.templatetags.rules import figure

NEWEST_FIRST = [SortKey("pk", True, parse_int)]
UNFINISHED = (SimulationStatus.WAITING, SimulationStatus.RUNNING)
MOST_OFFERED = 500
AS_IT_IS = ""  # no scenario has that name
# What is compared: member of the figures, words, how to show it, and which way is better ("" neither).
FIGURES = (
    ("value_on_time", "Value on time", "money", "more"),
    ("orders_late", "Late or without a date", "", "less"),
    ("promises_broken", "Promises broken", "", "less"),
    ("value_at_risk", "Revenue at risk", "money", "less"),
    ("ready_orders", "Ready to ship", "", "more"),
    ("units_ready", "Units ready", "", "more"),
    ("units_short", "Units short", "", "less"),
    ("longest_wait_days", "Longest wait, days", "", "less"),
    ("mean_wait_days", "Mean wait, days", "decimal", "less"),
    ("gini", "Unevenness of waits, 0 is even", "decimal", "less"),
    ("overtaken_share", "Lines that a later order overtook", "percent", "less"),
    ("messages_total", "Messages that would go out", "", "less"),
)

see = permission_required("orders.view_backlog", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one plan: whose, its value, how long its bar is, and whether it is better than as it is."""

    plan: str
    value: float
    share: str
    verdict: str


@require_safe
@see
def simulation_list(request: HttpRequest) -> HttpResponse:
    """List simulations, the newest first."""
    try:
        rows = Simulation.objects.select_related("created_by").prefetch_related("scenarios")
        page = take_page(rows, NEWEST_FIRST, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "orders/plan_runs_refused.html", {"refusal": refusal}, status=400)
    context = {"rows": page.rows, "may_simulate": _may_simulate(request), **page_links(request, page)}
    return render_page(request, "orders/simulations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("orders.simulate", raise_exception=True)
def new_simulation(request: HttpRequest) -> HttpResponse:
    """Build scenarios press by press, then leave them to a worker."""
    if request.method != "POST":
        return _builder(request, *_first(request))
    fields = {name: request.POST.getlist(name) for name in request.POST}
    name, scenarios = request.POST.get("name", ""), read_scenarios(fields)
    action, _, argument = request.POST.get("do", "").partition(":")
    if action != "run":
        return _builder(request, name, edit_scenarios(scenarios, action, argument))
    try:
        asked = simulations.ask(name=name, scenarios=_with_codes(scenarios), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        return _builder(request, name, scenarios, refusal)
    url = reverse("orders:simulation", args=[asked.pk])
    # htmx would show the page at the address of the form; it is told to go there instead.
    return HttpResponse(headers={"HX-Redirect": url}) if is_partial(request) else HttpResponseRedirect(url)


@require_safe
@see
def simulation(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Show how far a simulation is, or its scenarios side by side."""
    found = get_object_or_404(Simulation.objects.select_related("created_by"), pk=simulation_id)
    scenarios = list(found.scenarios.all())
    policies = _policies_of(scenarios)
    names = {policy.pk: f"v{policy.version} {policy.name}" for policy in policies}
    in_force = {policy.pk for policy in policies if policy.status == PolicyStatus.PUBLISHED}
    context: dict[str, Any] = {
        "simulation": found,
        "is_unfinished": found.status in UNFINISHED,
        "percent": round(100 * found.steps_done / max(found.steps_total, 1)),
        "scenarios": [
            (one, [change_in_words(change, names) for change in one.changes], _rules_of(one, in_force))
            for one in scenarios
        ],
        "figures": _compared(found, scenarios),
        "may_simulate": _may_simulate(request),
        "may_publish": request.user.has_perm("orders.publish_policy"),
    }
    fragments = {"simulation-live": "orders/simulation_body.html"}
    return render_page(request, "orders/simulation.html", context, fragments=fragments)


@require_POST
def publish_scenario(request: HttpRequest, simulation_id: int, position: int) -> HttpResponse:
    """Put the rules of a scenario in force."""
    if not request.user.has_perm("orders.publish_policy"):
        raise PermissionDenied
    get_object_or_404(Simulation, pk=simulation_id)
    try:
        policy = simulations.publish_scenario(
            simulation_id, position=position, note=request.POST.get("note", ""), actor=request.user, now=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return HttpResponseRedirect(reverse("orders:simulation", args=[simulation_id]))
    in_force = policy.status == PolicyStatus.PUBLISHED
    state = "is in force. The backlog is planned anew" if in_force else policy.get_status_display().lower()
    messages.success(request, f"v{policy.version} {state}")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))


def _first(request: HttpRequest) -> tuple[str, list[dict[str, Any]]]:
    """Return what to start from: another simulation, a version of the rules, or a supplier's delay."""
    again, policy = (whole_number(request.GET.get(name, "")) for name in ("again", "policy"))
    if again is not None:
        found = get_object_or_404(Simulation, pk=again)
        return found.name, [{"name": one.name, "changes": one.changes} for one in found.scenarios.all()]
    if policy is not None:
        version = get_object_or_404(Policy, version=policy)
        change = {"type": "policy", "policy": version.pk}
        return f"Rules v{version.version}", [{"name": f"v{version.version} {version.name}"[:100], "changes": [change]}]
    return "", first_scenarios()


def _builder(
    request: HttpRequest, name: str, scenarios: list[dict[str, Any]], refusal: DomainError | None = None
) -> HttpResponse:
    context = {
        "name": name,
        "scenarios": [_with_fields(i, one, refusal.fields if refusal else {}) for i, one in enumerate(scenarios)],
        "kinds": KINDS.items(),
        "problems": refusal.fields if refusal else {},
        "refusal": refusal,
        "suppliers": Supplier.objects.order_by("code")[:MOST_OFFERED],
        "warehouses": Warehouse.objects.filter(is_active=True).order_by("code"),
        "policies": versions().exclude(status=PolicyStatus.DISCARDED)[:MOST_OFFERED],
        "categories": known_values(["product.category"]).get("product.category", []),
        "tiers": Tier.choices,
        "ship_policies": ShipPolicy.choices,
    }
    return render_page(request, "orders/simulation_new.html", context, status=refusal.status if refusal else 200)


def _with_codes(scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return scenarios with the code of each supplier that was called by its name, or by a part that only it has."""
    called = {str(change.get("supplier", "")).lower() for one in scenarios for change in one["changes"]} - {""}
    meant = reduce(or_, (Q(code__iexact=each) | Q(name__icontains=each) for each in called), Q())
    found = list(Supplier.objects.filter(meant).order_by("code").values_list("code", "name")) if called else []
    codes = {each: code for each in called if (code := _code_of(each, found))}
    return [{**one, "changes": [_with_code(change, codes) for change in one["changes"]]} for one in scenarios]


def _code_of(called: str, suppliers: Sequence[tuple[str, str]]) -> str:
    """Return the code of the supplier that is called so; "" for a code, and where several or none fit."""
    if any(code.lower() == called for code, _ in suppliers):
        return ""
    whole = [code for code, name in suppliers if name.lower() == called]
    parts = [code for code, name in suppliers if called in name.lower()]
    return whole[0] if whole else parts[0] if len(parts) == 1 else ""


def _with_code(change: dict[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    code = codes.get(str(change.get("supplier", "")).lower())
    return {**change, "supplier": code} if code else change


def _with_fields(place: int, scenario: dict[str, Any], problems: Mapping[str, str]) -> dict[str, Any]:
    """Return a scenario with what the fields of its changes show, and what is wrong with each."""
    changes = []
    for j, change in enumerate(scenario["changes"]):
        at = f"scenarios.{place}.changes.{j}"
        said = [
            (where[len(at) :], text) for where, text in problems.items() if where == at or where.startswith(f"{at}.")
        ]
        changes.append({**_as_fields(change), "label": KINDS.get(change.get("type", ""), ""), "problems": said})
    return {**scenario, "changes": changes}


def _as_fields(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change with every member that its fields show, empty where it has none."""
    empty = dict.fromkeys(("sku", "warehouse", "customer", "tier", "requested_on", "ship_policy", "expected_on"), "")
    return {
        **empty,
        "category": "",
        **change,
        "who": change.get("supplier", change.get("purchase_order", "")),
        "is_purchase_order": "purchase_order" in change,
        "units": change.get("set", change.get("add", change.get("units", ""))),
        "is_set": "set" in change,
    }


def _rules_of(scenario: SimulationScenario, in_force: set[int]) -> str:
    """Say whether a scenario has ``other`` rules than those in force, just those (``in_force``), or names none ("")."""
    named = [change.get("policy") for change in scenario.changes if change.get("type") == "policy"]
    if not named:
        return ""
    return "in_force" if isinstance(named[-1], int) and named[-1] in in_force else "other"


def _policies_of(scenarios: list[SimulationScenario]) -> list[Policy]:
    keys = [change["policy"] for one in scenarios for change in one.changes if isinstance(change.get("policy"), int)]
    return list(Policy.objects.filter(pk__in=keys))


def _compared(found: Simulation, scenarios: list[SimulationScenario]) -> list[tuple[str, str, list[Cell]]]:
    """Return each figure as it is and by every scenario, as (words, how to show it, cells)."""
    if found.status != SimulationStatus.DONE:
        return []
    plans = {AS_IT_IS: found.baseline} | {one.name: one.result["figures"] for one in scenarios}
    rows = []
    for member, label, kind, better in FIGURES:
        values = {name: float(plan.get(member, 0)) for name, plan in plans.items()}
        most, baseline = max(values.values()) or 1.0, values[AS_IT_IS]
        cells = [
            Cell(name or "As it is", value, f"{value / most * 100:.1f}", _verdict(value, baseline, kind, better))
            for name, value in values.items()
        ]
        rows.append((label, kind, cells))
    return rows


def _verdict(value: float, baseline: float, kind: str, better: str) -> str:
    """Say whether a figure is better than as it is, as far as can be seen."""
    if figure(value, kind) == figure(baseline, kind):
        return ""
    return "is-good" if (value > baseline) == (better == "more") else "is-late"


def _may_simulate(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("orders.simulate"))
