"""Pages measured on a synthetic backlog: a web process of their own, in a database of its own (``bench_pages``)."""
