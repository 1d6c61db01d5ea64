"""What `/healthz` says besides «ok»: rooms add checks in `AppConfig.ready()`.

    health.add("closing", lambda: "red" if … else "")

A check answers at once and from memory, never from the database, and says nothing while all is well. A load balancer
asks whether this process answers: that is 200 whatever the checks say, because no process gets better by being taken
away. Who watches over the company asks `/healthz?strict`: 503 while a check has something to say.
"""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

_checks: dict[str, Callable[[], str]] = {}


def add(name: str, check: Callable[[], str]) -> None:
    """Adds a check, or replaces the one of the same name."""
    _checks[name] = check


def complaints() -> list[str]:
    """«name: word» of every check that has something to say."""
    found = []
    for name, check in _checks.items():
        try:
            word = check()
        except Exception:
            log.exception("The health check %s failed.", name)
            word = "unknown"
        if word:
            found.append(f"{name}: {word}")
    return found
