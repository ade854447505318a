"""The click group, and what becomes of the errors that its commands let through."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from privlint import __version__
from privlint.cli.errors import as_failure
from privlint.cli.streams import say, use_utf8

EXIT_FAILURE = 2
EXIT_INTERRUPTED = 130


COMMANDS = {  # name -> where it is; a command is imported when it is called
    "check": "check:check",
    "baseline": "baseline:baseline",
    "map": "map:map_",
    "diff": "diff:diff",
    "rule": "rule:rule",
    "rules": "rule:rules",
    "explain-name": "explain:explain_name",
    "catalogue": "catalogue:catalogue",
    "schema": "schema:schema",
    "init": "init:init",
}


class _Commands(click.Group):
    """The commands, each in a module of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"privlint.cli.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "--version", "-V", prog_name="privlint", message="%(prog)s %(version)s")
def privlint() -> None:
    """Find personal data that leaks, and sharing that no privacy notice declares, in Python code.

    Start with "privlint check".
    """


def run(argv: list[str]) -> int:
    """Run the command line ``argv``; the exit status.  Never lets an exception through."""
    use_utf8()
    try:
        status = privlint.main(args=argv, prog_name="privlint", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:  # the reader has seen enough (| head): nobody is left to be told
        _drop_stdout()
        return EXIT_FAILURE
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_FAILURE
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            _internal_error(error, verbose="--verbose" in argv or "-v" in argv)
        else:
            say(failure)
        return EXIT_FAILURE


def _internal_error(error: Exception, *, verbose: bool) -> None:
    """Say that privlint itself failed; the traceback only where it was asked for."""
    if verbose:
        import traceback

        traceback.print_exception(error)
    what = " ".join(str(error).split())[:300]
    more = "" if verbose else " (--verbose shows the traceback)"
    say(f"internal error: {type(error).__name__}: {what}{more}")


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain when it flushes at exit."""
    with open(os.devnull, "wb") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())
