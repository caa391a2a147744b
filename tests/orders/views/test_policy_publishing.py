"""How rules come in force from their screen: with a second person, and past the guard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from backlog.accounts.models import User
from orders.models import PlanRun, PlanRunStatus, Policy, PolicyStatus
from orders.planning.presets import FIFO
from orders.rules import guarding, policies, policy_drafts
from tests.factories import NOW
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def author() -> User:
    return make_user("ops")


@pytest.fixture
def draft(author: User) -> Policy:
    return policy_drafts.start(based_on=None, rules=FIFO, actor=author, now=NOW)


def set_guard(**limits: int | bool) -> None:
    guarding.change_guard(changes=limits, actor=None)


def state(draft: Policy) -> str:
    draft.refresh_from_db()
    return draft.status


def test_with_four_eyes_the_author_submits_and_another_approves(sign_in: SignIn, author: User, draft: Policy) -> None:
    set_guard(four_eyes=True)
    url = f"/rules/{draft.version}/"
    client = sign_in(user=author)

    assert "Request approval of" in client.get(url).content.decode()
    client.post(f"{url}submit/", {"note": "Fairer"})
    assert state(draft) == PolicyStatus.SUBMITTED
    assert client.post(f"{url}edit/", {"do": "strategy:priority"}).status_code == 409

    page = sign_in("admin").get("/rules/").content.decode()
    assert "waits for approval" in page
    approved = client.post(f"{url}approve/", {"note": "Agreed"})
    assert approved.headers["Location"] == "/rules/"
    assert policies.published().pk == draft.pk


def test_one_press_rolls_back_from_the_rules_in_force_and_from_those_before(sign_in: SignIn, draft: Policy) -> None:
    before = policies.published()
    client = sign_in("admin")
    client.post(f"/rules/{draft.version}/publish/", {"note": "Fairer"})
    back = f"/rules/{before.version}/rollback/"

    for path in ("/rules/", f"/rules/{before.version}/"):
        page = client.get(path).content.decode()
        assert f"Roll back to v{before.version}" in page.partition("</header>")[0]
        assert f'action="{back}"' in page.partition("</header>")[0]
    assert back not in sign_in("ops").get("/rules/").content.decode()
    assert client.post(back).status_code == 403
    sign_in("admin").post(back)

    assert policies.published().pk == before.pk


def test_drafts_hide_neither_the_way_back_nor_each_other(sign_in: SignIn, draft: Policy) -> None:
    client, first = sign_in("admin"), policies.published()
    policies.publish(draft.pk, actor=None, now=NOW)
    for _ in range(20):
        client.post("/rules/start/")

    page = client.get("/rules/").content.decode()

    assert f'action="/rules/{first.version}/rollback/"' in page
    assert "20 drafts in work" in page
    assert "17 more, edited before" in page


def test_who_wrote_the_rules_does_not_approve_them(sign_in: SignIn) -> None:
    admin = make_user("admin")
    draft = policy_drafts.start(based_on=None, rules=FIFO, actor=admin, now=NOW)
    set_guard(four_eyes=True)
    client = sign_in(user=admin)

    assert client.post(f"/rules/{draft.version}/publish/").status_code == 409
    client.post(f"/rules/{draft.version}/submit/")
    refused = client.post(f"/rules/{draft.version}/approve/")

    assert refused.status_code == 409
    assert "a second person" in refused.content.decode()
    assert state(draft) == PolicyStatus.SUBMITTED


def test_what_was_submitted_is_taken_back_to_be_edited(sign_in: SignIn, author: User, draft: Policy) -> None:
    set_guard(four_eyes=True)
    client = sign_in(user=author)
    client.post(f"/rules/{draft.version}/submit/")

    assert sign_in("ops").post(f"/rules/{draft.version}/send-back/").status_code == 403
    sign_in(user=author).post(f"/rules/{draft.version}/send-back/", {"is_undo": "1"})

    assert state(draft) == PolicyStatus.DRAFT


def test_a_held_plan_is_shown_with_why_and_released_or_withdrawn(sign_in: SignIn, draft: Policy) -> None:
    set_guard(messages=10)
    client = sign_in("admin")
    url = f"/rules/{draft.version}/"
    client.post(f"{url}publish/")
    assert state(draft) == PolicyStatus.RELEASING
    assert "being made and judged" in client.get(url).content.decode()
    assert client.post(f"{url}withdraw/").status_code == 409

    words = "120 messages would go out; 10 may."
    PlanRun.objects.filter(policy=draft).update(
        status=PlanRunStatus.HELD, verdict={"breaches": [{"words": words}], "figures": {"messages": 120}}
    )
    assert words in client.get(url).content.decode()
    assert client.post(f"{url}release/").status_code == 409  # say why
    client.post(f"{url}withdraw/")

    assert state(draft) == PolicyStatus.DRAFT


def test_the_guard_is_set_by_an_administrator_alone(sign_in: SignIn) -> None:
    client = sign_in("admin")

    assert client.post("/rules/guard/", {"slipped_orders": "many"}).status_code == 422
    client.post("/rules/guard/", {"slipped_orders": "50", "four_eyes": "on"})

    limits = guarding.guard()
    assert (limits.slipped_orders, limits.messages, limits.four_eyes) == (50, None, True)
    assert "50" in client.get("/rules/").content.decode()
    assert sign_in("ops").get("/rules/guard/").status_code == 403
