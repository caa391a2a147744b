"""Addresses of the pages of customers and suppliers, and of what is done there."""

from __future__ import annotations

from django.urls import include, path

from orders.views import customers, suppliers

urlpatterns = [
    path("customers/", customers.customers, name="customers"),
    path("customers/<code:code>/", customers.customer, name="customer"),
    path("customers/<code:code>/contact/", customers.change_contact, name="customer_contact"),
    path("customers/<code:code>/preference/", customers.change_preference, name="customer_preference"),
    path("customers/<code:code>/preference/forget/", customers.forget_preference, name="forget_preference"),
    path("customers/<code:code>/standing/", customers.change_standing, name="customer_standing"),
    path("customers/<code:code>/terms/", customers.change_terms, name="customer_terms"),
    path("suppliers/", suppliers.suppliers, name="suppliers"),
    path("suppliers/<code:code>/", suppliers.supplier, name="supplier"),
    path("suppliers/<code:code>/change/", suppliers.change, name="supplier_change"),
    path("setup/", include("orders.urls.setup")),
]
