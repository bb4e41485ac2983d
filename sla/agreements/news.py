"""What is told of a draft: put before both sides, talked about, signed by one side or by both."""

from datetime import datetime
from typing import Any

from leads import outbox
from leads.models import User
from sla.models import AgreementVersion

PROPOSED, COMMENTED = "agreement.proposed", "agreement.commented"
SIGNED, AGREED = "agreement.signed", "agreement.agreed"


def leave(
    version: AgreementVersion, kind: str, *, about: str, now: datetime, actor: User | None, **more: Any
) -> None:
    """Leave one piece of news in the outbox, in the transaction of the act; `about` tells it from others."""
    outbox.put(
        key=f"{kind}:{about}",
        kind=kind,
        subject_type="version",
        subject_id=version.pk,
        not_before=now,
        now=now,
        data={
            "agreement": version.agreement.name,
            "number": version.number,
            "actor": actor.pk if actor else None,
            **more,
        },
    )
