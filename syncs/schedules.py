"""What runs by the clock; stored once, whoever starts first."""

from dataclasses import dataclass

from django_q.models import Schedule


@dataclass(frozen=True, slots=True)
class Regular:
    name: str
    task: str
    kind: str
    # Between two times, where the kind is minutes.
    minutes: int = 1


REGULARS = (
    Regular("saldo-dispatch", "syncs.tasks.dispatch", Schedule.MINUTES),
    # Only those whose turn it is: just connected, or last looked after a day ago.
    Regular("saldo-webhooks", "syncs.tasks.keep_webhooks", Schedule.MINUTES),
    Regular("saldo-jobs", "syncs.tasks.enqueue_lost_jobs", Schedule.MINUTES),
    # Those that the mail server would not take when they were new.
    Regular("saldo-letters", "syncs.tasks.send_letters", Schedule.MINUTES),
    # Hours begin at the quarters of an hour in some time zones.
    Regular("saldo-digests", "syncs.tasks.make_digests", Schedule.MINUTES, minutes=15),
    # What happened within a minute of a sync's last count, and what people did since.
    Regular("saldo-figures", "syncs.tasks.count_days", Schedule.MINUTES, minutes=5),
    Regular("saldo-prune", "syncs.tasks.prune", Schedule.DAILY),
)


def ensure_schedules() -> None:
    """Have the regular tasks in the schedule, each once."""
    for regular in REGULARS:
        Schedule.objects.update_or_create(
            name=regular.name,
            defaults={
                "func": regular.task,
                "schedule_type": regular.kind,
                "minutes": regular.minutes,
                "repeats": -1,
            },
        )
