"""What people do on the screen of priority rules: parse, one verb, back to the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import is_partial, render_page
from orders.drafting.edits import SECTIONS, Edit, EditError, apply, entries_of
from orders.models import Policy
from orders.planning.presets import PRESETS
from orders.rules import policy_drafts
from orders.views.policies import find, version_context

View = Callable[[HttpRequest, Policy], HttpResponse]
CHANGED = "rules-changed"  # what the preview listens for
MOST_FIELDS = 2000
_ASIDE = ("csrfmiddlewaretoken", "do", "section", "entry", "revision", "open")


def action(permission: str) -> Callable[[View], Callable[[HttpRequest, int], HttpResponse]]:
    """Guard a POST view of one version; a refusal becomes the screen with what is wrong on it."""

    def decorate(view: View) -> Callable[[HttpRequest, int], HttpResponse]:
        @require_POST
        @wraps(view)
        def guarded(request: HttpRequest, version: int) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            policy = find(version)
            try:
                return view(request, policy)
            except DomainError as refusal:
                return _refused(request, refusal, policy)

        return guarded

    return decorate


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a version, a preset, or the rules in force."""
    if not request.user.has_perm("orders.edit_policy"):
        raise PermissionDenied
    preset, based_on = request.POST.get("preset", ""), _number(request, "based_on")
    if preset and preset not in PRESETS:
        raise PermissionDenied("There is no such preset.")
    source = find(based_on).pk if based_on is not None else None
    draft = policy_drafts.start(
        based_on=source, rules=PRESETS[preset] if preset else None, actor=request.user, now=timezone.now()
    )
    messages.success(request, f"Draft v{draft.version} begun")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[draft.version]))


@action("orders.edit_policy")
def edit(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Make one edit of the draft; the form's other fields are saved with it."""
    what = _edit_of(request)
    try:
        changed = policy_drafts.edit(policy.pk, what, revision=_number(request, "revision"), **_who(request))
    except Invalid as refusal:
        return _wrong(request, policy, what, refusal)
    return _saved(request, changed, opened=_opened(request, what, policy, changed))


@action("orders.edit_policy")
def document(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Replace the whole document by one written as JSON."""
    try:
        rules = json.loads(request.POST.get("document", ""))
    except (ValueError, RecursionError) as error:
        raise Invalid("This is no JSON.", fields={"document": str(error)[:200]}) from error
    if not isinstance(rules, dict):
        raise Invalid("The rules must be an object.", fields={"document": "must be an object"})
    changed = policy_drafts.change(policy.pk, rules=rules, revision=_number(request, "revision"), **_who(request))
    return _saved(request, changed, opened="", query="?json")


@action("orders.edit_policy")
def rename(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Give the draft another name or note."""
    name, note = request.POST.get("name"), request.POST.get("note")
    changed = policy_drafts.change(
        policy.pk, name=name, note=note, revision=_number(request, "revision"), **_who(request)
    )
    return _saved(request, changed, opened=request.POST.get("open", ""))


@action("orders.edit_policy")
def go_back(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Put the draft back to an earlier state of its own; without one named, take the last change back."""
    to, revision = _number(request, "to"), _number(request, "revision")
    if to is None:
        changed = policy_drafts.undo(policy.pk, revision=revision, **_who(request))
    else:
        changed = policy_drafts.go_back(policy.pk, to=to, revision=revision, **_who(request))
    return _saved(request, changed, opened=request.POST.get("open", ""))


@action("orders.edit_policy")
def discard(request: HttpRequest, policy: Policy) -> HttpResponse:
    policy_drafts.discard(policy.pk, **_who(request))
    undo = reverse("orders:rules_restore", args=[policy.version])
    messages.success(request, f"Draft v{policy.version} put away", extra_tags=f"undo {undo}")
    return HttpResponseRedirect(reverse("orders:rules"))


@action("orders.edit_policy")
def restore(request: HttpRequest, policy: Policy) -> HttpResponse:
    policy_drafts.restore(policy.pk, **_who(request))
    messages.success(request, f"Draft v{policy.version} is back")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))


def _edit_of(request: HttpRequest) -> Edit:
    verb, _, argument = request.POST.get("do", "save").partition(":")
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in _ASIDE}
    if "argument" in fields:
        argument = argument or fields.pop("argument")[0]
    has_form = "label" in fields or verb in ("forecast", "safeguards")
    section, entry = request.POST.get("section", ""), request.POST.get("entry", "")
    return Edit(verb or "save", argument, section, entry, fields if has_form else {})


def _opened(request: HttpRequest, what: Edit, before: Policy, after: Policy) -> str:
    """Return which entry to show open: a new one, or the one that was."""
    opened = request.POST.get("open", "")
    if what.action not in ("add", "copy", "divide"):
        return opened
    for section in {what.section, what.argument} & set(SECTIONS):
        old = {entry["id"] for entry in entries_of(before.rules, section)}
        for entry in entries_of(after.rules, section):
            if entry["id"] not in old:
                return f"{section}.{entry['id']}"
    return opened


def _saved(request: HttpRequest, policy: Policy, *, opened: str, query: str = "") -> HttpResponse:
    """Show the draft as it is now: in place, or by going to its page."""
    url = reverse("orders:rules_version", args=[policy.version])
    target = query or (f"?open={opened}" if opened else "")
    if not is_partial(request):
        return HttpResponseRedirect(url + target)
    context = version_context(request, find(policy.version), opened=opened) | {"is_expert": query == "?json"}
    response = render_page(request, "orders/policy.html", context)
    response["HX-Trigger"] = CHANGED
    del response["HX-Push-Url"]
    response["HX-Replace-Url"] = url + target
    return response


def _wrong(request: HttpRequest, policy: Policy, what: Edit, refusal: Invalid) -> HttpResponse:
    """Show the draft with the edit as it was typed, and what is wrong beside it; nothing was saved."""
    try:
        attempted = apply(policy.rules, what)
    except EditError:
        return _refused(request, refusal, policy)
    opened = request.POST.get("open", "")
    context = version_context(request, policy, document=attempted, problems=refusal.fields, opened=opened)
    context |= {"is_wrong": True, "document": json.dumps(policy.rules, indent=2, ensure_ascii=False)}
    return render_page(request, "orders/policy.html", context, status=refusal.status)


def _refused(request: HttpRequest, refusal: DomainError, policy: Policy) -> HttpResponse:
    """Show the version as it is now, with why the action was refused; a stale edit can be done on top of it."""
    context = version_context(request, find(policy.version), opened=request.POST.get("open", ""))
    again = []
    if refusal.code == "stale":
        again = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
        again = [(name, value) for name, value in again if name not in ("csrfmiddlewaretoken", "revision")]
    context |= {"refusal": refusal, "again": again[:MOST_FIELDS], "again_url": request.path}
    return render_page(request, "orders/policy.html", context, status=refusal.status)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "now": timezone.now()}


def _number(request: HttpRequest, name: str) -> int | None:
    return whole_number(request.POST.get(name, ""))
