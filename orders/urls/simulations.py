"""Addresses of the screens of simulations, below ``simulations/``."""

from __future__ import annotations

from django.urls import path

from orders.views import simulations

urlpatterns = [
    path("", simulations.simulation_list, name="simulations"),
    path("new/", simulations.new_simulation, name="simulation_new"),
    path("<int:simulation_id>/", simulations.simulation, name="simulation"),
    path("<int:simulation_id>/<int:position>/publish/", simulations.publish_scenario, name="simulation_publish"),
]
