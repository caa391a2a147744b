from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "backlog.api"
    label = "api"
