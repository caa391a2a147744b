"""The door for the mail provider's reports of what became of mails."""

from __future__ import annotations

from typing import Any, Protocol

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.channels.events import hear, report_of

MAX_EVENTS = 5000


class Reader(Protocol):
    """What anymail has for each provider: proves that a report is the provider's, and reads it."""

    def run_validators(self, request: HttpRequest) -> None: ...

    def parse_events(self, request: HttpRequest) -> list[Any]: ...


@csrf_exempt  # a provider posts; the secret, and where it has one its signature, is the proof
@login_not_required
@require_http_methods(["HEAD", "POST"])  # some ask by HEAD whether anybody is there
def take_mail_events(request: HttpRequest) -> HttpResponse:
    """Hear what the provider of settings.EMAIL_PROVIDER reports; 404 without one or without a secret, 403 without the
    proof, 400 for what is no report."""
    view = _view_of(settings.EMAIL_PROVIDER)
    if view is None or not settings.EMAIL_HOOK_SECRET:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse("Not proved.", status=403, content_type="text/plain")
    now = timezone.now()
    try:
        reports = [report_of(event, now=now) for event in view.parse_events(request)[:MAX_EVENTS]]
    except (ValueError, KeyError, TypeError, AttributeError, AnymailWebhookValidationFailure):
        return HttpResponse("Not a report.", status=400, content_type="text/plain")
    hear(reports, now=now)
    return HttpResponse()


def _view_of(provider: str) -> Reader | None:
    """Return anymail's reader of a provider's reports, None where there is none."""
    for path in (f"/{provider}/tracking/", f"/{provider}/"):
        try:
            view: Any = resolve(path, urlconf="anymail.urls").func
        except Resolver404:
            continue
        reader: Reader = view.view_class()
        return reader
    return None
