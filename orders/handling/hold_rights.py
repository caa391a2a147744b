"""Who may release which kind of hold: rights of the roles, which admins hand out and a migration leaves alone.

Locks: the roles. Who may hold orders at all may release every kind, until an admin says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import Group, Permission

from inventory.setup_history import check_version, record_change
from kernel.errors import Forbidden, Invalid
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.outbox import record_fact
from orders.models import HoldKind

SETUP_KIND = "hold_rights"
SETUP_NAME = "holds"
Rights = dict[str, list[str]]  # by kind of hold: the roles that may release it


def may_release(actor: Actor | None, kind: str) -> bool:
    """Tell whether somebody may release holds of a kind; the system, whose end was set by a person, always may."""
    return actor is None or actor.has_perm(f"orders.release_{kind}_hold")


def is_open_to_all(kind: str) -> bool:
    """Tell whether all who may hold orders release holds of a kind; two queries."""
    return set(roles()) <= set(rights()[kind])


def may_settle(actor: Actor | None, kind: str) -> bool:
    """Tell whether doing what a hold waits for releases it: by whoever does it, until admins narrow who may."""
    return may_release(actor, kind) or is_open_to_all(kind)


def kept_from(actor: Actor | None, kinds: Iterable[str]) -> list[str]:
    """Return those of the kinds that the actor may not release."""
    return sorted(kind for kind in kinds if not may_release(actor, kind))


def refuse_release(actor: Actor | None, kinds: Iterable[str]) -> None:
    """Raise Forbidden, naming who may, where the actor may not release all of the kinds."""
    if words := who_releases(kept_from(actor, kinds)):
        raise Forbidden(" ".join(words.values()), code="not_yours_to_release")


def who_releases(kinds: Collection[str]) -> dict[str, str]:
    """Say of each kind which roles release it; one query, none for no kinds."""
    by_kind = rights() if kinds else {}
    return {kind: f"{HoldKind(kind).label} holds are released by {_either(by_kind[kind])} only." for kind in kinds}


def roles() -> list[str]:
    """Return the roles that may hold orders, to which rights are handed out."""
    found = Group.objects.filter(permissions__codename="hold_order", permissions__content_type__app_label="orders")
    return list(found.order_by("pk").values_list("name", flat=True))


def rights() -> Rights:
    """Return who may release what; one query."""
    held = Group.objects.filter(permissions__in=_permissions()).order_by("pk")
    by_kind: Rights = {kind: [] for kind in HoldKind.values}
    for name, codename in held.values_list("name", "permissions__codename"):
        if codename in _KIND_OF:
            by_kind[_KIND_OF[codename]].append(name)
    return by_kind


@entry_verb
def change_hold_rights(
    given: Mapping[str, Collection[str]], *, actor: Actor | None, now: datetime, version: int | None = None
) -> Rights:
    """Set which roles release the kinds of hold that are given; the others stay. Holds that are placed stay, too.

    Raises Invalid for a role that may not hold orders, or a kind that nobody could release; Conflict where somebody
    changed the rights since ``version``.
    """
    groups = {group.name: group for group in Group.objects.select_for_update(no_key=True).order_by("pk")}
    check_version(SETUP_KIND, SETUP_NAME, version)
    known = roles()
    _check(given, known)
    before = rights()
    after: Rights = before | {kind: [role for role in known if role in chosen] for kind, chosen in given.items()}
    permissions = {_KIND_OF[permission.codename]: permission for permission in _permissions()}
    for role in known:
        mine = [permissions[kind] for kind, holders in after.items() if role in holders]
        groups[role].permissions.remove(*permissions.values())
        groups[role].permissions.add(*mine)
    record_change(SETUP_KIND, SETUP_NAME, before=before, after=after, actor=actor, now=now)
    record_fact(
        "orders.hold_rights_changed",
        payload={"rights": after, "actor": key_of(actor)},
        dedupe_key=f"hold_rights:{now.isoformat()}",
        now=now,
    )
    return after


_KIND_OF = {f"release_{kind}_hold": kind for kind in HoldKind.values}


def _permissions() -> Iterable[Permission]:
    return Permission.objects.filter(content_type__app_label="orders", codename__in=_KIND_OF)


def _check(given: Mapping[str, Collection[str]], known: Collection[str]) -> None:
    wrong: dict[str, str] = {}
    for kind, chosen in given.items():
        if kind not in HoldKind.values:
            wrong[kind] = f"There is no such kind of hold. Choose one of: {', '.join(HoldKind.values)}."
        elif not chosen:
            wrong[kind] = f"{HoldKind(kind).label}: leave at least one role, or nobody could release such a hold."
        elif strange := sorted(set(chosen) - set(known)):
            wrong[kind] = f"{', '.join(strange)[:80]}: not a role that may hold orders. Choose of: {', '.join(known)}."
    if wrong:
        raise Invalid("Correct what is marked; nothing was changed.", fields=wrong)


def _either(names: Collection[str]) -> str:
    return " or ".join(names) or "nobody"
