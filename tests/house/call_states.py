"""State diagram of the call state machine, derived from its code: `script/diagram` writes docs/reference/call-states.md.

The step functions are interpreted over sets of class names: every state of the union `State` is combined with every
event of the union `Event`, the arms of each `match` and each `isinstance` narrow the sets, and the classes that may be
returned are the next states. Values that are neither states nor events are unknown, so a condition on them takes both
branches: the diagram may contain a transition that cannot happen, but never lacks one that can.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
MACHINE = next((ROOT / "unificx" / "calls").glob("*/state_machine.py")).parent
TARGET = ROOT / "docs" / "reference" / "call-states.md"

Value = frozenset[str] | tuple["Value", ...] | bool | None
"""Abstract value: possible classes, a tuple of values, a known truth value, or unknown."""
Env = dict[str, Value]
UNKNOWN: Value = None


@dataclass
class Code:
    """The parsed modules of the machine: functions, classes and type aliases by name."""

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict[str, ast.FunctionDef])
    """By "module.name"."""
    names: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Per module: the "module.name" of each imported function, and the module of each imported module."""
    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    aliases: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])

    @classmethod
    def read(cls, folder: Path) -> "Code":
        code = cls()
        for path in sorted(folder.glob("*.py")):
            code._read_module(path.stem, ast.parse(path.read_text("utf-8")))
        return code

    def _read_module(self, module: str, tree: ast.Module) -> None:
        names = self.names[module] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                self.functions[f"{module}.{node.name}"] = node
                names[node.name] = f"{module}.{node.name}"
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.aliases.setdefault(node.targets[0].id, node.value)
            elif isinstance(node, ast.ImportFrom) and node.module:
                source = node.module.rpartition(".")[2]
                names.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})

    def members(self, annotation: ast.expr | None) -> frozenset[str]:
        """Return the classes of a type expression: a class, a union, or an alias of one."""
        match annotation:
            case ast.BinOp(left, _, right):
                return self.members(left) | self.members(right)
            case ast.Name(name) | ast.Attribute(_, name) if name in self.classes:
                return frozenset((name,))
            case ast.Name(name) | ast.Attribute(_, name) if name in self.aliases:
                return self.members(self.aliases[name])
            case _:
                return frozenset()

    def field_classes(self, owner: str, name: str) -> frozenset[str]:
        """Return the classes of an attribute, by the annotations of its class."""
        for node in self.classes[owner].body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                return self.members(node.annotation)
        return frozenset()

    def signature(self, name: str) -> str:
        """Return a class's name with its fields."""
        fields = [
            node.target.id
            for node in self.classes[name].body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
        return f"{name}({', '.join(fields)})"

    def summary(self, name: str) -> str:
        """Return the first sentence of a class's docstring."""
        text = " ".join((ast.get_docstring(self.classes[name]) or "").split())
        return re.split(r"(?<=[.])\s", text)[0]


def join(values: list[Value]) -> Value:
    """Return the union of abstract values."""
    if not values or any(each is None for each in values):
        return None
    first = values[0]
    if isinstance(first, tuple):
        rows = [each for each in values if isinstance(each, tuple)]
        same = len(rows) == len(values) and {len(each) for each in rows} == {len(first)}
        return tuple(join([each[i] for each in rows]) for i in range(len(first))) if same else None
    if isinstance(first, frozenset):
        sets = [each for each in values if isinstance(each, frozenset)]
        return frozenset[str]().union(*sets) if len(sets) == len(values) else None
    return first if all(each is first for each in values) else None


class Interpreter:
    """Evaluates functions over abstract values."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._stack: list[tuple[str, tuple[Value, ...]]] = []

    def call(self, name: str, arguments: Mapping[str, Value]) -> list[Value]:
        """Return the abstract values that a function may return; none of a call that is in progress already."""
        function = self._code.functions[name]
        parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        env: Env = {each.arg: arguments.get(each.arg) for each in parameters}
        for each in parameters:
            if env[each.arg] is None:
                env[each.arg] = self._code.members(each.annotation) or None
        key = (name, tuple(env.values()))
        if key in self._stack:
            return []
        self._stack.append(key)
        returned: list[Value] = []
        self._block(function.body, env, name.partition(".")[0], returned)
        self._stack.pop()
        return returned

    def _block(self, body: list[ast.stmt], env: Env, module: str, returned: list[Value]) -> bool:
        """Execute statements; append what may be returned, and return whether the end may be reached."""
        return all(self._statement(each, env, module, returned) for each in body)

    def _statement(self, node: ast.stmt, env: Env, module: str, returned: list[Value]) -> bool:
        match node:
            case ast.Return(value):
                returned.extend(self._alternatives(value, env, module) if value is not None else [])
                return False
            case ast.Raise():
                return False
            case ast.Assign([target], value):
                alternatives = self._alternatives(value, env, module)
                if not alternatives:
                    return False  # a recursive call: its other results are found by the call in progress
                self._assign(target, join(alternatives), env)
            case ast.AnnAssign(target, _, value) if value is not None:
                self._assign(target, join(self._alternatives(value, env, module)), env)
            case ast.If(test, body, orelse):
                return self._if(test, body, orelse, env, module, returned)
            case ast.Match():
                return self._match(node, env, module, returned)
            case ast.For(_, _, body):
                inner = dict(env)
                self._block(body, inner, module, returned)
                env.update({name: join([env[name], inner[name]]) for name in env})
            case _:
                pass
        return True

    def _assign(self, target: ast.expr, value: Value, env: Env) -> None:
        match target:
            case ast.Name(name):
                env[name] = value
            case ast.Tuple(elements):
                parts = value if isinstance(value, tuple) and len(value) == len(elements) else (None,) * len(elements)
                for element, part in zip(elements, parts, strict=True):
                    self._assign(element, part, env)
            case _:
                pass

    def _if(
        self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt], env: Env, module: str, returned: list[Value]
    ) -> bool:
        truth = self._truth(test, env, module)
        ends: list[Env] = []
        for wanted, branch in ((True, body), (False, orelse)):
            inner = dict(env)
            possible = truth is not (not wanted) and self._narrow_test(test, inner, wanted)
            if possible and self._block(branch, inner, module, returned):
                ends.append(inner)
        self._merge(env, ends)
        return bool(ends)

    def _match(self, node: ast.Match, env: Env, module: str, returned: list[Value]) -> bool:
        subjects = node.subject.elts if isinstance(node.subject, ast.Tuple) else [node.subject]
        names = [each.id if isinstance(each, ast.Name) else "" for each in subjects]
        values = [join(self._alternatives(each, env, module)) for each in subjects]
        left = [each if isinstance(each, frozenset) else None for each in values]
        ends: list[Env] = []
        for case in node.cases:
            patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchSequence) else [case.pattern]
            if len(patterns) != len(subjects):
                patterns = [ast.MatchAs()] * len(subjects)
            narrowed = [self._narrow(value, pattern) for value, pattern in zip(left, patterns, strict=True)]
            if any(each == frozenset() for each in narrowed):
                continue
            inner = dict(env)
            inner.update({name: part for name, part in zip(names, narrowed, strict=True) if name})
            if self._block(case.body, inner, module, returned):
                ends.append(inner)
            if case.guard is None and len(subjects) == 1 and left[0] is not None:
                left[0] = left[0] - self._always_matched(patterns[0])
                if not left[0]:
                    break
        if left[0] is None or left[0] or len(subjects) > 1:
            ends.append(dict(env))
        self._merge(env, ends)
        return bool(ends)

    @staticmethod
    def _merge(env: Env, ends: list[Env]) -> None:
        if ends:
            names = {name for each in ends for name in each}
            env.update({name: join([each.get(name) for each in ends]) for name in names})

    def _narrow(self, value: frozenset[str] | None, pattern: ast.pattern) -> frozenset[str] | None:
        classes = self._pattern_classes(pattern)
        if classes is None:
            return value
        return classes if value is None else value & classes

    def _pattern_classes(self, pattern: ast.pattern) -> frozenset[str] | None:
        """Return the classes a pattern can match, None for any."""
        match pattern:
            case ast.MatchClass(ast.Name(name) | ast.Attribute(_, name)):
                return frozenset((name,))
            case ast.MatchOr(patterns):
                parts = [self._pattern_classes(each) for each in patterns]
                return None if None in parts else frozenset[str]().union(*[each for each in parts if each is not None])
            case ast.MatchAs(inner) if inner is not None:
                return self._pattern_classes(inner)
            case _:
                return None

    def _always_matched(self, pattern: ast.pattern) -> frozenset[str]:
        """Return the classes that a pattern matches whatever their fields are."""
        match pattern:
            case ast.MatchClass(ast.Name(name) | ast.Attribute(_, name), positional, _, keywords):
                free = all(isinstance(each, ast.MatchAs) and each.pattern is None for each in [*positional, *keywords])
                return frozenset((name,)) if free else frozenset()
            case ast.MatchOr(patterns):
                return frozenset[str]().union(*map(self._always_matched, patterns))
            case ast.MatchAs(inner) if inner is not None:
                return self._always_matched(inner)
            case ast.MatchAs():
                return frozenset(self._code.classes)
            case _:
                return frozenset()

    def _isinstance(self, test: ast.expr) -> tuple[str, frozenset[str]] | None:
        match test:
            case ast.Call(ast.Name("isinstance"), [ast.Name(name), kind]):
                return name, self._code.members(kind)
            case _:
                return None

    def _narrow_test(self, test: ast.expr, env: Env, wanted: bool) -> bool:
        """Narrow a variable by `isinstance`; return whether the outcome is possible."""
        match test:
            case ast.UnaryOp(ast.Not(), operand):
                return self._narrow_test(operand, env, not wanted)
            case ast.BoolOp(ast.And(), values) if wanted:
                return all(self._narrow_test(each, env, True) for each in values)
            case ast.BoolOp(ast.Or(), values) if not wanted:
                return all(self._narrow_test(each, env, False) for each in values)
            case _:
                pass
        found = self._isinstance(test)
        value = env.get(found[0]) if found is not None else None
        if found is None or not isinstance(value, frozenset):
            return True
        env[found[0]] = narrowed = value & found[1] if wanted else value - found[1]
        return bool(narrowed)

    def _truth(self, test: ast.expr, env: Env, module: str) -> bool | None:
        """Return a condition's truth if it follows from the classes, None otherwise."""
        match test:
            case ast.UnaryOp(ast.Not(), operand):
                inner = self._truth(operand, env, module)
                return None if inner is None else not inner
            case ast.BoolOp(operator, values):
                parts = [self._truth(each, env, module) for each in values]
                decisive = isinstance(operator, ast.Or)
                return decisive if decisive in parts else (None if None in parts else not decisive)
            case ast.Name(name):
                value = env.get(name)
                return value if isinstance(value, bool) else None
            case _:
                pass
        found = self._isinstance(test)
        value = env.get(found[0]) if found is not None else None
        if found is None or not isinstance(value, frozenset):
            return None
        return True if value <= found[1] else (False if not value & found[1] else None)

    def _alternatives(self, node: ast.expr, env: Env, module: str) -> list[Value]:
        """Return the abstract values of an expression; empty for a recursive call."""
        match node:
            case ast.Name(name):
                return [env.get(name)]
            case ast.Tuple(elements):
                parts = [self._alternatives(each, env, module) for each in elements]
                return [tuple(join(each) for each in parts)]
            case ast.IfExp(test, body, orelse):
                found: list[Value] = []
                for wanted, branch in ((True, body), (False, orelse)):
                    inner = dict(env)
                    if self._truth(test, env, module) is not (not wanted) and self._narrow_test(test, inner, wanted):
                        found += self._alternatives(branch, inner, module)
                return found
            case ast.Subscript(value, ast.Constant(int(index))):
                whole = join(self._alternatives(value, env, module))
                return [whole[index] if isinstance(whole, tuple) else None]
            case ast.Attribute(owner, name):
                owners = join(self._alternatives(owner, env, module))
                classes = (
                    [self._code.field_classes(each, name) for each in owners] if isinstance(owners, frozenset) else []
                )
                return [frozenset[str]().union(*classes) or None]
            case ast.BoolOp() | ast.UnaryOp():
                return [self._truth(node, env, module)]
            case ast.Call():
                return self._call_expression(node, env, module)
            case _:
                return [UNKNOWN]

    def _call_expression(self, node: ast.Call, env: Env, module: str) -> list[Value]:
        match node.func:
            case ast.Name("isinstance"):
                return [self._truth(node, env, module)]
            case ast.Name("replace" | "changed"):
                return self._alternatives(node.args[0], env, module)
            case ast.Name(name) if name in self._code.classes:
                return [frozenset((name,))]
            case ast.Name(name):
                target = self._code.names[module].get(name, "")
            case ast.Attribute(ast.Name(owner), name):
                target = f"{self._code.names[module].get(owner, '').rpartition('.')[2]}.{name}"
            case _:
                target = ""
        function = self._code.functions.get(target)
        if function is None:
            return [UNKNOWN]
        arguments = {
            parameter.arg: join(self._alternatives(value, env, module))
            for parameter, value in zip(function.args.args, node.args, strict=False)
        }
        arguments |= {each.arg: join(self._alternatives(each.value, env, module)) for each in node.keywords if each.arg}
        return self.call(target, arguments)


@dataclass(frozen=True)
class Machine:
    """States and events in the order of their unions, and the next states of every pair."""

    states: tuple[str, ...]
    events: tuple[str, ...]
    entries: Mapping[str, frozenset[str]]
    """The states after each function that begins a call."""
    transitions: Mapping[tuple[str, str], frozenset[str]]


def first_states(results: list[Value]) -> frozenset[str]:
    """Return the states of the pairs (state, actions) that a step function returns."""
    found = frozenset[str]()
    for each in results:
        if not isinstance(each, tuple) or not isinstance(each[0], frozenset):
            raise TypeError(f"a step function returns an unknown state: {each}")
        found |= each[0]
    return found


def in_order(union: ast.expr) -> Iterator[str]:
    """Yield the names of a union from left to right."""
    match union:
        case ast.BinOp(left, _, right):
            yield from in_order(left)
            yield from in_order(right)
        case ast.Name(name):
            yield name
        case _:
            raise TypeError(ast.unparse(union))


def read_machine(code: Code) -> Machine:
    """Derive the machine from the code."""
    states, events = tuple(in_order(code.aliases["State"])), tuple(in_order(code.aliases["Event"]))
    interpreter = Interpreter(code)
    step = code.names["state_machine"]["step"]
    transitions = {
        (state, event): first_states(
            interpreter.call(step, {"state": frozenset((state,)), "event": frozenset((event,))})
        )
        for state in states
        for event in events
    }
    entries = {
        name: first_states(interpreter.call(code.names["state_machine"][name], {}))
        for name in ("begin", "originate_by_app")
    }
    return Machine(states, events, entries, transitions)


def diagram(machine: Machine) -> list[str]:
    """Return the Mermaid diagram: one arrow per pair of states, labelled with its events."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for name, targets in machine.entries.items():
        lines += [f"    [*] --> {target}: {name}()" for target in machine.states if target in targets]
    for state in machine.states:
        for target in machine.states:
            found = [event for event in machine.events if target in machine.transitions[state, event]]
            if found and target != state:
                lines.append(f"    {state} --> {target}: {'<br/>'.join(found)}")
    return [*lines, f"    {machine.states[-1]} --> [*]", "```"]


def table(machine: Machine, state: str) -> list[str]:
    """Return what each event does in a state."""
    leaving = [event for event in machine.events if machine.transitions[state, event] != {state}]
    staying = [event for event in machine.events if event not in leaving]
    lines = ["| event | next state |", "|---|---|"] if leaving else []
    for event in leaving:
        targets = [each for each in machine.states if each in machine.transitions[state, event]]
        lines.append(f"| `{event}` | {' or '.join(f'`{each}`' for each in targets)} |")
    lines += [""] if leaving else []
    return [*lines, f"No change of state: {', '.join(f'`{each}`' for each in staying)}."]


def document() -> str:
    """Return the text of the reference page."""
    code = Code.read(MACHINE)
    machine = read_machine(code)
    folder = MACHINE.relative_to(ROOT)
    lines = [
        "# States of a call",
        "",
        f"<!-- Generated by script/diagram from {folder}. Do not edit. -->",
        "",
        f"The state machine of a call (`{folder}`) in one picture. An arrow lists the events that can cause the",
        "transition; conditions are in the code. Arrows from a state to itself are left out.",
        "",
        *diagram(machine),
    ]
    for state in machine.states:
        lines += ["", f"## {state}", "", code.summary(state), "", *table(machine, state)]
    lines += ["", "## Events", "", "| event | meaning |", "|---|---|"]
    lines += [f"| `{code.signature(event)}` | {code.summary(event)} |" for event in machine.events]
    return "\n".join(lines) + "\n"


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document(), "utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
