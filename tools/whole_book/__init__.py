"""The whole book as one file, from the built pages: a PDF to print and an EPUB to read elsewhere.

    python -m tools.whole_book pdf
    python -m tools.whole_book epub

Both need the built pages (`make book`). The PDF is printed by Chromium; the EPUB needs no program.
"""
