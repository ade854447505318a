"""Many files: in a pool of processes, the largest first, with every accident confined to the file that caused it."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.sharedctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import Any

from privlint.ir.codec import decode, encode
from privlint.ir.module import ModuleIR
from privlint.lower.module import lower
from privlint.lower.parse import LowerError
from privlint.model.source import SourceFile, Unreadable

_IN_PROCESS = 40  # fewer files than this are not worth starting processes for ...
_SMALL = 400_000  # ... unless they are long (characters in all)
_CHUNK = 150_000  # characters that a worker gets at a time
_PATIENCE = 120.0  # seconds for one file that is tried again alone

Outcome = bytes | Unreadable
Told = Callable[[int], None]


def lower_all(files: Sequence[SourceFile], jobs: int) -> tuple[list[ModuleIR], list[Unreadable]]:
    """Lower files with ``jobs`` processes (0: one for each core).

    Both lists are in the order of ``files``, whatever the number of processes.  A file that is no Python, or that
    brings down the process that lowers it, becomes ``Unreadable``.
    """
    modules: list[ModuleIR] = []
    unreadable: list[Unreadable] = []
    for file, outcome in zip(files, _outcomes(files, jobs), strict=True):
        if isinstance(outcome, Unreadable):
            unreadable.append(outcome)
        else:
            modules.append(decode(outcome, file.path) if isinstance(outcome, bytes) else outcome)
    return modules, unreadable


def encode_all(files: Sequence[SourceFile], jobs: int, told: Told = lambda done: None) -> list[Outcome]:
    """Lower files as ``lower_all`` does: for each its module, encoded, or why there is none.

    ``told`` is called with the number of characters of the files that have been lowered since the last call.
    """
    return [encode(each) if isinstance(each, ModuleIR) else each for each in _outcomes(files, jobs, told)]


def _outcomes(files: Sequence[SourceFile], jobs: int, told: Told = lambda done: None) -> Iterable[ModuleIR | Outcome]:
    workers = min(jobs or os.cpu_count() or 1, len(files))
    small = len(files) < _IN_PROCESS and sum(len(file.text) for file in files) < _SMALL
    return map(_lower, files) if workers <= 1 or small else _in_pool(files, workers, told)


def _lower(file: SourceFile) -> ModuleIR | Unreadable:
    try:
        return lower(file)
    except LowerError as error:
        return Unreadable(file.path, error.line, error.column, error.reason)
    except Exception as error:  # one file must never hide another's findings
        return Unreadable(file.path, 1, 1, f"internal error: {type(error).__name__}: {error}")


def _context() -> BaseContext:
    """Forked workers start at once; a process with threads must not fork, and Windows cannot."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _prepare(started: Sequence[int]) -> None:
    """In a worker: interrupts are the parent's business; what is there now stays, a parse makes no garbage cycles."""
    global _started
    _started = started
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    gc.freeze()


_started: Any = None  # in a worker: shared memory, a byte for every file that has been begun and not finished


def _work(chunk: list[tuple[int, SourceFile]]) -> list[tuple[int, Outcome]]:
    """In a worker: lower a few files."""
    result: list[tuple[int, Outcome]] = []
    for place, file in chunk:
        _started[place] = 1
        outcome = _lower(file)
        result.append((place, outcome if isinstance(outcome, Unreadable) else encode(outcome)))
        _started[place] = 0
    gc.collect()
    return result


def _chunks(files: Sequence[SourceFile], places: Sequence[int]) -> Iterable[list[tuple[int, SourceFile]]]:
    """The largest first, so that no worker is left with one at the end."""
    chunk: list[tuple[int, SourceFile]] = []
    size = 0
    for place in sorted(places, key=lambda place: -len(files[place].text)):
        chunk.append((place, files[place]))
        size += len(files[place].text)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _in_pool(files: Sequence[SourceFile], workers: int, told: Told) -> list[Outcome]:
    """Rounds, normally one: a round ends early when a worker dies, and then the files it had begun are suspects."""
    context = _context()
    outcomes: dict[int, Outcome] = {}
    waiting: list[int] = list(range(len(files)))
    while waiting:
        started = multiprocessing.sharedctypes.RawArray("b", len(files))
        _round(files, waiting, ProcessPoolExecutor(workers, context, _prepare, (started,)), outcomes, told)
        waiting = [place for place in waiting if place not in outcomes]
        suspects = [place for place in waiting if started[place]] or waiting
        for place in suspects:
            outcomes[place] = _alone(files[place], context)
        waiting = [place for place in waiting if place not in outcomes]
    return [outcomes[place] for place in range(len(files))]


def _round(
    files: Sequence[SourceFile],
    places: Sequence[int],
    pool: ProcessPoolExecutor,
    outcomes: dict[int, Outcome],
    told: Told,
) -> None:
    """Lower the files at these places, as far as the pool lives."""
    try:
        waiting = [pool.submit(_work, chunk) for chunk in _chunks(files, places)]
        for done in as_completed(waiting):
            finished = done.result()
            outcomes.update(finished)
            told(sum(len(files[place].text) for place, _ in finished))
    except BrokenProcessPool:
        pass
    except BaseException:  # an interrupt must not wait for what the workers are at
        _kill(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(file: SourceFile, context: BaseContext) -> Outcome:
    """Lower one file in a process of its own, which it may take down with it."""
    started = multiprocessing.sharedctypes.RawArray("b", 1)
    pool = ProcessPoolExecutor(1, context, _prepare, (started,))
    try:
        return pool.submit(_work, [(0, file)]).result(_PATIENCE)[0][1]
    except BrokenProcessPool:
        return Unreadable(file.path, 1, 1, "the parser crashed on this file", passing=True)
    except TimeoutError:
        _kill(pool)
        reason = f"the parser took longer than {_PATIENCE:.0f} seconds"
        return Unreadable(file.path, 1, 1, reason, passing=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
