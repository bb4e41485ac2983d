"""Set up the task queue: how tasks are kept safe, and the schedule as data."""

import os

from celery import Celery
from django.conf import settings

from portal import transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
transport.register()

# Interval schedules in UTC only: wall-clock crontabs skip or repeat a run when the clocks change. A beat that
# finds nobody to take it is dropped after a minute, so a worker that comes back is not met by a heap of old
# sweeps.
SECONDS_BETWEEN: dict[str, float] = {
    **dict.fromkeys(
        ("sla.sweep", "sla.count", "sla.lab", "portal.deliver", "portal.imports", "portal.heartbeat"),
        settings.BEAT_SECONDS,
    ),
    "sla.letters": 600.0,
    "sla.plans": 300.0,
    "portal.clear": 3600.0,
}
SCHEDULE: dict[str, dict[str, object]] = {
    name: {"task": name, "schedule": seconds, "options": {"expires": 60}}
    for name, seconds in SECONDS_BETWEEN.items()
}

REDIS_OPTIONS: dict[str, object] = {
    # A task may run 300 s; a worker that dies gives its tasks back after this, looked for every 10 s instead
    # of the stock 100 s. No task is ever delayed by the queue (no eta), so none can outlive the timeout and
    # run twice. Nothing waits for this: what a lost task would have done, the next beat asks for.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A Redis that vanished without a word is noticed; one that is frozen is waited for. Pages never ask it.
    "socket_keepalive": True,
    "health_check_interval": 30,
}

app = Celery("concord")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=REDIS_OPTIONS if settings.REDIS_URL else transport.options(settings.QUEUE_DIR),
    # A worker may be up before its broker, as after the start of a whole machine.
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    enable_utc=True,
    # The promise is a row in the database, the task only a wake-up: late acknowledgment and redelivery may
    # run a task twice, which every task allows, and never lose one.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # What a worker has taken ahead waits behind its long task, and is parked for 15 minutes when it dies.
    worker_prefetch_multiplier=1,
    # A task that hangs is ended, softly first, long before its message could be given to somebody else.
    task_time_limit=300,
    task_soft_time_limit=270,
    # Memory that a library never gives back is given back now and then.
    worker_max_tasks_per_child=2_000,
    worker_hijack_root_logger=False,
    # Operations may ask and stop workers through Redis; the queue of files has no broadcast.
    worker_enable_remote_control=bool(settings.REDIS_URL),
    # Nobody reads events and results: what a task did stands in the tables it wrote.
    worker_send_task_events=False,
    task_ignore_result=True,
    task_create_missing_queues=True,
    task_default_queue="concord",
    # What may take minutes waits in a queue of its own, so that no sweep ever waits behind it.
    task_routes={name: {"queue": "concord-long"} for name in ("sla.lab", "portal.imports", "portal.demo")},
    # Ids and words only: no message can carry code, and old and new workers understand each other.
    task_serializer="json",
    accept_content=["json"],
    beat_schedule=SCHEDULE,
    # All entries are short intervals, so there is nothing to remember between two runs of beat.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
)
app.autodiscover_tasks()
