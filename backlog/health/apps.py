from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "backlog.health"
    label = "health"

    def ready(self) -> None:
        from celery.signals import heartbeat_sent

        from backlog.health.heartbeat import note_heartbeat

        heartbeat_sent.connect(note_heartbeat, dispatch_uid="backlog.health.note_heartbeat")
