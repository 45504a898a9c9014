"""The few errors that packages raise for one another; each message is one line: what, where, what to do."""

from __future__ import annotations

LONGEST_REASON = 200
"""Characters of a foreign error's text that a report keeps: a reason, not a page that was quoted in it."""


def in_one_line(error: BaseException | str, longest: int = LONGEST_REASON) -> str:
    """What an error says on one line, of at most ``longest`` characters."""
    return " ".join(str(error).split())[:longest]


class IntegrandError(Exception):
    """A failure that a person can act on. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class UsageError(IntegrandError):
    """The command was given something it does not know: an unknown source, label, option, query or path."""

    exit_code = 2


class Refused(IntegrandError):
    """One input cannot be read; the rest of the batch goes on. The message is the reason that is recorded."""


class SourceBroken(IntegrandError):
    """A source gave less than its definition expects."""

    exit_code = 3


class BaseBusy(IntegrandError):
    """Another process holds the base."""

    exit_code = 4
