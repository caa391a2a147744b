"""``bin/manage api``: the whole API from the command line, as a colleague and by their role."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.models import Policy, PolicyStatus
from orders.planning.presets import BALANCED_PRIORITY
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db


def ask(email: str, method: str, path: str, **options: Any) -> Any:
    out = StringIO()
    call_command("api", email, method, path, stdout=out, **options)
    return json.loads(out.getvalue()) if out.getvalue().strip() else None


@pytest.fixture
def admin() -> str:
    return make_user("admin").email


def draft(folder: Path, **changes: Any) -> Path:
    file = folder / "draft.json"
    file.write_text(json.dumps({"name": "Ours", "rules": {**BALANCED_PRIORITY, **changes}}), encoding="utf-8")
    return file


def test_what_can_be_seen_is_printed(admin: str) -> None:
    make_order([(make_product(), 1)], ref="SO-1")

    order = ask(admin, "GET", "orders/SO-1/")
    assert (order["ref"], order["customer"]["email"]) == ("SO-1", None)  # as to a key
    assert ask(admin, "get", "/api/v1/policies/schema/")["title"] == "Backlog ranking policy"


def test_rules_come_in_force_from_the_command_line(admin: str, tmp_path: Path) -> None:
    pk = ask(admin, "POST", "policies/", file=draft(tmp_path))["id"]

    ask(admin, "POST", f"policies/{pk}/publish/")

    assert Policy.objects.get(status=PolicyStatus.PUBLISHED).name == "Ours"


def test_bad_rules_are_refused_with_place_and_reason_and_change_nothing(admin: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        ask(admin, "POST", "policies/", file=draft(tmp_path, strategy="magic"))

    assert str(refused.value).startswith("422 invalid: The rules have errors.")
    assert "strategy: must be one of fifo" in str(refused.value)
    assert not Policy.objects.filter(name="Ours").exists()


def test_a_colleague_may_no_more_than_by_key(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="403 forbidden"):
        ask(make_user("agent").email, "POST", "policies/", file=draft(tmp_path))


@pytest.mark.parametrize(
    ("path", "says"), [("nothing/", "404"), ("../../setup/", "404"), ("orders/?colour=red", "422 invalid")]
)
def test_what_is_not_there_is_said(admin: str, path: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        ask(admin, "GET", path)


def test_nobody_and_nothing_are_named(admin: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Nobody active signs in as x@example\.com"):
        ask("x@example.com", "GET", "orders/")
    with pytest.raises(CommandError, match="cannot be read"):
        ask(admin, "POST", "policies/", file=tmp_path / "none.json")
