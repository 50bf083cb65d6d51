"""Asks the web server of this container how it is; fails unless it says that all is well."""

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    # By the name the site is known under, since others are refused.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/halsa/",
        headers={"Host": "localhost" if host == "*" else host.lstrip(".")},
    )
    try:
        with urllib.request.urlopen(request, timeout=8) as response:
            return 0 if response.status == 200 else 1
    except urllib.error.URLError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
