"""Saves 1.2 s of every later `import nbformat`; a pytest plugin too (`-p tools.fast_import`).

With JupyterLab installed, jsonschema loads rfc3987_syntax, which compiles 35 grammars when it is imported, to
check addresses in ways that no notebook needs. jsonschema goes on without it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
