"""The part of Jinja2 that templates are written in: names, conditions, loops over what there is, a few filters.

Nothing is called, assigned or included, so that the work is bounded by the size of the template and the lists it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from slamon.notifiers.template_context import LISTS, NAMES, Cover, Fact
from slamon.notifiers.text import one_line

_LARGEST = 16_000  # characters of a template
_LONGEST = 16_000  # characters of one value that is made
_WORK = 1_000_000  # how many parts of a template may be worked through for one message, about
_FEWEST_STEPS = 2_000
_GREATEST = 10**12
_LOOP = {"index", "index0", "first", "last", "length", "revindex", "revindex0"}
_ATTRIBUTES = {*Fact._fields, *Cover._fields, *_LOOP}
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Filter,
    nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
    nodes.Neg, nodes.Tuple, nodes.List, nodes.Keyword,
)  # fmt: skip
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called here",
    nodes.Assign: "set is not known here",
    nodes.AssignBlock: "set is not known here",
    nodes.Pow: "** is not known here",
    nodes.Scope: "autoescape cannot be changed",
}


class Refused(Exception):
    """A template that cannot be used: where, and what to write."""


class Environment(ImmutableSandboxedEnvironment):
    """Arithmetic is for numbers of a bounded size; what is printed is a text or a number."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printed
        )
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in _OF_JINJA} | _OURS

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if any(type(one) not in (int, float) or abs(one) > _GREATEST for one in (left, right)):
            raise SecurityError(f"{operator} is for numbers")
        return super().call_binop(context, operator, left, right)


def _printed(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises, and says what is missing
    if isinstance(value, str | int | float):
        return value
    raise SecurityError("a list is not a text: write {% for line in lines %}{{ line }}{% endfor %}")


def _join(items: Iterable[Any], between: str = "") -> str:
    pieces: list[str] = []
    length = 0
    for item in items:
        pieces.append(str(_printed(item)))
        length += len(pieces[-1]) + len(between)
        if length > _LONGEST:
            raise SecurityError(f"join makes more than {_LONGEST:,} characters")
    if any(isinstance(one, Markup) for one in (between, items)):
        return Markup(escape(between)).join(pieces)
    return between.join(pieces)


def _truncate(text: Any, length: int = 80) -> str:
    return one_line(str(_printed(text)), max(int(length), 1))


_OF_JINJA = ("upper", "lower", "capitalize", "title", "trim", "default", "length", "first", "last", "e", "escape")
_OURS: dict[str, Callable[..., Any]] = {"join": _join, "truncate": _truncate}


def compiled(environment: Environment, text: str) -> tuple[Template, int]:
    """The template, and how many items of lists it may look at for one message; Refused."""
    if len(text) > _LARGEST:
        raise Refused(f"it has {len(text):,} characters: write at most {_LARGEST:,}")
    try:
        tree = environment.parse(text)
        count = sum(1 for _ in _checked(tree))
        return environment.from_string(text), max(_FEWEST_STEPS, _WORK // max(count, 1))
    except TemplateSyntaxError as error:
        raise Refused(f"line {error.lineno}: {one_line(error.message or 'this cannot be read', 200)}") from None
    except (RecursionError, MemoryError, ValueError, SyntaxError):
        raise Refused("it is nested too deeply or holds a number that is too long") from None


def _checked(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Every part of it; Refused at the first that is not part of the language."""
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        _check(node)
        yield node
        waiting += reversed(list(node.iter_child_nodes()))
    unknown = find_undeclared_variables(tree) - NAMES
    for name in sorted(unknown):
        line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        raise Refused(f"line {line}: there is no {one_line(name, 60)!r}: {_remedy(name, NAMES)}")


def _check(node: nodes.Node) -> None:
    where = f"line {node.lineno}: " if node.lineno else ""
    if not isinstance(node, _ALLOWED):
        raise Refused(where + _REFUSED.get(type(node), f"{type(node).__name__.lower()} is not known here"))
    if isinstance(node, nodes.Filter) and node.name not in {*_OF_JINJA, *_OURS}:
        name = one_line(node.name, 60)
        raise Refused(f"{where}there is no filter {name!r}: {_remedy(name, {*_OF_JINJA, *_OURS})}")
    if isinstance(node, nodes.For):
        _check_loop(node, where)
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        _check_part(node, where)


def _check_loop(node: nodes.For, where: str) -> None:
    of = (
        node.iter.node if isinstance(node.iter, nodes.Getitem) and isinstance(node.iter.arg, nodes.Slice) else node.iter
    )
    if node.recursive or not (isinstance(of, nodes.Name) and of.name in LISTS):
        raise Refused(f"{where}a loop goes through one of the lists: write for … in {', '.join(sorted(LISTS))}")
    targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
    for name in (one.name for one in targets if isinstance(one, nodes.Name) and one.name in NAMES):
        raise Refused(f"{where}{name!r} is a name that there is already: write another one after for")


def _check_part(node: nodes.Getattr | nodes.Getitem, where: str) -> None:
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        return
    key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if isinstance(node.node, nodes.Name) and node.node.name == "fact" and isinstance(key, str):
        return
    if isinstance(key, str) and key not in _ATTRIBUTES:
        raise Refused(f"{where}there is no {one_line(key, 60)!r}: {_remedy(key, _ATTRIBUTES)}")
    if not isinstance(key, str | int):
        raise Refused(f"{where}what stands in brackets is written out: write covers[0]")


def _remedy(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f"write {near[0]}" if near else f"write one of {', '.join(sorted(known))}"
