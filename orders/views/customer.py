"""The customer's own page of an order: opened by the key in a mail, kept open by a short cookie of that page alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import time
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid
from kernel.zones import zone_choices
from notifications.access import no_such_link, opened_by_key
from notifications.delivering.quiet import zone_of
from notifications.links import make_links, revoke_links, still_opens
from notifications.models import Link, LinkPurpose
from notifications.texts.spoken import speak, spoken_now
from orders.dialogue import customer_choices, customer_wishes
from orders.dialogue import feedback as feedback_verbs
from orders.dialogue.customer_choices import Sent
from orders.models import ChoiceKind, FeedbackReason, Order
from orders.queries.customer_order import customer_order

COOKIE = "order-key"
COOKIE_SECONDS = 3600
DONE = {
    ChoiceKind.WAIT: _("Thank you. We keep your order as it is and tell you when it leaves."),
    ChoiceKind.SEND_READY: _("Thank you. What is ready leaves next."),
    ChoiceKind.TOGETHER: _("Thank you. We keep your order together."),
    ChoiceKind.SUBSTITUTE: _("Thank you. We send that instead."),
    ChoiceKind.CANCEL: _("Cancelled, as you wished."),
    ChoiceKind.CANCEL_REST: _("Cancelled, as you wished. What is ready leaves next."),
    ChoiceKind.ADDRESS: _("Thank you. We send your order to the new address."),
    ChoiceKind.CONTACT: _("Thank you. We ask for you there."),
    "feedback": _("Thank you for telling us."),
    "wishes": _("Thank you. We write to you like that from now on."),
}
FACES = (
    (1, "angry", _("Very bad")),
    (2, "frown", _("Bad")),
    (3, "meh", _("Fair")),
    (4, "smile", _("Good")),
    (5, "laugh", _("Very good")),
)

OrderPage = Callable[[HttpRequest, Order], HttpResponse]


@require_safe
@never_cache
@opened_by_key(LinkPurpose.ORDER)
def open_order(request: HttpRequest, link: Link) -> HttpResponse:
    """Swap the key for a cookie and go to an address without it, which may be shown, shared and bookmarked."""
    url = reverse("orders:my_order", args=[link.subject])
    response = HttpResponseRedirect(url)
    response.set_cookie(
        COOKIE,
        signing.dumps(link.pk, salt=COOKIE),
        max_age=COOKIE_SECONDS,
        path=url,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@permission_required("notifications.send_message", raise_exception=True)
def make_link(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a colleague a link to the customer's page, to send by another way or to look at it with their eyes."""
    order = get_object_or_404(Order, ref=ref)
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    url = settings.BASE_URL + reverse("orders:open_order", args=[key])
    messages.success(request, f"Link to the page of {order.ref}: {url}")
    return redirect("orders:order", order.ref)


@require_POST
@permission_required("notifications.send_message", raise_exception=True)
def stop_links(request: HttpRequest, ref: str) -> HttpResponse:
    """Make every link to the customer's page worthless, those in mails too, such as after one was passed on."""
    order = get_object_or_404(Order, ref=ref)
    stopped = revoke_links(LinkPurpose.ORDER, order.ref, now=timezone.now())
    words = f"{stopped} link{'' if stopped == 1 else 's'} to the page of {order.ref} no longer open it."
    messages.success(request, words if stopped else f"No link opens the page of {order.ref}.")
    return redirect("orders:order", order.ref)


def own_order(view: OrderPage) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a view the order that the visitor's cookie opens, in the customer's language; without one, answer as to a
    key that opens nothing."""

    @wraps(view)
    def opened(request: HttpRequest, ref: str) -> HttpResponse:
        order = _opened_by_cookie(request, ref)
        if order is None:
            return speak(request, lambda: no_such_link(request))
        return speak(request, lambda: view(request, order), preferred=order.customer.language)

    return login_not_required(opened)


def _opened_by_cookie(request: HttpRequest, ref: str) -> Order | None:
    try:
        link_id = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return None
    link = still_opens(link_id, LinkPurpose.ORDER, now=timezone.now())
    if link is None or link.subject != ref:
        return None
    return Order.objects.select_related("customer").filter(ref=ref).first()


@require_safe
@never_cache
@own_order
def my_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Show the order and what its customer may choose."""
    return _page(request, order, done=str(DONE.get(request.GET.get("done", ""), "")))


