"""What is known about a message that could not simply be handed over, whatever carries it."""

from __future__ import annotations


class Unreachable(Exception):
    """Nobody takes messages from us now: nothing was handed over, and the next message would fare no better."""


class RefusedForNow(Exception):
    """This message was refused for the moment, or the line went dead before it was out: try again later."""


class RefusedForGood(Exception):
    """This message will never be taken. ``is_bad_address`` when it is the recipient that was refused, not the words."""

    def __init__(self, detail: str, *, is_bad_address: bool = False) -> None:
        super().__init__(detail)
        self.is_bad_address = is_bad_address


class Unanswered(Exception):
    """The message went out and the line went dead before the answer: perhaps it arrived."""


def words_of(error: BaseException) -> str:
    """Return what went wrong in one line of 500 characters at most."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:500]
