"""What a regular expression cannot match without: found once, looked for quickly before the expression itself is tried."""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any


@lru_cache(maxsize=64)
def triggers(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Lower-case pieces of which every match holds at least one, whatever its case; () where none can be told.

    Looking for pieces in a lower-case text takes an eighth of the time of a search that ignores case.
    """
    found = _pieces(_parser.parse(pattern.pattern))
    return tuple(piece for piece in found if not any(other in piece for other in found if other != piece))


def _pieces(tree: Any) -> tuple[str, ...]:
    choices: list[tuple[str, ...]] = []
    run = ""
    for code, value in [*tree, (None, None)]:
        if code is _constants.LITERAL:
            run += chr(value).lower()
            continue
        if run:
            choices.append((run,))
            run = ""
        if code is _constants.SUBPATTERN:
            choices.append(_pieces(value[3]))
        elif code is _constants.BRANCH:
            branches = [_pieces(branch) for branch in value[1]]
            choices.append(tuple(dict.fromkeys(piece for branch in branches for piece in branch)) if all(branches) else ())
        elif code is _constants.MAX_REPEAT and value[0] > 0:
            choices.append(_pieces(value[2]))
    return max((choice for choice in choices if choice), key=lambda choice: min(map(len, choice)), default=())
