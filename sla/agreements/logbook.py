"""The log of what is done to a version: each line names its number and the hash of its text."""

from datetime import datetime
from typing import Any

from leads import audit
from leads.models import User
from sla.models import AgreementVersion


def note(version: AgreementVersion, verb: str, *, now: datetime, actor: User | None, **more: Any) -> None:
    """Write one line, in the transaction of the act; `more` holds ids and codes only."""
    audit.record(
        stream=f"agreement:{version.agreement_id}",
        verb=verb,
        subject_type="version",
        subject_id=version.pk,
        actor=actor,
        at=now,
        data={"number": version.number, "sha256": version.sha256, **more},
    )
