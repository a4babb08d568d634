"""A page as the browser showed it, for a cell's output."""

from __future__ import annotations

from dataclasses import dataclass

from labsupport.markup import element, in_marks


@dataclass(frozen=True)
class Screenshot:
    """A picture of a page and the text on it. The picture is measured; what it shows and the text are compared."""

    of: str
    text: str
    png: str

    def _repr_html_(self) -> str:
        image = element("img", src=f"data:image/png;base64,{self.png}", alt=repr(self))
        return element("figure", in_marks(image), element("figcaption", repr(self)), class_="trial-screenshot")

    def __repr__(self) -> str:
        return f"{self.of}: “{self.text}”"
