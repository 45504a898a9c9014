"""What a host's robots.txt allows us (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "integrand"
"""The product token by which robots.txt files may address this crawler."""

MAX_BYTES = 512 * 1024
"""What is read of a robots.txt: RFC 9309 section 2.5 asks for at least 500 KiB."""

MAX_CRAWL_DELAY_S = 60.0
"""Longer Crawl-delays are kept as this: a site that asks for more cannot be harvested, and its expectations will say so."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host. ``rules`` is None where everything is allowed; ``unreadable`` says why nothing is."""

    rules: Protego | None = None
    unreadable: str | None = None

    def refusal(self, url: str) -> str | None:
        """Why ``url`` may not be asked for, or None where it may."""
        if self.unreadable is not None:
            return self.unreadable
        if self.rules is not None and not self.rules.can_fetch(url, AGENT):
            return "denied by robots.txt"
        return None

    @property
    def crawl_delay_s(self) -> float:
        delay = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(float(delay), MAX_CRAWL_DELAY_S) if delay else 0.0


def robots_from(payload: bytes) -> Robots:
    """The rules in a robots.txt; what is no rule is passed over, as RFC 9309 section 2.2 asks."""
    return Robots(rules=Protego.parse(payload[:MAX_BYTES].decode("utf-8-sig", "replace")))
