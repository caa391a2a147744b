from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from kernel.money import sign
        from orders.drafting.money import use_sign

        use_sign(sign())
