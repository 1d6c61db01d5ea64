"""`manage.py serve`: web and worker (with its schedule) together, until one dies or somebody ends them."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core import processes

START_TIMEOUT = 60.0
WATCH_EVERY = 0.2


class Command(BaseCommand):
    help = "Starts web and worker together; Ctrl-C or TERM ends both within ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=int(os.environ.get("WEB_CONCURRENCY", "2")))
        parser.add_argument("--threads", type=int, default=4, help="threads per web worker")
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate the database and, where it is empty and this is not production, make the demo company",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Before anything else, so that a taken port is not found out after a minute's preparation.
            listener = _listen(options["host"], options["port"])
            if options["prepare"]:
                self._prepare()
            with listener:
                self._serve(listener, options["workers"], options["threads"])
        except KeyboardInterrupt:
            self._say("\nInterrupted.")
            sys.exit(130)

    def _say(self, text: str) -> None:
        """At once, also into a pipe or a journal."""
        self.stdout.write(text)
        self.stdout.flush()

    def _prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        elif _has_demo() and not get_user_model()._default_manager.exists():
            self._say("Making the demo company …")
            call_command("demo", stdout=self.stdout)
        connection.close()

    def _serve(self, listener: socket.socket, workers: int, threads: int) -> None:
        ended = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, end)

        children: list[processes.Child] = []
        try:
            children += [_start_web(listener, workers, threads), _start_worker()]
            if self._wait_until_it_answers(listener, children, ended):
                self._announce(listener)
            while not ended.wait(WATCH_EVERY):
                _raise_if_dead(children)
            self._say("\nStopping …")
        finally:
            processes.end(children)
        self._say("Stopped.")

    def _wait_until_it_answers(
        self, listener: socket.socket, children: list[processes.Child], ended: threading.Event
    ) -> bool:
        host, port = listener.getsockname()[:2]
        deadline = time.monotonic() + START_TIMEOUT
        while not ended.is_set():
            if _answers(host, port):
                return True
            _raise_if_dead(children)
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The web server did not answer within {START_TIMEOUT:.0f} seconds: see {_logs()}."
                )
            ended.wait(0.05)
        return False

    def _announce(self, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104
        self._say(f"\nTakt is running: http://{shown}:{port}/   (Ctrl-C ends it)\n")
        if _has_demo() and not settings.PRODUCTION:
            call_command("demo", "--who", verbosity=0, stdout=self.stdout)
            self.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, handed to the web server: no other program can take the port in between."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise CommandError(
            f"Port {port} cannot be used ({_reason(error)}): name another one, for example "
            f"`make run PORT={_free_port(host, family)}`."
        ) from error
    return listener


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError):
        return "there is no such port"
    return "another program has taken it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)


def _free_port(host: str, family: socket.AddressFamily) -> int:
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _start_web(listener: socket.socket, workers: int, threads: int) -> processes.Child:
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"fd://{listener.fileno()}"]
    command += ["--config", "python:crm.web"]
    command += ["--workers", str(workers), "--threads", str(threads), "--preload", "--graceful-timeout", "5"]
    command += ["--no-control-socket", "--log-level", "warning"]
    return processes.start("web server", command, log=_log("web"), pass_fds=[listener.fileno()])


def _start_worker() -> processes.Child:
    # Threads, because children of a prefork pool would get signals past their parent; -B: the schedule lives inside.
    command = [sys.executable, "-m", "celery", "--app", "crm", "worker", "--beat", "--pool", "threads"]
    command += ["--concurrency", "2", "--loglevel", "warning", "--without-gossip", "--without-mingle"]
    return processes.start("worker", command, log=_log("worker"))


def _log(name: str) -> Path | None:
    """In production the log is the output, for whatever collects it there."""
    return None if settings.PRODUCTION else _logs() / f"{name}.log"


def _logs() -> Path:
    return Path(settings.VAR) / "logs"


def _raise_if_dead(children: list[processes.Child]) -> None:
    for child in children:
        if child.process.poll() is not None:
            raise CommandError(child.epitaph())


def _answers(host: str, port: int) -> bool:
    """Whether the server answers anything at all: in production the probe's host name may not be among its own."""
    probe = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=5)  # noqa: S104
    try:
        probe.request("GET", "/healthz", headers={"Host": "localhost"})
        return probe.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        probe.close()


def _has_demo() -> bool:
    return "demo" in get_commands()
