"""The composition root: settings, routes, processes. It imports every app; no app imports it.

Nothing is imported here: `backlog.devservices` runs before anything is installed.
"""
