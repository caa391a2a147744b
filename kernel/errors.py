"""Refusals. A verb raises one; the edge (page, API, command) turns it into words and a status."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """A refused action: nothing changed, ``detail`` says what to do instead.

    ``code`` is stable and machine-readable; ``fields`` maps a field path (``lines.2.qty``) to what is wrong with it.
    """

    code = "refused"
    status = 409

    def __init__(self, detail: str, *, code: str | None = None, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.fields = dict(fields or {})


class Invalid(DomainError):
    """The request itself is wrong: no state of the world would make it right."""

    code = "invalid"
    status = 422


class Conflict(DomainError):
    """The request is right but the world has moved on, or a rule of the world forbids it now."""

    code = "conflict"
    status = 409


class NotFound(DomainError):
    """The thing named does not exist, or not for this person."""

    code = "not_found"
    status = 404


class Forbidden(DomainError):
    """The person may do this kind of thing, but not this one."""

    code = "forbidden"
    status = 403
