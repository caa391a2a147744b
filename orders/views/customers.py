"""Customers: the list of those who wait, and one customer with everything that we owe and told them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import VersionedForm
from inventory.setup_history import changes_of, version_of
from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.remembered import remembered
from kernel.text import is_plain
from notifications.channels import preferring
from orders import customers as verbs
from orders.handling import terms
from orders.models import Customer, Tier
from orders.queries import customer as queries
from orders.queries import customers as lists
from orders.queries.customer_preference import how_told
from orders.queries.customer_record import latest_closed, promise_record
from orders.queries.setup_words import in_words
from orders.views.customer_forms import (
    CONTACT,
    STANDING,
    ContactForm,
    PreferenceForm,
    StandingForm,
    TermsForm,
    chosen_fields,
    initial_of,
)

CHANGES_SHOWN = 10
MAY_PREFER = "notifications.change_preferences"

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
take_in = permission_required("orders.intake_order", raise_exception=True)
prefer = permission_required(MAY_PREFER, raise_exception=True)


@require_safe
@see_backlog
def customers(request: HttpRequest) -> HttpResponse:
    """List customers: who waits, the greatest value first, or all by name."""
    asked = {name: request.GET.get(name, "").strip() for name in ("view", "tier", "sort")}
    try:
        found = lists.read_asked(text=request.GET.get("q", "").strip(), **asked)
        page, rows = lists.customers_page(found, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "customers/refused.html", {"refusal": refusal}, status=400)
    counts = remembered("orders:customer_views", lists.waiting_customers)
    context = {
        "rows": rows,
        "asked": found,
        "tabs": [(key, label, counts.get(key), address(request, view=key)) for key, (label, _) in lists.VIEWS.items()],
        "sorts": [(key, label, address(request, sort=key)) for key, (label, _) in lists.SORTS.items()],
        "sort": found.sort or lists.own_sort(found.view),
        "tiers": Tier.choices,
        "figures_at": lists.figures_at(),
        **page_links(request, page),
    }
    return render_page(request, "customers/list.html", context, fragments={"live": "customers/rows.html"})


@require_safe
@see_backlog
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """Show one customer."""
    return _page(request, _found(code))


@require_POST
@permission_required("orders.see_contact", raise_exception=True)
def change_contact(request: HttpRequest, code: str) -> HttpResponse:
    """Change whom to reach, and how they want to be told."""
    return _change(request, code, "contact_form", ContactForm(request.POST), verbs.change_customer, "contact")


@require_POST
@take_in
def change_standing(request: HttpRequest, code: str) -> HttpResponse:
    """Change name, tier and country; what they wait for is planned anew."""
    return _change(request, code, "standing_form", StandingForm(request.POST), verbs.change_customer, "standing")


@require_POST
@take_in
def change_terms(request: HttpRequest, code: str) -> HttpResponse:
    """Change what orders of the customer ask from now on."""
    return _change(request, code, "terms_form", TermsForm(request.POST), terms.change_customer_terms, "terms")


@require_POST
@prefer
def change_preference(request: HttpRequest, code: str) -> HttpResponse:
    """Keep by which channels a customer is told, and when not."""
    found, form = _found(code), PreferenceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, preference_form=form)
    try:
        preferring.change_preference(found.code, **form.said(), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, found, preference_form=form)
    messages.success(request, f"{found.name}: messages go that way from now on")
    return redirect("orders:customer", found.code)


@require_POST
@prefer
def forget_preference(request: HttpRequest, code: str) -> HttpResponse:
    """Tell a customer as everybody who has chosen nothing."""
    found = _found(code)
    preferring.forget_preference(found.code, actor=request.user, now=timezone.now())
    messages.success(request, f"{found.name} is told as everybody who has chosen nothing")
    return redirect("orders:customer", found.code)


def _change(
    request: HttpRequest, code: str, name: str, form: VersionedForm, verb: Callable[..., Customer], what: str
) -> HttpResponse:
    found = _found(code)
    if not form.is_valid():
        return _page(request, found, **{name: form})
    before = version_of(_kind_of(name), found.code)
    try:
        verb(found.code, **form.cleaned_data, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, _found(code), **{name: form})
    after = version_of(_kind_of(name), found.code)
    undo = f"undo {reverse('orders:setup_undo', args=[after])}" if after != before else ""
    messages.success(request, f"{found.name}: {what} {'kept' if undo else 'as it was'}", extra_tags=undo)
    return redirect("orders:customer", found.code)


def _found(code: str) -> Customer:
    customers = Customer.objects.select_related("terms") if is_plain(code) else Customer.objects.none()
    return get_object_or_404(customers, code=code)


def _kind_of(form: str) -> str:
    return terms.SETUP_KIND if form == "terms_form" else verbs.SETUP_KIND


def _page(request: HttpRequest, customer: Customer, **forms: VersionedForm | PreferenceForm) -> HttpResponse:
    today = timezone.localdate()
    refused = next(iter(forms.values()), None)
    told = how_told(customer)
    may_see_contact = request.user.has_perm("orders.see_contact")
    context: dict[str, Any] = {
        "customer": customer,
        "figures": queries.open_figures(customer.pk, today=today),
        "year_value": queries.year_value(customer.pk),
        "rows": queries.open_orders(customer.pk, today=today),
        "record": promise_record(customer.pk, today=today),
        "closed": list(latest_closed(customer.pk)),
        "messages_sent": queries.latest_messages(customer.code),
        "feedback": queries.latest_feedback(customer.pk),
        "changes": in_words(
            changes_of(verbs.SETUP_KIND, terms.SETUP_KIND, name=customer.code, limit=CHANGES_SHOWN),
            viewer=request.user,
        ),
        "terms": terms.asked_of(getattr(customer, "terms", None)),
        "may_see_contact": may_see_contact,
        "may_prefer": may_see_contact and request.user.has_perm(MAY_PREFER),
        "told": told,
        "preference_form": PreferenceForm(initial=chosen_fields(told.chosen)),
        "may_change": request.user.has_perm("orders.intake_order"),
        "refused": refused,
        **_forms(customer),
        **forms,
    }
    status = refused.status if refused else 200
    return render_page(request, "customers/one.html", context, fragments={"live": "customers/body.html"}, status=status)


def _forms(customer: Customer) -> dict[str, VersionedForm]:
    version = version_of(verbs.SETUP_KIND, customer.code)
    asked = {**terms.asked_of(getattr(customer, "terms", None)), "version": version_of(terms.SETUP_KIND, customer.code)}
    return {
        "contact_form": ContactForm(initial=initial_of(customer, CONTACT, version)),
        "standing_form": StandingForm(initial=initial_of(customer, STANDING, version)),
        "terms_form": TermsForm(initial=asked),
    }
