"""What builds, runs and stores the book. Not installed with the package."""

import tools.fast_import  # noqa: F401 - before anything here imports nbformat
