from __future__ import annotations

import pytest

from notifications.models import Webhook
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_secret_is_shown_once_and_the_webhook_can_be_changed(api: Api) -> None:
    made = api.post("webhooks/", {"url": "https://example.com/hooks", "events": ["promise.changed"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    pk = made.json()["id"]

    shown = api.get(f"webhooks/{pk}/").json()
    assert "secret" not in shown
    assert api.get("webhooks/").json()["results"] == [shown]
    assert api.patch(f"webhooks/{pk}/", {"is_active": False}).json()["is_active"] is False
    assert api.get(f"webhooks/{pk}/deliveries/").json() == []


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://localhost:8000"[:5]},
        {"url": "http://example.com"},
        {"url": "https://a.example", "events": ["x"]},
    ],
)
def test_what_cannot_be_is_refused(api: Api, body: dict[str, object]) -> None:
    assert api.post("webhooks/", body).status_code == 422

    assert not Webhook.objects.exists()