@require_POST
@own_order
def choose(request: HttpRequest, order: Order) -> HttpResponse:
    """Do what the customer chose, once, and show the order as it is then."""
    kind = request.POST.get("kind", "")
    try:
        _choose(order.ref, kind, request)
    except DomainError as refusal:
        order.refresh_from_db()
        return _page(request, order, refusal=refusal, status=refusal.status)
    return _back(order, kind)


@require_POST
@own_order
def give_feedback(request: HttpRequest, order: Order) -> HttpResponse:
    """Keep how the customer finds our handling."""
    rating = request.POST.get("rating", "")
    try:
        feedback_verbs.give_feedback(
            order.ref,
            rating=int(rating) if rating in {"1", "2", "3", "4", "5"} else 0,
            reasons=request.POST.getlist("reasons"),
            comment=request.POST.get("comment", ""),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, order, refusal=refusal, status=refusal.status)
    return _back(order, "feedback")


@require_POST
@own_order
def wish(request: HttpRequest, order: Order) -> HttpResponse:
    """Keep how the customer wants to hear from us."""
    said = request.POST
    try:
        customer_wishes.wish_to_be_told(
            order.customer.code,
            channel=said.get("channel", ""),
            sms_to=said.get("sms_to", "").strip(),
            language=said.get("language", ""),
            zone=said.get("zone", ""),
            quiet_from=_clock(said.get("quiet_from", "")),
            quiet_to=_clock(said.get("quiet_to", "")),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, order, refusal=refusal, status=refusal.status)
    return _back(order, "wishes")


def _clock(text: str) -> time | None:
    """Return the time that a form names, None for none."""
    try:
        return parse_time(text) if text else None
    except ValueError:
        wrong = gettext("Give a time such as 21:00.")
        raise Invalid(wrong) from None


def _choose(ref: str, kind: str, request: HttpRequest) -> None:
    now, said = timezone.now(), request.POST
    sent = Sent(_number(said.get("version", "")), _digest(said))
    match kind:
        case ChoiceKind.CANCEL:
            positions = [_number(text) for text in said.getlist("position")]
            customer_choices.cancel_items(ref, positions=positions, sent=sent, now=now)
        case ChoiceKind.CANCEL_REST:
            customer_choices.cancel_rest(ref, ready=_number(said.get("ready", "")), sent=sent, now=now)
        case ChoiceKind.SUBSTITUTE:
            position, qty = _number(said.get("position", "")), _number(said.get("qty", ""))
            customer_choices.take_substitute(
                ref, position=position, sku=said.get("sku", ""), qty=qty, sent=sent, now=now
            )
        case ChoiceKind.ADDRESS:
            customer_choices.change_address(ref, ship_to=said.get("ship_to", ""), sent=sent, now=now)
        case ChoiceKind.CONTACT:
            name, phone = said.get("contact_name", ""), said.get("phone", "")
            customer_choices.change_contact(ref, contact_name=name, phone=phone, sent=sent, now=now)
        case _:
            notice_id = _number(said["notice"]) if said.get("notice") else None
            customer_choices.choose_shipping(ref, kind=kind, sent=sent, notice_id=notice_id, now=now)


def _digest(said: QueryDict) -> str:
    """Return what tells this form from any other: everything that it says, but for the token that every page has."""
    fields = sorted((name, values) for name, values in said.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise Invalid(gettext("Open your order again and choose there."))
    return number


def _back(order: Order, done: str) -> HttpResponse:
    return redirect(f"{reverse('orders:my_order', args=[order.ref])}?done={done}")


def _page(
    request: HttpRequest, order: Order, *, done: str = "", refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    """Show the order, with a refusal in the customer's words: the verbs of this page refuse in no others."""
    today, spoken = timezone.localdate(), spoken_now()
    with timezone.override(zone_of(order.customer.zone)):
        mine = customer_order(order, today=today, spoken=spoken)
        context = {
            "mine": mine,
            "answer_by": spoken.day(mine.notice.answer_by_on, today=today) if mine.notice else "",
            "here": reverse("orders:my_order", args=[order.ref]),
            "done": done,
            "refusal": refusal.detail if refusal else "",
            "said": request.POST,
            "reasons": FeedbackReason.choices,
            "wishes": customer_wishes.wishes_of(order.customer),
            "zones": zone_choices(order.customer.zone),
            "faces": FACES,
        }
        return render(request, "customer/order.html", context, status=status)
