"""Save a picture of every page at desktop and phone width, light and dark, for people to look at.

    python -m tests.book.screenshots FOLDER [HTML]

HTML is the folder of the built book; `_build/html` unless given.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.book.browser import VIEWS, reading
from tests.book.pages import BOOK, pages


def save_screenshots(target: Path, html: Path) -> list[Path]:
    """Write one PNG a page and view into the folder `target`; gives their paths."""
    target.mkdir(parents=True, exist_ok=True)
    saved = []
    with reading(html) as reader:
        for page in pages():
            for view in VIEWS:
                reader.visit(f"{page}.html", view)
                path = target / f"{page.replace('/', '-')}-{view}.png"
                path.write_bytes(reader.screenshot())
                saved.append(path)
    return saved


def main(arguments: list[str]) -> int:
    """Run the command; the exit status is 2 when it was called wrongly, 1 when the book is not built."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m tests.book.screenshots FOLDER [HTML]", file=sys.stderr)
        return 2
    html = Path(arguments[1]) if len(arguments) == 2 else BOOK / "_build" / "html"
    if not (html / "index.html").is_file():
        print(f"{html} holds no book; build it with `make book`", file=sys.stderr)
        return 1
    for path in save_screenshots(Path(arguments[0]), html):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
