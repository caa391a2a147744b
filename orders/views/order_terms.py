"""What an order asks of its delivery: how it ships, not too little at a time, not from too many places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from kernel.errors import Invalid
from orders.handling.terms import asked_of, change_order_terms
from orders.models import Order
from orders.views.actions import action, done, who
from orders.views.customer_forms import OrderTermsForm

NAMES = ("ship_policy", "substitutes", "order_fills", "line_fills", "fill_by", "max_sources")


def terms_form(order: Order) -> OrderTermsForm:
    """Return the form as the order is."""
    return OrderTermsForm(initial=_now(order))


@action("orders.intake_order")
def change_terms(request: HttpRequest, ref: str) -> HttpResponse:
    """Change an order's terms. An Undo carries the former ones in its address."""
    form = OrderTermsForm(request.POST if "ship_policy" in request.POST else request.GET)
    if not form.is_valid():
        wrong = {str(form[name].label): str(errors[0]) for name, errors in form.errors.items()}
        raise Invalid("Correct the terms.", fields={name: f"{name}: {text}" for name, text in wrong.items()})
    before = _now(get_object_or_404(Order, ref=ref))
    change_order_terms(ref, **{name: form.cleaned_data[name] for name in NAMES}, **who(request))
    again = {name: ", ".join(map(str, was)) if isinstance(was, list) else str(was) for name, was in before.items()}
    return done(request, ref, f"Terms of {ref} are changed", undo="orders:order_terms", again=again)


def _now(order: Order) -> dict[str, Any]:
    return {
        "ship_policy": order.ship_policy,
        "substitutes": order.substitutes,
        **asked_of(getattr(order, "terms", None)),
    }
