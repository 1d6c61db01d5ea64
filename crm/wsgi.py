"""The web entry point that gunicorn serves. Its pages keep an eye on the closing of days, too."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()

from crm import web  # noqa: E402  rooms can be imported once the application stands
from kpi import sweep  # noqa: E402

sweep.watch_pages()
web.settle()
