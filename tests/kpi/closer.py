"""Real processes that close days: `python -m tests.kpi.closer`, the program ready and without a connection of its own.

Each line of its input is a command: «fork <way> <moment>» starts a process that sweeps by the way under a clock that
stands there, and answers with its number; «wait» waits for all of them and answers with how they ended. A fork is there
in a millisecond, so that twenty of them can be killed within a test.
"""

import datetime as dt
import os
import sys
import threading
from collections.abc import Callable
from io import BytesIO


def worker() -> None:
    """What the worker does every minute."""
    from core.tasks import tick

    tick()


def web() -> None:
    """A page is answered; what comes after it is done in the background."""
    from crm.wsgi import application

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/healthz",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    application(environ, lambda *_: None).close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "sweep":
            thread.join()


def start() -> None:
    """A worker starts."""
    from core.tasks import tick

    tick(way="start")


def command() -> None:
    """Somebody asks for it."""
    from django.core.management import call_command

    call_command("close_days", stdout=sys.stderr)


WAYS: dict[str, Callable[[], None]] = {
    "worker": worker,
    "web": web,
    "start": start,
    "command": command,
}


def fork(way: str, moment: str) -> int:
    """The number of a new process that sweeps by the way at the moment."""
    from core import periods

    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        with periods.clock(dt.datetime.fromisoformat(moment)):
            WAYS[way]()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    import django

    django.setup()
    from core.outbox import queue
    from crm import wsgi  # noqa: F401  everything is imported before the first fork

    queue.handlers()
    say("ready")
    children: list[int] = []
    for line in sys.stdin:
        name, *words = line.split()
        if name == "fork":
            children.append(fork(*words))
            say(children[-1])
        else:
            codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
            children.clear()
            say(*codes)


if __name__ == "__main__":
    main()
