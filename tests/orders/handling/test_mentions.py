"""Colleagues named in notes: whom a text means, who finds it, who has read it."""

from __future__ import annotations

import pytest

from backlog.accounts.models import User
from kernel.errors import NotFound
from orders.handling.lifecycle import add_note
from orders.handling.mentions import named_in, names_of, read_mentions, unknown_names, unread_mention
from orders.models import Mention
from orders.queries.mentions import people_like, unread_count
from tests.factories import NOW
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db

OLIVIA, OLIVER, ANN, ANN_LEE = (
    (1, "Olivia Marsh", "olivia.marsh@x.example"),
    (2, "Oliver Reed", "o@x.example"),
    (
        3,
        "Ann",
        "ann@x.example",
    ),
    (4, "Ann Lee", "al@x.example"),
)
NAMES = names_of([OLIVIA, OLIVER, ANN, ANN_LEE])


@pytest.mark.parametrize(
    ("text", "people", "unknown"),
    [
        ("@Olivia Marsh, please call", {1}, ()),
        ("please @olivia: call", {1}, ()),
        ("@olivia.marsh and @OLIVER REED", {1, 2}, ()),
        ("@Ann Lee's order", {4}, ()),
        ("write to sales@olivia", set(), ()),
        ("@olivian", set(), ("olivian",)),
        ("@bob knows, @bob.", set(), ("bob",)),
        ("5 @ 3 pounds", set(), ()),
        ("(@Oliver)", {2}, ()),
    ],
)
def test_a_text_names_those_whose_whole_name_follows_an_at(
    text: str, people: set[int], unknown: tuple[str, ...]
) -> None:
    named = named_in(text, NAMES)

    assert (set(named.people), named.unknown) == (people, unknown)


def test_a_first_name_that_two_share_names_neither() -> None:
    names = names_of([(1, "Ann Lee", "a@x.example"), (2, "Ann Poe", "b@x.example")])

    assert named_in("@ann", names).unknown == ("ann",)
    assert named_in("@ann poe", names).people == {2}


@pytest.fixture
def people() -> tuple[User, User]:
    author, colleague = make_user("ops"), make_user("agent")
    User.objects.filter(pk=author.pk).update(name="Olivia Marsh")
    User.objects.filter(pk=colleague.pk).update(name="Tom Reyes")
    return User.objects.get(pk=author.pk), User.objects.get(pk=colleague.pk)


def test_who_is_named_finds_it_and_who_wrote_it_does_not(people: tuple[User, User]) -> None:
    author, colleague = people
    make_order([], ref="SO-1")

    add_note("SO-1", body="@Tom Reyes, @tom: rang @olivia today", actor=author, now=NOW)

    assert list(Mention.objects.values_list("person", "read_at")) == [(colleague.pk, None)]
    assert (unread_count(colleague), unread_count(author)) == (1, 0)


def test_reading_is_done_once_and_can_be_taken_back(people: tuple[User, User]) -> None:
    author, colleague = people
    make_order([], ref="SO-1")
    for _ in range(3):
        add_note("SO-1", body="@tom", actor=author, now=NOW)
    first = Mention.objects.order_by("pk").first()
    assert first is not None

    assert read_mentions(reader=colleague, now=NOW, mention_id=first.pk) == 1
    assert read_mentions(reader=colleague, now=NOW, mention_id=first.pk) == 0
    assert read_mentions(reader=colleague, now=NOW) == 2
    unread_mention(first.pk, reader=colleague)

    assert unread_count(colleague) == 1


def test_nobody_reads_for_somebody_else(people: tuple[User, User]) -> None:
    author, _ = people
    make_order([], ref="SO-1")
    add_note("SO-1", body="@tom", actor=author, now=NOW)
    theirs = Mention.objects.get()

    for act in (
        lambda: read_mentions(reader=author, now=NOW, mention_id=theirs.pk),
        lambda: unread_mention(theirs.pk, reader=author),
    ):
        with pytest.raises(NotFound):
            act()
    assert read_mentions(reader=author, now=NOW) == 0
    assert Mention.objects.get().read_at is None


def test_somebody_who_left_is_not_named(people: tuple[User, User]) -> None:
    User.objects.filter(name="Tom Reyes").update(is_active=False)

    assert unknown_names("@tom, look") == ("tom",)
    assert people_like("to") == []
    assert [str(one) for one in people_like("mar")] == ["Olivia Marsh"]
