"""What routes are about besides leads and handoffs: one of each, with its owner in the company."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.db.models import Model

from leads.models import Absence
from portal import api_keys, imports, saved
from portal.delivery import webhooks
from portal.models import ApiKey, Delivery, Endpoint, ImportJob, IntakeSource, SavedView
from portal.models.imports import JobState
from sla import agreements, disputes, letters
from sla.choices import ReviewKind, ReviewOutcome
from sla.lab import runs
from sla.models import AgreementVersion, AlignmentLetter, Clock, Comment, Dispute, LabRun, Review
from tests.company import Company


def all_of(at: Company) -> dict[str, Model]:
    """Make one of each thing and return them by the names that the table of routes uses."""
    return {
        "version": at.version,
        "draft": draft(at),
        "said": said(at),
        "review": review(at),
        "person": at.cast.rep,
        "letter": letter(at),
        "salesteam": at.cast.rep.team,
        "file": uploaded(at),
        "lab_run": tested(at),
        "checked_file": checked(at),
        "late_clock": late(at, "Overdue Ltd", "decide"),
        "disputed": disputed(at),
        "webhook": webhook(at),
        "key": key(at),
        "source": source(at),
        "given_up": given_up(at),
        "absence": absence(at),
        "view": kept_view(at),
    }


def kept_view(at: Company) -> SavedView:
    """Have the marketer keep a view for themselves."""
    return saved.keep(user=at.cast.marketer, name="Top", query="grade=A1", is_shared=False, now=at.now)


def absence(at: Company) -> Absence:
    """Note days in the future on which the rep is away."""
    return Absence.objects.create(user=at.cast.rep, first_on=date(2030, 5, 6), last_on=date(2030, 5, 10))


def tested(at: Company) -> LabRun:
    """Have a stricter gate tested on the company's past."""
    gate = {"fact": "employees", "op": ">=", "value": 200}
    run = runs.ask(
        kind="backtest",
        agreement=at.version.agreement,
        version=at.version,
        asked={"months": 12, "criterion": gate},
        now=at.now,
        actor=at.cast.marketer,
    )
    done = runs.take_up(now=at.now, run_id=run.pk)
    assert done
    return done


def draft(at: Company) -> AgreementVersion:
    """Start the draft of the next version, or return it."""
    return agreements.amend(
        version=at.version, starts_on=date(2030, 1, 1), now=at.now, actor=at.cast.marketing_manager
    )


def said(at: Company) -> Comment:
    """Have the marketing manager comment on the draft."""
    return agreements.comment(
        version=draft(at),
        clause="commitments.decide",
        text="Can we hold two hours on Mondays?",
        author=at.cast.marketing_manager,
        now=at.now,
    )


def review(at: Company) -> Review:
    """Have a definition review end in confirming the text."""
    return agreements.record(
        version=at.version,
        kind=ReviewKind.DEFINITION,
        held_on=at.now.date(),
        attendees="Milo, Sam",
        minutes="Both sides keep what was signed.",
        outcome=ReviewOutcome.CONFIRMED,
        now=at.now,
        actor=at.cast.marketing_manager,
    )


def letter(at: Company) -> AlignmentLetter:
    """Write the letter of last week."""
    monday = at.now.date() - timedelta(days=at.now.weekday() + 7)
    written = letters.write(version=at.version, first_on=monday, zone="UTC", now=at.now)
    assert written is not None
    return written


def late(at: Company, account: str, code: str) -> Clock:
    """Return a clock that is late."""
    found = Clock.objects.filter(breached_at__isnull=False, scope="lead")
    return found.get(lead__account__name=account, commitment__code=code)


def disputed(at: Company) -> Dispute:
    """Have the rep dispute a breach."""
    clock = late(at, "Untouched Ltd", "first_touch")
    return disputes.dispute(clock=clock, actor=at.cast.rep, reason="The line was down.", now=at.now)


def webhook(at: Company) -> Endpoint:
    """Have operations add a webhook."""
    return webhooks.add(
        name="CRM",
        url="https://crm.example.com/hook",
        events=["handoff.accept"],
        now=at.now,
        actor=at.cast.operations,
    )


def key(at: Company) -> ApiKey:
    """Make a key for the rep, findable by the name `sample-k`."""
    made, _secret = api_keys.issue(
        owner=at.cast.rep, name="Sync", scopes=["read"], expires_at=None, now=at.now, actor=at.cast.rep
    )
    ApiKey.objects.filter(pk=made.pk).update(prefix="sample-k")
    return made


def source(at: Company) -> IntakeSource:
    """Let a system send touches for operations."""
    person = at.cast.operations
    return api_keys.open_source(name="crm", owner=person, now=at.now, actor=person)


def given_up(at: Company) -> Delivery:
    """Give up a letter."""
    delivery = Delivery.objects.filter(channel=Delivery.Channel.EMAIL).order_by("id")[0]
    delivery.state, delivery.error = Delivery.State.DEAD, "SMTPDataError: mailbox full"
    delivery.save()
    return delivery


def uploaded(at: Company) -> ImportJob:
    """Have the marketer bring a file whose columns are known, not checked yet."""
    file = ContentFile(b"Id,Name,Status\n1,Ada Park,New\n")
    job = imports.keep(name="people.csv", file=file, kind="leads", owner=at.cast.marketer, now=at.now)
    imports.use(job, imports.guessed(job))
    return job


def checked(at: Company) -> ImportJob:
    """Have a file with one bad row checked."""
    job = uploaded(at)
    job.state = JobState.CHECKED
    job.report = {
        "counts": {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1, "rows": 2},
        "rejects": [[3, "The row has 2 cells, the header has 3.", ["2", "Ben Lund"]]],
    }
    job.save()
    return job
