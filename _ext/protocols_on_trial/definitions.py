"""Where `labsupport` defines a name, and what it says of it: signature, docstring, members. Nothing is imported."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 78
"""Characters of a signature that stand on one line."""


@dataclass(frozen=True)
class Member:
    """A public part of a class: a method with its signature, a property or a field."""

    name: str
    signature: str
    docstring: str


@dataclass(frozen=True)
class Definition:
    """One name as its module defines it. The signature is empty for what is not called."""

    name: str
    module: str
    file: Path
    signature: str
    docstring: str
    members: tuple[Member, ...] = ()


class NotDefinedError(LookupError):
    """A module does not have the name; the message says which."""


def find(package: Path, module: str, name: str) -> Definition:
    """The definition of a name that can be imported from a module, found through the imports of modules between.

    `package` is the folder of `labsupport`. Raises `NotDefinedError`.
    """
    file = _file(package, module)
    tree = _parsed(file)
    for position, node in enumerate(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            return _definition(package, module, file, node)
        if name in _assigned(node):
            return Definition(name, module, file, "", _string(tree.body[position + 1 : position + 2]))
    for found in ast.walk(tree):
        if isinstance(found, ast.ImportFrom) and any(name == (one.asname or one.name) for one in found.names):
            original = next(one.name for one in found.names if name == (one.asname or one.name))
            return find(package, str(found.module), original)
    return _module(package, f"{module}.{name}", name)


def _module(package: Path, module: str, name: str) -> Definition:
    """A module that is imported as a name: its public functions are its members."""
    file = _file(package, module)
    tree = _parsed(file)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return Definition(name, module, file, "", ast.get_docstring(tree) or "", tuple(map(_method, functions)))


def _file(package: Path, module: str) -> Path:
    path = package.joinpath(*module.split(".")[1:])
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.is_file():
            return file
    raise NotDefinedError(f"{module.rpartition('.')[0]} has no {module.rpartition('.')[2]}")


def _parsed(file: Path) -> ast.Module:
    return _tree(file, file.stat().st_mtime_ns)


@functools.cache
def _tree(file: Path, written: int) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _definition(package: Path, module: str, file: Path, node: ast.FunctionDef | ast.ClassDef) -> Definition:
    docstring = ast.get_docstring(node) or ""
    if isinstance(node, ast.FunctionDef):
        return Definition(node.name, module, file, signature(node.name, node.args, node.returns), docstring)
    line = list(_line_of_classes(package, module, node))
    made = next((made for one in line if (made := _how_made(one))), ast.arguments([], [], None, [], [], None, []))
    own: dict[str, Member] = {}
    for one in line:
        for member in _members(one):
            own.setdefault(member.name, member)
    return Definition(node.name, module, file, signature(node.name, made), docstring, tuple(own.values()))


def _line_of_classes(package: Path, module: str, node: ast.ClassDef) -> Iterator[ast.ClassDef]:
    """A class and those of `labsupport` that it derives from, in their order."""
    yield node
    for base in node.bases:
        if isinstance(base, ast.Name):
            for home, found in _class_called(package, module, base.id):
                yield from _line_of_classes(package, home, found)


def _class_called(package: Path, module: str, name: str) -> Iterator[tuple[str, ast.ClassDef]]:
    tree = _parsed(_file(package, module))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield module, node
        if isinstance(node, ast.ImportFrom) and name in [one.asname or one.name for one in node.names]:
            own = (node.module or "").startswith("labsupport")
            yield from _class_called(package, str(node.module), name) if own else ()


def _how_made(node: ast.ClassDef) -> ast.arguments | None:
    """The arguments of `__init__`, or the fields of a dataclass; None where the class has neither."""
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return item.args
    if not any("dataclass" in ast.unparse(each) for each in node.decorator_list) and not _is_tuple(node):
        return None
    fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
    fields = [item for item in fields if "init=False" not in ast.unparse(item)]
    names = [ast.arg(item.target.id, item.annotation) for item in fields if isinstance(item.target, ast.Name)]
    defaults = [_default(item.value) for item in fields if item.value is not None]
    return ast.arguments([], names, None, [], [], None, defaults)


def _is_tuple(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) == "NamedTuple" for base in node.bases)


def _default(value: ast.expr) -> ast.expr:
    """What an argument is when it is not given; what is made, or private to its module, is shown as an ellipsis."""
    made = isinstance(value, ast.Call) and ast.unparse(value.func) == "field"
    private = isinstance(value, ast.Name) and value.id.startswith("_")
    return ast.Constant(...) if made or private else value


def _members(node: ast.ClassDef) -> Iterator[Member]:
    """Methods and properties, and the fields that have words of their own."""
    for position, item in enumerate(node.body):
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            yield _method(item)
        for name in _assigned(item):
            words = _string(node.body[position + 1 : position + 2])
            if words and not name.startswith("_"):
                yield Member(name, "", words)


def _method(node: ast.FunctionDef) -> Member:
    plain = any("property" in ast.unparse(each) for each in node.decorator_list)
    called = "" if plain else on_one_line(node.name, _own_arguments(node.args))
    return Member(node.name, called, ast.get_docstring(node) or "")


def signature(name: str, arguments: ast.arguments, returns: ast.expr | None = None) -> str:
    """How the name is called, on one line where it fits, else one argument a line."""
    texts = _own_arguments(arguments)
    result = f" -> {ast.unparse(returns)}" if returns is not None and ast.unparse(returns) != "None" else ""
    line = on_one_line(name, texts) + result
    if len(line) <= LONGEST_LINE:
        return line
    return "\n".join([f"{name}(", *(f"    {text}," for text in texts), f"){result}"])


def on_one_line(name: str, arguments: list[str]) -> str:
    """How the name is called, however long that is."""
    return f"{name}({', '.join(arguments)})"


def _own_arguments(arguments: ast.arguments) -> list[str]:
    return [text for text in _arguments(arguments) if text not in ("self", "cls")]


def _arguments(arguments: ast.arguments) -> list[str]:
    """Each argument as the source has it, with the signs that part them."""
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    texts = [_argument(one, default) for one, default in zip(positional, [*missing, *arguments.defaults], strict=True)]
    if arguments.posonlyargs:
        texts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        texts.append(f"*{_argument(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        texts.append("*")
    texts += [_argument(*one) for one in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return texts + ([f"**{_argument(arguments.kwarg, None)}"] if arguments.kwarg else [])


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    text = ast.unparse(argument)
    if default is None:
        return text
    return f"{text}{' = ' if argument.annotation else '='}{ast.unparse(_default(default))}"


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _string(following: list[ast.stmt]) -> str:
    """The string that stands after an assignment, as Sphinx reads it too."""
    for node in following:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return "\n".join(line.strip() for line in node.value.value.strip().splitlines())
    return ""
