"""The queue is set up as the promises need it."""

from celery.schedules import schedule
from django.conf import settings

from portal import celery


def test_everything_that_beat_asks_for_exists() -> None:
    celery.app.loader.import_default_modules()
    asked = {entry["task"] for entry in celery.SCHEDULE.values()}
    assert asked - set(celery.app.tasks) == set()


def test_beat_knows_short_intervals_only() -> None:
    """Wall-clock schedules skip or repeat a run when the clocks change."""
    assert {type(celery.app.conf.beat_schedule[name]["schedule"]) for name in celery.SCHEDULE} == {float}
    assert {
        schedule(entry["schedule"]).seconds
        for name, entry in celery.SCHEDULE.items()
        if name in ("sla.sweep", "portal.deliver", "portal.heartbeat")
    } == {settings.BEAT_SECONDS}
    assert (celery.app.conf.timezone, celery.app.conf.enable_utc) == ("UTC", True)


def test_tasks_survive_their_worker() -> None:
    conf = celery.app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (
        True,
        True,
        1,
    )
    assert conf.task_time_limit < celery.REDIS_OPTIONS["visibility_timeout"]
