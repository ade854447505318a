"""The ways out of a block of statements: ``return``, ``break`` and ``continue`` through ``with`` and ``finally``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from privlint.ir.ops import Choose, Exit, Raise, Reg, Return
from privlint.lower.builder import Cleanup, FunctionBuilder, Loop, Managed
from privlint.lower.shapes import statements

_COPIES_OF_ONE = 8  # copies of one finally body; later ways out share one
_COPIES_IN_ALL = 40  # in one function: nested ones would double with every level


def leave(f: FunctionBuilder, src: Reg, n: int) -> None:
    """``return``: run what the frames around ask for, from the inside out, then leave the function."""
    _unwind(f, 0, lambda: f.end(Return(src, n)))


def break_out(f: FunctionBuilder, again: bool) -> None:
    """``break``, or ``continue`` if ``again``: the same up to the innermost loop."""
    place = len(f.frames) - 1
    while place >= 0 and not isinstance(f.frames[place], Loop):
        place -= 1
    if place < 0:
        return  # outside of a loop: a syntax error that the parser lets pass
    loop = f.frames[place]
    assert isinstance(loop, Loop)
    target = loop.head if again else loop.after
    _unwind(f, place + 1, partial(f.jump, target))


def _unwind(f: FunctionBuilder, down_to: int, finish: Callable[[], None]) -> None:
    """Leave the frames from the innermost to number ``down_to``, then ``finish``."""
    frames, handler = f.frames, f.handler
    try:
        for place in range(len(frames) - 1, down_to - 1, -1):
            frame = frames[place]
            f.frames = frames[:place]
            if isinstance(frame, Managed):
                for manager in reversed(frame.managers):
                    f.emit(Exit(manager, frame.node))
            elif isinstance(frame, Cleanup):
                f.under(frame.handler)
                run_cleanup(f, frame)
                if f.current is None:
                    return
        finish()
    finally:
        f.frames, f.handler = frames, handler


def run_cleanup(f: FunctionBuilder, frame: Cleanup) -> None:
    """Run a ``finally`` body and go on: in a copy of its own, or through the copy that is shared."""
    if frame.copies < _COPIES_OF_ONE and f.copies < _COPIES_IN_ALL:
        frame.copies += 1
        f.copies += 1
        f.module.suite(f, statements(frame.body.body))
        return
    if frame.shared is None:
        frame.shared = f.block()
    onward = f.block()
    frame.onward.append(onward)
    f.goto(frame.shared)
    f.start(onward)


def finish_cleanup(f: FunctionBuilder, frame: Cleanup) -> None:
    """After a ``try`` statement: lower the shared copy of its ``finally``, if some way out asked for it."""
    if frame.shared is None:
        return
    following = f.current
    f.start(frame.shared)
    f.module.suite(f, statements(frame.body.body))
    f.end(Choose(tuple(frame.onward)))
    f.current = following


def reraise(f: FunctionBuilder, frame: Cleanup, n: int) -> int:
    """The block where an exception arrives that a ``finally`` lets pass: its body, then the exception again."""
    entry = f.block()
    before = f.current
    f.start(entry)
    run_cleanup(f, frame)
    f.end(Raise(-1, -1, n))
    f.current = before
    return entry
