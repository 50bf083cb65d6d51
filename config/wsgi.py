"""The web server's entry. It refuses to start on a database without the journal's triggers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from django.db import connection  # noqa: E402

from core.triggers import require_triggers  # noqa: E402

require_triggers(connection)
connection.close()
