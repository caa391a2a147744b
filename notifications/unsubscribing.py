"""No more mails to an address, by the key in the mail's List-Unsubscribe header (RFC 8058) or on its page."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kernel.transactions import entry_verb
from notifications.access import opened_by_key
from notifications.delivering.known import closed_among
from notifications.models import Channel, Link, LinkPurpose, Suppression
from notifications.models.suppression import BY_CUSTOMER


@entry_verb
def unsubscribe(address: str, *, now: datetime) -> None:
    """Close an address at its owner's wish. Closed already, it stays closed, and for the reason it had."""
    row = Suppression(channel=Channel.EMAIL, recipient=address, reason=BY_CUSTOMER, created_at=now)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


@entry_verb
def subscribe_again(address: str) -> None:
    """Open an address that its owner closed; one that bounced stays closed."""
    Suppression.objects.filter(channel=Channel.EMAIL, recipient__iexact=address, reason=BY_CUSTOMER).delete()


@csrf_exempt  # mail programs post without a page before; the key is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key(LinkPurpose.UNSUBSCRIBE)
def unsubscribe_page(request: HttpRequest, link: Link) -> HttpResponse:
    """Show whether the address gets mails, and let its owner change it. A GET, such as a scanner's, changes nothing."""
    if request.method == "POST":
        if "again" in request.POST:
            subscribe_again(link.subject)
        else:
            unsubscribe(link.subject, now=timezone.now())
    reason = closed_among([(Channel.EMAIL, link.subject)]).get((Channel.EMAIL, link.subject.lower()), "")
    context = {"address": link.subject, "is_closed": bool(reason), "may_open": reason == BY_CUSTOMER}
    return render(request, "customer/unsubscribe.html", context)
