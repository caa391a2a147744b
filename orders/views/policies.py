"""Priority rules: the versions there are, one version on its screen, what it would do, and one order under it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError
from kernel.pages import render_page
from orders.drafting.differences import differences
from orders.models import Policy, PolicyStatus
from orders.planning.grammar import InvalidPolicyError
from orders.planning.linter import lint
from orders.planning.presets import PRESETS
from orders.queries.policies import held_run, known_values, open_drafts, versions
from orders.rules import policies, policy_drafts
from orders.rules.guarding import guard
from orders.rules.policy_preview import preview
from orders.rules.policy_trial import try_order
from orders.views.policy_screen import Said, make_screen

LATEST_VERSIONS = 8
MOST_STATES = 100  # shown of how a draft came about
WAITING = (PolicyStatus.SUBMITTED, PolicyStatus.RELEASING)
TEXTS = ("customer.zone", "order.channel", "product.category")

see_rules = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see_rules
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, the drafts beside them, and the versions before."""
    policy = versions().get(pk=policies.published().pk)
    context = version_context(request, policy)
    context |= {"drafts": list(open_drafts()), "presets": PRESETS, "is_home": True}
    return render_page(request, "orders/policy.html", context)


@require_safe
@see_rules
def version(request: HttpRequest, version: int) -> HttpResponse:
    """Show one version: a draft with what edits it, any other as it was."""
    policy = find(version)
    return render_page(request, "orders/policy.html", version_context(request, policy))


@require_safe
@permission_required("orders.edit_policy", raise_exception=True)
def version_preview(request: HttpRequest, version: int) -> HttpResponse:
    """Show what a version would do to the backlog if it came in force now."""
    policy = find(version)
    context: dict[str, Any] = {"policy": policy}
    try:
        context["preview"] = preview(policy.pk, now=timezone.now())
    except DomainError as refusal:
        context["refusal"] = refusal
    fragments = {"preview": "orders/policy_preview.html"}
    return render_page(request, "orders/policy_preview_page.html", context, fragments=fragments)


@require_safe
@permission_required("orders.edit_policy", raise_exception=True)
def version_trial(request: HttpRequest, version: int) -> HttpResponse:
    """Show one order's points and place under a version, beside those by the rules in force."""
    policy, ref = find(version), request.GET.get("ref", "").strip()
    context: dict[str, Any] = {"policy": policy, "ref": ref, "is_live": policy.status == PolicyStatus.PUBLISHED}
    try:
        context["trial"] = try_order(policy.pk, ref, now=timezone.now()) if ref else None
    except DomainError as refusal:
        context["refusal"] = refusal
    fragments = {"trial": "orders/policy_trial.html"}
    status = context["refusal"].status if "refusal" in context else 200
    return render_page(request, "orders/policy_trial_page.html", context, fragments=fragments, status=status)


@require_safe
@see_rules
def version_changes(request: HttpRequest, version: int) -> HttpResponse:
    """Show what a version changes against another, and the states that it went through."""
    policy = find(version)
    other = _other(request, policy)
    states = policy_drafts.revisions(policy)
    steps = [
        (newer, policy_drafts.changes_between(older, newer)) for newer, older in pairwise(states[: MOST_STATES + 1])
    ]
    context = {
        "policy": policy,
        "other": other,
        "others": list(versions().exclude(pk=policy.pk)[: LATEST_VERSIONS * 4]),
        "since": differences(other.rules, policy.rules) if other else [],
        "steps": steps,
        "first": states[-1] if states else None,
        "is_cut": len(steps) < len(states) - 1,
        "may_edit": _may_edit(request, policy),
    }
    return render_page(request, "orders/policy_changes.html", context)


def _back_to(policy: Policy) -> Policy | None:
    """Return the version that one press puts in force again: itself if archived, of that in force the one before."""
    if policy.status != PolicyStatus.PUBLISHED:
        return policy if policy.status == PolicyStatus.ARCHIVED else None
    before = Policy.objects.filter(status=PolicyStatus.ARCHIVED, published_at__isnull=False)
    return before.order_by("-published_at", "-version").first()


def find(version: int) -> Policy:
    """Return a version with its people, or answer 404."""
    policy = versions().filter(version=version).first()
    if policy is None:
        raise Http404(f"There is no version {version} of the rules.")
    return policy


def version_context(
    request: HttpRequest,
    policy: Policy,
    *,
    document: dict[str, Any] | None = None,
    problems: dict[str, str] | None = None,
    opened: str | None = None,
) -> dict[str, Any]:
    """Return what the screen of a version needs. ``document`` is shown instead of its rules, with its ``problems``."""
    live = policies.published()
    shown = policy.rules if document is None else document
    opened = request.GET.get("open", "") if opened is None else opened
    since = differences(live.rules, policy.rules) if policy.pk != live.pk else []
    said = Said(problems or {}, _findings(shown), since, known_values(TEXTS))
    latest = list(versions().exclude(status=PolicyStatus.DISCARDED)[:LATEST_VERSIONS])
    return {
        "policy": policy,
        "live": live,
        "screen": make_screen(shown, opened=opened, said=said),
        "opened": opened,
        "since": since,
        "is_draft": policy.status == PolicyStatus.DRAFT,
        "may_edit": _may_edit(request, policy),
        "guard": guard(),
        "held": held_run(policy) if policy.status == PolicyStatus.RELEASING else None,
        "waiting": list(versions().filter(status__in=WAITING)),
        "latest": latest,
        "back_to": _back_to(policy),
        "is_expert": "json" in request.GET or "document" in request.POST,
        "document": request.POST.get("document") or json.dumps(shown, indent=2, ensure_ascii=False),
    }


def _may_edit(request: HttpRequest, policy: Policy) -> bool:
    return policy.status == PolicyStatus.DRAFT and request.user.has_perm("orders.edit_policy")


def _findings(document: dict[str, Any]) -> list[Any]:
    try:
        return lint(document)
    except InvalidPolicyError:
        return []


def _other(request: HttpRequest, policy: Policy) -> Policy | None:
    """Return the version to compare with: the one named, else what this is based on, else the one in force before."""
    named = whole_number(request.GET.get("with", ""))
    if named is not None:
        return find(named)
    if policy.based_on is not None:
        return policy.based_on
    earlier = versions().filter(version__lt=policy.version, published_at__isnull=False)
    return earlier.order_by("-published_at").first()
