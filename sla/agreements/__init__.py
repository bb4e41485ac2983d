"""Agreements: loaded as drafts, signed by both sides, in force, superseded; read by everybody who judges."""

from sla.agreements.choosing import (
    NoAgreement,
    Terms,
    commitment,
    commitments,
    current,
    document,
    for_facts,
    forget,
    in_force,
    terms,
    zone,
)
from sla.agreements.drafting import export, load, verify
from sla.agreements.signing import (
    AlreadySigned,
    MayNotSign,
    NotOpenForSigning,
    SignedForOtherSide,
    entitled_sides,
    propose,
    sign,
    signed_sides,
)
from sla.agreements.taking_effect import NotActivatable, activate, activate_due

__all__ = [
    "AlreadySigned",
    "MayNotSign",
    "NoAgreement",
    "NotActivatable",
    "NotOpenForSigning",
    "SignedForOtherSide",
    "Terms",
    "activate",
    "activate_due",
    "commitment",
    "commitments",
    "current",
    "document",
    "entitled_sides",
    "export",
    "for_facts",
    "forget",
    "in_force",
    "load",
    "propose",
    "sign",
    "signed_sides",
    "terms",
    "verify",
    "zone",
]
