"""What the code itself says of functions and classes: decorators, metaclasses, what is abstract."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from privlint.flow.absence import added_items, filled
from privlint.flow.copied import Copy, copied_items
from privlint.flow.loops import Loops, loops
from privlint.flow.shared import Stores
from privlint.flow.wrappers import Forwarding, forwarding
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR
from privlint.resolve.program import Function, Program
from privlint.resolve.scan import Bindings, scan

if TYPE_CHECKING:
    pass


_NO_NAMES: frozenset[str] = frozenset()  # one for all functions: every empty set takes room
_NO_REGISTERS: frozenset[int] = frozenset()
_FILE_TYPES = frozenset(["Path", "PurePath", "FileType", "File", "open"])
_OF_MAPPINGS = frozenset(["get", "items", "keys", "values", "setdefault", "popitem"])


def is_stub(ir: FunctionIR) -> bool:
    """Whether a function is a declaration, with nothing in it: ``def get(self, number: int) -> Account: ...``."""
    if ir.returns is not None and ir.returns.name == "None":
        return False
    if len(ir.blocks) != 1 or not all(isinstance(op, o.Const) for op in ir.blocks[0].ops):
        return False
    abstract = any(each.rpartition(".")[2].startswith("abstract") for each in ir.decorators)
    found = [op.value for op in ir.blocks[0].ops if isinstance(op, o.Const)]
    return abstract or Ellipsis in found or (ir.returns is not None and bool(found))


class Traits(Stores):
    """Facts about functions and classes that no flow changes, kept once they are found."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._assigned: dict[int, frozenset[str]] = {}
        self._private: dict[tuple[int, str], str] = {}
        self._joined: dict[int, frozenset[int]] = {}
        self._callees: dict[int, frozenset[int]] = {}
        self._sizes: dict[int, int] = {}
        self._inner = {f.parent for f in program.functions if f.parent >= 0}
        self._added: dict[int, frozenset[int]] = {}
        self._filled: dict[int, frozenset[str]] = {}
        self._copied: dict[int, dict[int, Copy]] = {}
        self._mappings: dict[int, frozenset[str]] = {}
        self._loops: dict[int, Loops] = {}
        self._forwarding: dict[int, Forwarding | None] = {}
        self._decorators: dict[int, list[str]] = {}
        self._scanned: dict[tuple[int, int], Bindings] = {}
        self._file_options: dict[int, frozenset[str]] = {}  # module -> names of options that take files
        self._users: list[int] | None = None
        self._makers: dict[tuple[int, int], dict[int, o.MakeFunction]] = {}  # module, function -> what it defines
        self._below: dict[str, list[int]] = {}
        self.handlers: dict[int, bool] = {}  # whether a function is a handler of requests

    def size(self, fn: Function) -> int:
        """The number of a function's ops."""
        found = self._sizes.get(fn.id)
        if found is None:
            found = self._sizes[fn.id] = sum(len(block.ops) for block in fn.ir.blocks)
        return found

    def loops(self, fn: Function) -> Loops:
        """The loops of a function."""
        found = self._loops.get(fn.id)
        if found is None:
            found = self._loops[fn.id] = loops(fn.ir)
        return found

    def metaclass_method(self, cls: int, name: str) -> tuple[int, int | None]:
        """The metaclass of a class (-1 if it is not of the program), and the method of that name that it defines."""
        for base in self.program.classes[cls].mro:
            info = self.program.classes[base]
            for label, text in info.keywords:
                if label == "metaclass":
                    entity = self.program.lookup(self.program.modules[info.module], text)
                    if entity is not None and entity.kind == "class":
                        method = self.program.method(entity.number, name)
                        return entity.number, method.function if method is not None else None
        return -1, None

    def is_abstract(self, cls: int, name: str) -> bool:
        """Whether a method is only there to be overridden."""
        method = self.program.method(cls, name)
        if method is None:
            return True
        ir = self.program.functions[method.function].ir
        if any(d.rpartition(".")[2].startswith("abstract") for d in ir.decorators):
            return True
        ops = [op for block in ir.blocks for op in block.ops]
        if any(isinstance(block.end, o.Raise) for block in ir.blocks):
            return any(isinstance(op, o.LoadName) and op.slot == "NotImplementedError" for op in ops)
        return not any(isinstance(op, o.Call | o.StoreAttr | o.LoadAttr) for op in ops)

    def added_items(self, fn: Function) -> frozenset[int]:
        """The nodes of stores under keys that were not there before."""
        found = self._added.get(fn.id)
        if found is None:
            found = self._added[fn.id] = added_items(fn.ir) or _NO_REGISTERS
        return found

    def filled(self, fn: Function) -> frozenset[str]:
        """The variables in which a function stores items that it may have looked for there (see ``absence.py``)."""
        found = self._filled.get(fn.id)
        if found is None:
            found = self._filled[fn.id] = filled(fn.ir)
        return found

    def copied_items(self, fn: Function) -> dict[int, Copy]:
        """Keys under which items of another mapping are stored as they are there (see ``copied.py``)."""
        found = self._copied.get(fn.id)
        if found is None:
            found = self._copied[fn.id] = copied_items(fn.ir)
        return found

    def used_as_mappings(self, fn: Function) -> frozenset[str]:
        """The local variables of which a function asks what only mappings have."""
        found = self._mappings.get(fn.id)
        if found is None:
            names: set[str] = set()
            for block in fn.ir.blocks:
                slots = {op.dst: op.slot for op in block.ops if isinstance(op, o.LoadName)}
                asked = [op for op in block.ops if isinstance(op, o.LoadAttr) and op.name in _OF_MAPPINGS]
                names.update(slots[op.obj] for op in asked if op.obj in slots)
            found = self._mappings[fn.id] = frozenset(names) if names else _NO_NAMES
        return found

    def joined_registers(self, fn: Function) -> frozenset[int]:
        """Registers that more than one op writes."""
        found = self._joined.get(fn.id)
        if found is None:
            seen: Counter[int] = Counter()
            for block in fn.ir.blocks:
                for op in block.ops:
                    if isinstance(op, o.Unpack):
                        seen.update(op.dsts)
                    else:
                        written = getattr(op, "dst", None)
                        if written is not None:
                            seen[written] += 1
            found = frozenset(reg for reg, times in seen.items() if times > 1) or _NO_REGISTERS
            self._joined[fn.id] = found
        return found

    def callee_registers(self, fn: Function) -> frozenset[int]:
        """Registers that are called."""
        found = self._callees.get(fn.id)
        if found is None:
            found = frozenset(op.func for block in fn.ir.blocks for op in block.ops if isinstance(op, o.Call))
            found = found or _NO_REGISTERS
            self._callees[fn.id] = found
        return found

    def assigned_names(self, cls: int) -> frozenset[str]:
        """The attributes that methods of a class and its bases store, and those its body declares."""
        found = self._assigned.get(cls)
        if found is None:
            found = frozenset().union(*(self._own_names(base) for base in self.program.classes[cls].mro))
            self._assigned[cls] = found
        return found

    def _own_names(self, cls: int) -> frozenset[str]:
        """The attributes that the methods of a class itself store, and those its body declares."""
        info = self.program.classes[cls]
        functions = self.program.modules[info.module].functions
        names = set(info.fields)
        for index in info.methods.values():
            for block in self.program.functions[functions[index.index]].ir.blocks:
                names.update(op.name for op in block.ops if isinstance(op, o.StoreAttr))
        return frozenset(names)

    def private_name(self, fn: Function, name: str) -> str:
        """An attribute as it is kept: one that several classes above each other call private is each one's own."""
        if name[:2] != "__" or name.endswith("__"):
            return name
        while fn.cls < 0 and fn.parent >= 0:
            fn = self.program.functions[fn.parent]
        if fn.cls < 0:
            return name
        known = self._private.get((fn.cls, name))
        if known is None:
            known = self._private[(fn.cls, name)] = self._mangled(fn.cls, name)
        return known

    def _mangled(self, cls: int, name: str) -> str:
        classes = self.program.classes
        family = {*classes[cls].mro, *self.program.subclasses.get(cls, ())}
        several = sum(name in self._own_names(each) for each in family) > 1
        methods = any(name in classes[each].methods for each in family)
        return f"_{classes[cls].name.lstrip('_')}{name}" if several and not methods else name

    def forwarding(self, fn: int) -> Forwarding | None:
        """What a wrapper forwards to, if the function is one."""
        if fn not in self._forwarding:
            self._forwarding[fn] = forwarding(self.program.functions[fn].ir)
        return self._forwarding[fn]

    def user_classes(self) -> list[int]:
        """The classes of the program that extend Django's class of users and are no base of another."""
        if self._users is None:
            known = {"AbstractUser", "AbstractBaseUser"}
            found = [
                cls.id
                for cls in self.program.classes
                if known & {base.rpartition(".")[2] for base in self.program.external_bases(cls.id)}
            ]
            self._users = [each for each in found if not self.program.subclasses.get(each)]
        return self._users

    def has_inner(self, fn: Function) -> bool:
        """Whether functions are defined inside."""
        return fn.id in self._inner

    def decorator_paths(self, fn: Function) -> list[str]:
        """The decorators of a function by what they mean."""
        found = self._decorators.get(fn.id)
        if found is None:
            module = self.program.modules[fn.module]
            found = []
            for text in fn.ir.decorators:
                entity = self.program.lookup(module, text)
                if entity is not None and entity.kind == "external":
                    found.append(entity.path)
                head, _, rest = text.partition(".")
                bound = module.bindings.names.get(head, [])
                if rest and bound and bound[-1].kind == "call":
                    made = self.program.lookup(module, bound[-1].text)
                    if made is not None and made.kind == "external":
                        found.append(f"{made.path}.{rest}")
            self._decorators[fn.id] = found
        return found

    def decorator_texts(self, fn: Function) -> tuple[str, ...]:
        """The constant texts that the decorators of a function are given: ``@app.route("/people/<name>")``."""
        bound = self._enclosing(fn).names.get(fn.ir.name, ()) if fn.ir.parent >= 0 else ()
        found = [b.decorated_with for b in bound if b.kind == "function" and b.index == fn.ir.index]
        return found[0] if found else ()

    def default_text(self, fn: Function, name: str) -> str:
        """The callee of a parameter's default, as a dotted path (``fastapi.Form``)."""
        module = self.program.modules[fn.module]
        text = self._enclosing(fn).texts.get(self._default(fn, name), "").removesuffix("()")
        entity = self.program.lookup(module, text) if text else None
        return entity.path if entity is not None and entity.path else text

    def default_argument(self, fn: Function, name: str) -> str:
        """The first name that is given to the call which is a parameter's default: ``Depends(paging)``."""
        given = self._enclosing(fn).named.get(self._default(fn, name), ())
        return given[0][1] if given else ""

    def names_file(self, module: int, name: str) -> bool:
        """Whether the module has an option of that name which takes a file: ``add_argument("patients", type=Path)``."""
        known = self._file_options.get(module)
        if known is None:
            found: set[str] = set()
            for ir in self.program.modules[module].ir.functions:
                for block in ir.blocks:
                    for op in block.ops:
                        if isinstance(op, o.Call) and op.text.rpartition(".")[2] == "add_argument":
                            found.update(self._file_option(module, ir.index, op))
            known = self._file_options[module] = frozenset(found)
        return name in known

    def _file_option(self, module: int, function: int, op: o.Call) -> list[str]:
        bound = self._bindings(module, function)
        types = [bound.texts.get(arg.reg, "") for arg in op.args if arg.label == "type"]
        if not any(text.removesuffix("()").rpartition(".")[2] in _FILE_TYPES for text in types):
            return []
        written = [bound.constants.get(arg.reg) for arg in op.args if arg.label in (None, "dest")]
        return [text.lstrip("-").replace("-", "_") for text in written if isinstance(text, str)]

    def default_alias(self, fn: Function, name: str, keywords: tuple[str, ...]) -> str:
        """The text that one of these keywords has in the call which is a parameter's default: ``Query(alias="q")``."""
        reg = self._default(fn, name)
        if reg < 0:
            return ""
        constants = self._enclosing(fn).constants
        for block in self.program.modules[fn.module].ir.functions[fn.ir.parent].blocks:
            for op in block.ops:
                if isinstance(op, o.Call) and op.dst == reg:
                    given = [constants.get(arg.reg) for arg in op.args if arg.label in keywords]
                    return next((text for text in given if isinstance(text, str)), "")
        return ""

    def is_switch(self, fn: Function, name: str) -> bool:
        """Whether a parameter is on or off, by its default."""
        return isinstance(self._enclosing(fn).constants.get(self._default(fn, name)), bool)

    def needs_value(self, fn: Function, name: str) -> bool:
        """Whether a parameter's default is a call that says that there is none: ``Form(...)``, ``Query()``."""
        if fn.ir.parent < 0:
            return False
        reg = self._default(fn, name)
        for block in self.program.modules[fn.module].ir.functions[fn.ir.parent].blocks:
            for op in block.ops:
                if isinstance(op, o.Call) and op.dst == reg:
                    given = [arg.reg for arg in op.args if arg.label in (None, "default")]
                    optional = any(arg.label == "default_factory" for arg in op.args)
                    return not optional and (not given or self._enclosing(fn).constants.get(given[0]) is ...)
        return False

    def _default(self, fn: Function, name: str) -> int:
        """The register, in the enclosing function, of a parameter's default, or -1."""
        if fn.ir.parent < 0:
            return -1
        made = self._makers.get((fn.module, fn.ir.parent))
        if made is None:
            blocks = self.program.modules[fn.module].ir.functions[fn.ir.parent].blocks
            ops = [op for block in blocks for op in block.ops if isinstance(op, o.MakeFunction)]
            made = self._makers[(fn.module, fn.ir.parent)] = {op.index: op for op in reversed(ops)}
        op = made.get(fn.ir.index)
        return next((default.reg for default in op.defaults if default.label == name), -1) if op is not None else -1

    def classes_below(self, type_: str) -> list[int]:
        """The classes of the program that extend a library's."""
        found = self._below.get(type_)
        if found is None:
            program = self.program
            found = self._below[type_] = [c.id for c in program.classes if type_ in program.external_bases(c.id)]
        return found

    def decorator_argument(self, fn: Function, name: str) -> str:
        """The text of a keyword argument of a function's decorators: ``response_model=UserOut``; a list of it too."""
        return self._given_to_decorators(fn.module, fn.ir, name) if fn.ir.parent >= 0 else ""

    def answers_with(self, fn: Function) -> str:
        """The class that a handler's decorator says it answers with (``response`` is django-ninja's)."""
        return self.decorator_argument(fn, "response_model") or self.decorator_argument(fn, "response")

    def class_decorator_argument(self, cls: int, name: str) -> str:
        """The same of a class's decorators: ``view_defaults(renderer="json")``."""
        info = self.program.classes[cls]
        return self._given_to_decorators(info.module, self.program.modules[info.module].ir.functions[info.body], name)

    def _given_to_decorators(self, module: int, ir: FunctionIR, name: str) -> str:
        holder = self._bindings(module, max(ir.parent, 0))
        ops = [op for block in self.program.modules[module].ir.functions[ir.parent].blocks for op in block.ops]
        calls = {op.dst: op for op in ops if isinstance(op, o.Call)}
        made = {op.dst for op in ops if isinstance(op, o.MakeFunction | o.MakeClass) and op.index == ir.index}
        loads = {op.dst: op for op in ops if isinstance(op, o.LoadItem)}
        for op in calls.values():
            if len(op.args) == 1 and op.args[0].reg in made:
                made.add(op.dst)
                for arg in calls[op.func].args if op.func in calls else ():
                    if arg.label == name:
                        item = loads.get(arg.reg)  # list[UserOut]
                        constant = holder.constants.get(arg.reg)
                        given = holder.texts.get(arg.reg if item is None else item.key, "")
                        return constant if isinstance(constant, str) else given
        return ""

    def _enclosing(self, fn: Function) -> Bindings:
        """The bindings of the function, class or module that a function is made in."""
        return self._bindings(fn.module, max(fn.ir.parent, 0))

    def _bindings(self, module: int, parent: int) -> Bindings:
        found = self._scanned.get((module, parent))
        if found is None:
            found = scan(self.program.modules[module].ir.functions[parent])
            self._scanned[(module, parent)] = found
        return found
