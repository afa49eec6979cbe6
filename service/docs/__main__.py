"""`python -m service.docs` writes the generated pages."""

import sys
from pathlib import Path

from service.docs import PAGES

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> int:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
