"""Planning measured on synthetic backlogs, in a database of its own (``manage.py bench_planning``)."""
