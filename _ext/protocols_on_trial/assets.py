"""The files beside the pages: one stylesheet for what `labsupport` shows, and of the theme only what is used."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from sphinx.application import Sphinx

from labsupport.evidence import stylesheet

from .shortcuts import Memory
from .unused_styles import names_that_matter, names_used, without_unused

STYLESHEET = "labsupport.css"
"""The name of the generated stylesheet in `_static`."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})")
_ICON_FONTS = "_static/vendor/fontawesome/webfonts"


def setup(app: Sphinx) -> None:
    """Add the stylesheet before the build and trim the theme's files after it."""
    app.connect("builder-inited", add_stylesheet)
    app.connect("build-finished", trim_files)


def add_stylesheet(app: Sphinx) -> None:
    """Write the stylesheet of `labsupport` where Sphinx finds static files (handler of `builder-inited`)."""
    folder = Path(app.doctreedir) / "labsupport-static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STYLESHEET).write_text(stylesheet(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file(STYLESHEET)


def trim_files(app: Sphinx, exception: Exception | None) -> None:
    """Remove what no page loads, rules and icons that none uses, and blanks (handler of `build-finished`)."""
    if exception or app.builder.format != "html":
        return
    html = Path(app.outdir)
    memory = Memory(Path(app.doctreedir) / "trimmed")
    remove_unused(html)
    own = {STYLESHEET, *(path.name for path in Path(app.srcdir, "_static").glob("*.css"))}
    trim_stylesheets(html, own, memory)
    trim_fonts(html, memory)
    memory.forget_the_rest()


def remove_unused(html: Path) -> None:
    """Remove source maps, a script that draws the icons once more, and fonts for browsers without WOFF2."""
    patterns = ("**/*.map", "_static/scripts/fontawesome.js*", f"{_ICON_FONTS}/*.ttf")
    for path in {path for pattern in patterns for path in html.glob(pattern)}:
        path.unlink()


def trim_stylesheets(html: Path, own: Collection[str], memory: Memory) -> None:
    """Keep of the theme's stylesheets the rules that can match, of the book's `own` all but comments and blanks.

    Comments of others stay, since they name licenses.
    """
    used = names_used([*html.rglob("*.html"), *html.glob("_static/*.js"), *html.glob("_static/scripts/*.js")])
    for path in html.glob("_static/**/*.css"):
        css = path.read_text(encoding="utf-8")
        if path.name in own:
            kept = without_blanks(_COMMENT.sub("", css)).encode()
        else:
            kept = memory.of(trimmed, css, " ".join(sorted(names_that_matter(css, used))))
        path.write_bytes(kept)


def trimmed(css: str, used: str) -> bytes:
    """A stylesheet of the theme for pages that use these names, with a blank between them."""
    return without_blanks(without_unused(css, set(used.split()))).encode()


def without_blanks(css: str) -> str:
    """The stylesheet without blanks at the beginning and the end of lines, and without empty lines."""
    return re.sub(r"\s*\n\s*", "\n", css).lstrip()


def trim_fonts(html: Path, memory: Memory) -> None:
    """Keep in the icon fonts the glyphs that a stylesheet names."""
    glyphs = glyphs_of(path.read_text(encoding="utf-8") for path in html.glob("_static/**/*.css"))
    for font in (html / _ICON_FONTS).glob("*.woff2"):
        font.write_bytes(memory.of(subset, font.read_bytes(), " ".join(map(str, sorted(glyphs)))))


def glyphs_of(stylesheets: Iterable[str]) -> set[int]:
    """The code points in the stylesheets, as themselves or as escapes: no page shows other glyphs."""
    text = "".join(stylesheets)
    return {ord(character) for character in text if not character.isascii()} | {
        int(code, 16) for code in _ESCAPE.findall(text)
    }


def subset(font: bytes, glyphs: str) -> bytes:
    """The WOFF2 font with these code points only, decimal and with a blank between them."""
    from fontTools import subset as fonttools  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = fonttools.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    shrinker = fonttools.Subsetter(options)
    shrinker.populate(unicodes=set(map(int, glyphs.split())))
    with TTFont(io.BytesIO(font), recalcTimestamp=False) as typeface:
        shrinker.subset(typeface)
        typeface.flavor = "woff2"
        target = io.BytesIO()
        typeface.save(target)
    return target.getvalue()
