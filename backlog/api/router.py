"""What every endpoint does at its edge, put around the apps' viewsets where they are mounted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet, ViewSetMixin

from backlog.api.filters import check_parameters, known_parameters
from backlog.api.idempotency import AnsweredBefore, complete, release, replay, reserve
from backlog.api.models import IdempotentRequest
from kernel.errors import NotFound
from kernel.transactions import in_one_transaction


class LengthRequired(APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = "Send the body with its Content-Length."


class StrictEdge(GenericViewSet[Any]):
    """Refuses unknown query parameters and impossible references, and runs a keyed POST once.

    A viewset names in ``repeatable_actions`` what does no harm when it happens twice and needs transactions of its own.
    """

    post: Callable[..., Response]
    _reserved: IdempotentRequest | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not all(str(reference).isprintable() for reference in kwargs.values()):
            raise NotFound("No such address.")
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            raise LengthRequired
        check_parameters(request._request.GET, known_parameters(self))
        self._reserved = reserve(request)
        if self._reserved is not None:
            self.post = partial(self._run_once, self._reserved, self.post)

    def _run_once(
        self, reserved: IdempotentRequest, handler: Callable[..., Response], *args: Any, **kwargs: Any
    ) -> Response:
        def work() -> Response:
            return complete(reserved, handler(*args, **kwargs))

        return work() if self.action in getattr(self, "repeatable_actions", ()) else in_one_transaction(work)

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, AnsweredBefore):
            return replay(error.kept)
        return super().handle_exception(error)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._reserved is not None and response.status_code >= 300:
            release(self._reserved)
        return response


class ApiRouter(SimpleRouter):
    """Mounts viewsets behind StrictEdge."""

    def mount(self, prefix: str, viewset: type[ViewSetMixin], basename: str) -> None:
        """Register ``viewset`` under ``prefix`` with routes named ``basename-…``."""
        names = {"__module__": viewset.__module__, "__doc__": viewset.__doc__}
        strict = type(viewset.__name__, (StrictEdge, viewset), names)
        self.register(prefix, strict, basename=basename)
