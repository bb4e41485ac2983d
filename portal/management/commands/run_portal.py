"""Run all of Concord from one terminal: web server, worker and beat."""

import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone

from portal import condition, logins
from portal.supervisor import Child, Supervisor

START_SECONDS = 30


class Command(BaseCommand):
    """Prepare the database, start the processes, watch them, stop them."""

    help = "Prepare the database and run web server, worker and beat until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address to serve and whether a real database may get the demo company."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--demo",
            action=BooleanOptionalAction,
            default=settings.IS_TRYOUT,
            help="load the demo company into an empty database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT, SIGTERM or the end of the terminal."""
        host, port = options["host"], options["port"]
        if is_taken(host, port):
            self.stderr.write(f"Port {port} is in use; choose another one with `make run PORT={port + 1}`.")
            sys.exit(1)
        try:
            self.prepare(may_load_demo=options["demo"])
        except KeyboardInterrupt:
            self.stderr.write("Stopped before everything was ready; the next start goes on from here.")
            sys.exit(130)
        web, *others = children(host, port)
        supervisor = Supervisor([web, *others], say=self.stderr.write)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.request_stop)
        # The page first: worker and beat would only make it wait for the processor.
        web.start()
        if wait_for(host, port, supervisor):
            self.greet(host, port)
        supervisor.run()
        self.stdout.write("Stopped. Everything is kept for the next start.")

    def prepare(self, *, may_load_demo: bool) -> None:
        """Bring database and static files up to this code, and fill an empty try-out home."""
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.IS_TRYOUT:
            call_command("collectstatic", interactive=False, verbosity=0)
        is_empty = not get_user_model().objects.exists()
        if may_load_demo and is_empty and "load_demo" in get_commands():
            self.stdout.write("Loading the demo company …")
            call_command("load_demo")
        connection.close()

    def greet(self, host: str, port: int) -> None:
        """Print where to go and, where the demo people live, who to be."""
        self.stdout.write(f"\nConcord is ready: http://{host}:{port}/\n")
        for login in logins.known():
            self.stdout.write(f"  {login.role:<20} {login.email:<32} {login.password}")
        if settings.SECURE_SSL:
            self.stdout.write("  Browsers are sent to HTTPS; SECURE_SSL=0 serves plain HTTP without a proxy.")
        self.stdout.write("\nCtrl-C stops it.\n")


def is_taken(host: str, port: int) -> bool:
    """Say whether somebody else serves this address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait_for(host: str, port: int, supervisor: Supervisor) -> bool:
    """Return True when the web server answers, False when a stop is asked for or it takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping.wait(0.05):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return True
    return False


def children(host: str, port: int) -> list[Child]:
    """Return the processes; on SQLite one worker does everything with threads, else long work has its own."""
    on_sqlite = connection.vendor == "sqlite"
    loglevel = "WARNING" if settings.IS_TRYOUT else "INFO"
    own = {"LOG_LEVEL": loglevel, "PUBLIC_URL": os.environ.get("PUBLIC_URL") or f"http://localhost:{port}"}
    environment = own if settings.IS_TRYOUT else {}
    web = ["gunicorn", "portal.wsgi:application", "--bind", f"{host}:{port}", "--worker-class", "gthread"]
    web += ["--workers", "1" if on_sqlite else "2", "--threads", "8", "--graceful-timeout", "5"]
    web += ["--no-control-socket", "--log-level", loglevel.lower()]
    celery = ["celery", "--app", "portal.celery", "--quiet"]
    work = [*celery, "worker", "--pool", "threads" if on_sqlite else "prefork"]
    work += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", loglevel]
    worker = [*work, "--queues", "concord", "--concurrency", "2"]
    if on_sqlite:  # one process for both queues, with threads to spare for long work
        worker = [*work, "--queues", "concord,concord-long", "--concurrency", "4"]
    long_worker = [*work, "--queues", "concord-long", "--concurrency", "1"]
    beat = [*celery, "beat", "--pidfile=", "--loglevel", loglevel]
    # Celery warns root on every start; in a container that is nobody's mistake.
    quiet = {**environment, "PYTHONWARNINGS": "ignore:You're running the worker"}
    top, limit = settings.BASE_DIR, settings.HEARTBEAT_LIMIT_SECONDS
    watched = [
        Child("Web server", python(web), environment=environment, folder=top),
        Child("Worker", python(worker), takes_no_work, limit / 4, environment=quiet, folder=top),
        Child("Beat", python(beat), environment=environment, folder=top),
    ]
    if not on_sqlite:
        watched.append(Child("Long worker", python(long_worker), environment=quiet, folder=top))
    return watched


def python(module_and_arguments: list[str]) -> list[str]:
    """Return the command that runs a module with this very interpreter."""
    return [sys.executable, "-m", *module_and_arguments]


def takes_no_work(age_seconds: float) -> bool:
    """Say whether no task has come through the queue for too long, a fresh worker's start set aside."""
    if age_seconds < 1.5 * settings.HEARTBEAT_LIMIT_SECONDS:
        return False
    try:
        return not condition.worker_finding(timezone.now())["ok"]
    except DatabaseError:
        return False  # not the worker's fault, and a new one could not work either
    finally:
        connection.close()
