"""Copies what the pages take from npm into static/vendor/, with the licences beside."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"
FILES = {
    "designsystemet/designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "designsystemet/theme.css": "@digdir/designsystemet-theme/src/themes/designsystemet.css",
    "designsystemet/LICENSE": "@digdir/designsystemet-css/LICENSE",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx/LICENSE": "htmx.org/LICENSE",
    "inter/latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter/latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "inter/LICENSE": "@fontsource-variable/inter/LICENSE",
}


def main() -> None:
    for name, source in FILES.items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place, so that a page served meanwhile never meets half a file.
        partial = path.with_name(path.name + ".part")
        shutil.copyfile(MODULES / source, partial)
        partial.replace(path)


if __name__ == "__main__":
    main()
