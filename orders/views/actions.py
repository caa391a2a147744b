"""What people do to an order from its panel or page: parse, one verb, back to where they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kernel.bounds import read_day, whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import render_page
from orders.handling import addressing, attention, lifecycle, picking, shipping
from orders.handling import eta as eta_verbs
from orders.handling.hold_rights import may_release
from orders.handling.mentions import unknown_names
from orders.models import Order, OrderPlan, OrderStatus, Reason
from orders.templatetags.display import day
from orders.views.order_conflicts import news, repeated_fields, seen_version, wishes

P = ParamSpec("P")
REFUSED_IN = {"cell": "orders/cell_refused.html"}
Action = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def action(*permissions: str) -> Callable[[Action[P]], Action[P]]:
    """Guard a POST view of one order: any of ``permissions`` lets in, a refusal becomes a page that says what to do."""

    def decorate(view: Action[P]) -> Action[P]:
        @require_POST
        @wraps(view)
        def guarded(request: HttpRequest, ref: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not any(request.user.has_perm(name) for name in permissions):
                raise PermissionDenied
            get_object_or_404(Order, ref=ref)
            try:
                return view(request, ref, *args, **kwargs)
            except DomainError as refusal:
                return _refused(request, ref, refusal)

        return guarded

    return decorate


@action("orders.hold_order")
def hold(request: HttpRequest, ref: str) -> HttpResponse:
    kind, reason, ends_on = field_of(request, "kind"), field_of(request, "reason"), _end(request)
    lifecycle.hold(ref, kind=kind, reason=reason, ends_on=ends_on, **who(request))
    until = f" until {day(ends_on)}" if ends_on else ""
    undo = "orders:release" if may_release(request.user, kind) else ""
    return done(request, ref, f"{ref} is on hold{until}", undo=undo, again={"kind": kind})


@action("orders.hold_order")
def release(request: HttpRequest, ref: str) -> HttpResponse:
    kind = field_of(request, "kind")
    active = get_object_or_404(Order, ref=ref).holds.filter(released_at__isnull=True)
    held = list(active.filter(kind=kind) if kind else active)
    lifecycle.release(ref, kind=kind or None, **who(request))
    again = _again(kind=held[0].kind, reason=held[0].reason, ends_on=held[0].ends_on) if len(held) == 1 else None
    return done(request, ref, f"{ref} is released", undo="orders:hold" if again else "", again=again)


@action("orders.expedite_order")
def expedite(request: HttpRequest, ref: str) -> HttpResponse:
    before, ends_on = get_object_or_404(Order, ref=ref), _end(request)
    lifecycle.expedite(ref, reason=field_of(request, "reason"), ends_on=ends_on, **who(request))
    text = f"{ref} is expedited{f' until {day(ends_on)}' if ends_on else ''}"
    if not before.is_expedited:
        return done(request, ref, text, undo="orders:unexpedite")
    return done(request, ref, text, undo="orders:expedite", again=_expedited_as(before))


@action("orders.expedite_order")
def unexpedite(request: HttpRequest, ref: str) -> HttpResponse:
    before = get_object_or_404(Order, ref=ref)
    lifecycle.un_expedite(ref, **who(request))
    return done(request, ref, f"{ref} is no longer expedited", undo="orders:expedite", again=_expedited_as(before))


@action("orders.change_eta", "orders.postpone_eta")
def eta(request: HttpRequest, ref: str) -> HttpResponse:
    if "clear" in request.POST:
        eta_verbs.change_eta(ref, eta_on=None, reason=field_of(request, "reason"), **who(request))
        return done(request, ref, f"{ref} follows the plan again", undo="orders:eta_back")
    eta_on = day_of(request, "eta_on")
    eta_verbs.change_eta(ref, eta_on=eta_on, reason=field_of(request, "reason"), **who(request))
    text = f"{ref} is now expected on {eta_on.day} {eta_on:%B}"
    if OrderPlan.objects.filter(order__ref=ref, reason=Reason.READY).exists():
        text += " if it has to wait: all of it is here, and can leave before"
    return done(request, ref, text, undo="orders:eta_back")


@action("orders.change_eta", "orders.postpone_eta")
def eta_back(request: HttpRequest, ref: str) -> HttpResponse:
    order = eta_verbs.take_back_eta(ref, **who(request))
    on = order.eta_by_hand_on
    return done(request, ref, f"{ref} is expected on {on.day} {on:%B} again" if on else f"{ref} follows the plan again")


@action("orders.assign_order")
def assign(request: HttpRequest, ref: str) -> HttpResponse:
    """Give an order to a colleague, or to nobody, unless it has another owner than the form was made with."""
    owner_id, seen = _person(request, "owner"), _person(request, "seen_owner")
    order = attention.assign(ref, owner_id=owner_id, actor=request.user, instead_of=(seen,))
    text = f"{order.owner} looks after {ref}" if order.owner else f"{ref} has no owner"
    again = {"owner": str(seen or ""), "seen_owner": str(owner_id or "")}
    return done(request, ref, text, undo="orders:assign", again=again)


@action("orders.ship_order")
def ship(request: HttpRequest, ref: str) -> HttpResponse:
    lines = None
    if "position" in request.POST:
        lines = [shipping.ShipLine(position=number_of(request, "position"), qty=number_of(request, "qty"))]
    shipment = shipping.ship(ref, lines=lines, **who(request))
    units = sum(line.qty for line in shipment.lines.all())
    return done(request, ref, f"{units:,} units of {ref} shipped")


@action("orders.ship_order")
def pick(request: HttpRequest, ref: str) -> HttpResponse:
    picking.pick(ref, **who(request))
    return done(request, ref, f"{ref} is picked", undo="orders:unpick")


@action("orders.ship_order")
def unpick(request: HttpRequest, ref: str) -> HttpResponse:
    picking.unpick(ref, **who(request))
    return done(request, ref, f"Units of {ref} are put back")


@action("orders.cancel_order")
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    reason = _reason(request)
    if "position" in request.POST:
        position, qty = number_of(request, "position"), number_of(request, "qty")
        lifecycle.cancel_line(ref, position=position, qty=qty, reason=reason, **who(request))
        return done(request, ref, f"{qty:,} units of {ref} cancelled")
    lifecycle.cancel_order(ref, reason=reason, **who(request))
    return done(request, ref, f"{ref} cancelled")


@action("orders.see_contact")
def address(request: HttpRequest, ref: str) -> HttpResponse:
    addressing.correct_address(ref, ship_to=field_of(request, "ship_to"), **who(request))
    return done(request, ref, f"{ref} goes to the new address", undo="orders:restore_address")


@action("orders.see_contact")
def restore_address(request: HttpRequest, ref: str) -> HttpResponse:
    addressing.restore_address(ref, **who(request))
    return done(request, ref, f"{ref} goes to its former address again")


@action("orders.note_order")
def note(request: HttpRequest, ref: str) -> HttpResponse:
    lifecycle.add_note(ref, body=field_of(request, "body"), actor=request.user, now=timezone.now())
    return done(request, ref, _noted(ref, unknown_names(field_of(request, "body"))))


def _noted(ref: str, unknown: Sequence[str]) -> str:
    """Say that a note is kept, and whom it names in vain."""
    nobody = " or ".join(f"@{word}" for word in unknown[:3])
    return f"Note kept on {ref}. Nobody here is called {nobody}." if nobody else f"Note kept on {ref}"


def who(request: HttpRequest) -> dict[str, Any]:
    """Return who acts, when, and on which version of the order; an Undo acts on whatever it is now."""
    version = (
        None if "is_undo" in request.POST else number_of(request, "version") if "version" in request.POST else None
    )
    return {"actor": request.user, "now": timezone.now(), "version": version}


def field_of(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, request.GET.get(name, ""))


def _reason(request: HttpRequest) -> str:
    """Return the reason; a person who takes something away from a customer gives one."""
    reason = field_of(request, "reason").strip()
    if not reason:
        raise Invalid("Say why.", fields={"reason": "A reason is missing."})
    return reason


def number_of(request: HttpRequest, name: str) -> int:
    number = whole_number(field_of(request, name))
    if number is None:
        raise Invalid("Give a whole number.", fields={name: "Give a whole number."})
    return number


def _person(request: HttpRequest, name: str) -> int | None:
    return number_of(request, name) if field_of(request, name) else None


def day_of(request: HttpRequest, name: str) -> date:
    return read_day(field_of(request, name), field=name)


def _end(request: HttpRequest) -> date | None:
    """Return the day on which something is to end by itself, if one is given."""
    return day_of(request, "ends_on") if field_of(request, "ends_on") else None


def _expedited_as(order: Order) -> dict[str, str]:
    return _again(reason=order.expedite_reason, ends_on=order.expedite_ends_on)


def _again(**fields: object) -> dict[str, str]:
    """Return the fields of a form that does something again as it was, without those that say nothing."""
    return {name: str(value) for name, value in fields.items() if value}


def done(
    request: HttpRequest, ref: str, text: str, *, undo: str = "", again: dict[str, str] | None = None
) -> HttpResponse:
    """Say what happened, offer to undo it unless it was an Undo, and go back."""
    url = f"{reverse(undo, args=[ref])}{'?' + urlencode(again) if again else ''}" if undo else ""
    is_offered = url and "is_undo" not in request.POST
    messages.success(request, text, extra_tags=f"undo {url}" if is_offered else "")
    return HttpResponseRedirect(_back(request, ref))


def _back(request: HttpRequest, ref: str) -> str:
    target = field_of(request, "next")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("orders:order", args=[ref])


def _refused(request: HttpRequest, ref: str, refusal: DomainError) -> HttpResponse:
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    revisions = list(order.eta_revisions.select_related("actor").order_by("at", "pk"))
    is_stale = refusal.code == "stale"
    context = {
        "order": order,
        "refusal": refusal,
        "back": _back(request, ref),
        "is_stale": is_stale,
        "wishes": wishes(request, order) if is_stale else [],
        "may_repeat": is_stale and order.status == OrderStatus.OPEN,
        "repeated": repeated_fields(request),
        **news(order, revisions, seen=seen_version(request) if is_stale else None),
    }
    return render_page(request, "orders/order_refused.html", context, fragments=REFUSED_IN, status=refusal.status)
