"""The figures that the README quotes: each one against a named peer, measured in the same run on the same machine."""

import tools.fast_import  # noqa: F401 - before anything here imports nbformat
