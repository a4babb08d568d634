"""The files beside the pages: one stylesheet for what `labsupport` shows, only icons that are used, no blanks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from labsupport.evidence import stylesheet

STYLESHEET = "labsupport.css"
"""The name of the generated stylesheet in `_static`."""

_OWN = (STYLESHEET, "book.css")
"""Stylesheets whose comments are for those who change them; those of others name their licenses."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"^[ \t]+|[ \t]+$|^\n", re.MULTILINE)
_ICON_CLASS = re.compile(r"\bfa-[a-z0-9-]+")
_ICON_RULE = re.compile(r"^\.(fa-[a-z0-9-]+)::?before$")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})")
_ICON_FONTS = "_static/vendor/fontawesome/webfonts"
_THEME_CSS = "_static/styles/pydata-sphinx-theme.css"


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
    """Remove what no page loads, icons that none shows, and blanks (handler of `build-finished`)."""
    if exception or app.builder.format != "html":
        return
    html = Path(app.outdir)
    remove_unused(html)
    trim_icons(html)
    trim_stylesheets(html)


def remove_unused(html: Path) -> None:
    """Remove source maps, a script that draws the icons once more, and fonts for browsers without WOFF2."""
    patterns = ("**/*.map", "_static/scripts/fontawesome.js*", f"{_ICON_FONTS}/*.ttf")
    for path in {path for pattern in patterns for path in html.glob(pattern)}:
        path.unlink()


def trim_icons(html: Path) -> None:
    """Keep only icons that a page, a script or another style names, in the theme's styles and fonts."""
    css = html / _THEME_CSS
    used = icons_used(path for suffix in ("html", "js") for path in html.rglob(f"*.{suffix}"))
    text = without_other_icons(css.read_text(encoding="utf-8"), used)
    css.write_text(text, encoding="utf-8")
    glyphs = glyphs_of(path.read_text(encoding="utf-8") for path in html.glob("_static/**/*.css"))
    for font in (html / _ICON_FONTS).glob("*.woff2"):
        font.write_bytes(subset(font.read_bytes(), glyphs))


def trim_stylesheets(html: Path) -> None:
    """Write every stylesheet without indentation and empty lines, the book's own without comments."""
    for path in html.glob("_static/**/*.css"):
        css = path.read_text(encoding="utf-8")
        path.write_text(without_blanks(_COMMENT.sub("", css) if path.name in _OWN else css), encoding="utf-8")


def without_blanks(css: str) -> str:
    """The stylesheet without blanks at the beginning and the end of lines, and without empty lines."""
    return _BLANKS.sub("", _BLANKS.sub("", css))


def icons_used(paths: Iterable[Path]) -> set[str]:
    """Every word in the files that could be the class of an icon (`fa-…`)."""
    return {icon for path in paths for icon in _ICON_CLASS.findall(path.read_text(encoding="utf-8"))}


def without_other_icons(css: str, used: set[str]) -> str:
    """The stylesheet without the rules that give an unused icon its glyph; the rest stays to the letter."""
    rules = tinycss2.parse_stylesheet(css)
    lines = [0, *(match.end() for match in re.finditer("\n", css))]
    starts = [lines[rule.source_line - 1] + rule.source_column - 1 for rule in rules]
    ends = [*starts[1:], len(css)]
    return "".join(
        css[start:end] for rule, start, end in zip(rules, starts, ends, strict=True) if not _is_other_icon(rule, used)
    )


def glyphs_of(stylesheets: Iterable[str]) -> set[int]:
    """The code points in the stylesheets, as themselves or as escapes: no page shows other glyphs."""
    text = "".join(stylesheets)
    return {ord(character) for character in text if not character.isascii()} | {
        int(code, 16) for code in _ESCAPE.findall(text)
    }


def subset(font: bytes, glyphs: set[int]) -> bytes:
    """The WOFF2 font with these code points only."""
    from fontTools import subset as fonttools  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = fonttools.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    shrinker = fonttools.Subsetter(options)
    shrinker.populate(unicodes=glyphs)
    with TTFont(io.BytesIO(font), recalcTimestamp=False) as typeface:
        shrinker.subset(typeface)
        typeface.flavor = "woff2"
        target = io.BytesIO()
        typeface.save(target)
    return target.getvalue()


def _is_other_icon(rule: tinycss2.ast.Node, used: set[str]) -> bool:
    if rule.type != "qualified-rule":
        return False
    selectors = tinycss2.serialize(rule.prelude).split(",")
    icons = [_ICON_RULE.match(selector.strip()) for selector in selectors]
    return all(icon is not None and icon[1] not in used for icon in icons)
