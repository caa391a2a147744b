"""Django's PostgreSQL backend for web processes, whose connections outlive the request (``ENGINE``)."""
