"""Everything that `bin/up`, `bin/test` and `bin/manage` do.

Only the standard library is imported here: this code runs on the system's
Python before there is a virtual environment to import from.
"""
