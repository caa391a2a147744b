"""How customers want to be told, over REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import Flag, In, Text, example, validated
from notifications.channels.preferring import change_preference, forget_preference
from notifications.models import Channel, Preference

SEE, CHANGE = ("orders.view_backlog",), ("notifications.change_preferences",)
CONTACT = "orders.see_contact"


class PreferenceOut(serializers.ModelSerializer[Preference]):
    customer = serializers.CharField(source="customer_code")

    class Meta:
        model = Preference
        fields = [
            "customer",
            "channels",
            "uses_all",
            "sms_to",
            "chat_to",
            "push_to",
            "quiet_from",
            "quiet_to",
            "changed_at",
        ]

    def to_representation(self, instance: Preference) -> dict[str, object]:
        shown = super().to_representation(instance)
        if not self.context["request"].user.has_perm(CONTACT):
            shown |= dict.fromkeys(("sms_to", "chat_to", "push_to"))
        return shown


@example(customer="ACME", channels=["sms", "email"], sms_to="+441134960000")
class PreferenceIn(In):
    customer = Text(max_length=40)
    channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices), max_length=4)
    uses_all = Flag(required=False)
    sms_to = Text(max_length=40, required=False, allow_blank=True)
    chat_to = Text(max_length=200, required=False, allow_blank=True)
    push_to = Text(max_length=200, required=False, allow_blank=True)
    quiet_from = serializers.TimeField(required=False, allow_null=True, help_text="In the customer's zone")
    quiet_to = serializers.TimeField(required=False, allow_null=True)


class PreferenceViewSet(ReadOnlyModelViewSet[Preference]):
    """By which channels customers are told, the best first. Who is not here is told by e-mail."""

    queryset = Preference.objects.all()
    serializer_class = PreferenceOut
    lookup_field = "customer_code"
    lookup_value_regex = "[^/]+"
    action_permissions = {"list": SEE, "retrieve": SEE, "create": CHANGE, "forget": CHANGE}

    @extend_schema(request=PreferenceIn, responses=PreferenceOut)
    def create(self, request: Request) -> Response:
        """Keep how a customer wants to be told, in place of what was known."""
        data = validated(PreferenceIn, request)
        kept = change_preference(data.pop("customer"), **data, actor=request.user, now=timezone.now())
        return Response(self.get_serializer(kept).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def forget(self, request: Request, customer_code: str) -> Response:
        """Tell a customer as everybody who has chosen nothing."""
        forget_preference(customer_code, actor=request.user, now=timezone.now())
        return Response(status=204)
