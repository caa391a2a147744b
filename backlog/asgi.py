import gc
import os
from importlib import import_module

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backlog.settings")

application = get_asgi_application()
# Load every page now, not with its first request, and leave all that out of later collections: some 180,000 objects
# last as long as the process, and each full collection of them would stop every request for a tenth of a second.
import_module("backlog.urls")
gc.collect()
gc.freeze()
