"""Many files: in a pool of processes, the largest first, with every accident confined to the file that caused it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

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


def lower_all(files: Sequence[SourceFile], jobs: int) -> tuple[list[ModuleIR], list[Unreadable]]:
    """Lower files with ``jobs`` processes (0: one for each core).

    Both lists are in the order of ``files``, whatever the number of processes.  A file that is no Python, or that
    brings down the process that lowers it, becomes ``Unreadable``.
    """
    workers = min(jobs or os.cpu_count() or 1, len(files))
    small = len(files) < _IN_PROCESS and sum(len(file.text) for file in files) < _SMALL
    alone = workers <= 1 or small
    outcomes: Iterable[ModuleIR | Outcome] = map(_lower, files) if alone else _in_pool(files, workers)
    modules: list[ModuleIR] = []
    unreadable: list[Unreadable] = []
    for outcome in outcomes:
        if isinstance(outcome, Unreadable):
            unreadable.append(outcome)
        elif isinstance(outcome, bytes):
            modules.append(decode(outcome))
        else:
            modules.append(outcome)
    return modules, unreadable


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


def _prepare() -> None:
    """In a worker: what is there now stays, and a parse makes no cycles that need collecting."""
    gc.disable()
    gc.freeze()


def _work(chunk: list[tuple[int, SourceFile]]) -> list[tuple[int, Outcome]]:
    """In a worker: lower a few files."""
    result: list[tuple[int, Outcome]] = []
    for place, file in chunk:
        outcome = _lower(file)
        result.append((place, outcome if isinstance(outcome, Unreadable) else encode(outcome)))
    gc.collect()
    return result


def _chunks(files: Sequence[SourceFile]) -> Iterable[list[tuple[int, SourceFile]]]:
    """The largest first, so that no worker is left with one at the end."""
    chunk: list[tuple[int, SourceFile]] = []
    size = 0
    for place, file in sorted(enumerate(files), key=lambda item: -len(item[1].text)):
        chunk.append((place, file))
        size += len(file.text)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _in_pool(files: Sequence[SourceFile], workers: int) -> list[Outcome]:
    outcomes: list[Outcome | None] = [None] * len(files)
    with ProcessPoolExecutor(workers, _context(), initializer=_prepare) as pool:
        waiting: list[Future[list[tuple[int, Outcome]]]] = []
        try:
            waiting += [pool.submit(_work, chunk) for chunk in _chunks(files)]
            for done in as_completed(waiting):
                for place, outcome in done.result():
                    outcomes[place] = outcome
        except BrokenProcessPool:
            pass  # some file has killed a worker; those without an outcome are tried again below
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [_alone(file) if outcome is None else outcome for file, outcome in zip(files, outcomes, strict=True)]


def _alone(file: SourceFile) -> Outcome:
    """Lower one file in a process of its own, which it may take down with it."""
    pool = ProcessPoolExecutor(1, _context(), initializer=_prepare)
    try:
        return pool.submit(_work, [(0, file)]).result(_PATIENCE)[0][1]
    except BrokenProcessPool:
        return Unreadable(file.path, 1, 1, "the parser crashed on this file")
    except TimeoutError:
        for process in list((pool._processes or {}).values()):
            process.kill()
        return Unreadable(file.path, 1, 1, f"the parser took longer than {_PATIENCE:.0f} seconds")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
