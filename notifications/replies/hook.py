"""The door for mail providers and mail servers that push what arrives: the raw mail, with a secret."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.replies.keeping import keep_reply


@csrf_exempt  # no browser posts here; the secret is the proof
@require_POST
@login_not_required
def take_mail(request: HttpRequest) -> HttpResponse:
    """Keep the body, a mail as it is (message/rfc822). Posting it twice keeps it once."""
    if not settings.REPLIES_HOOK_SECRET:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.REPLIES_HOOK_SECRET}"):
        return HttpResponse("Send the secret as Authorization: Bearer …\n", status=401, content_type="text/plain")
    try:
        raw = request.body
    except RequestDataTooBig:
        return HttpResponse("The mail is too large.\n", status=413, content_type="text/plain")
    if not raw.strip():
        return HttpResponse("Send the mail as the body.\n", status=400, content_type="text/plain")
    is_new = keep_reply(raw, now=timezone.now())
    return HttpResponse(status=201 if is_new else 200)
