"""Settings for the tests: a data folder, database and broker of their own for each process."""

import os
import tempfile
from pathlib import Path

# Set by the first process of a run, inherited by the others.
_run = Path(os.environ.get("TEST_RUN_DIR") or tempfile.mkdtemp(prefix="tilldela-test-"))
os.environ["TEST_RUN_DIR"] = str(_run)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["DATA_DIR"] = str(_run / _worker)
os.environ["REDIS_PREFIX"] = f"{_run.name}-{_worker}"
os.environ["SECRET_KEY"] = "for tests only, never for anything that is kept"  # noqa: S105

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in use: a database in memory has no WAL, and no other process can open it.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    # Two runs at once do not meet in one database.
    DATABASES["default"]["TEST"] = {"NAME": _run.name.replace("-", "_").lower()}
    # No test pulls out the plug: nothing waits for the disk.
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEBUG = False
# Sessions made by force_login have shown nothing; tests of the second factor turn it on.
STAFF_SECOND_FACTOR = False
