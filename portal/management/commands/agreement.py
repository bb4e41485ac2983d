"""Load an agreement as a draft, write one out, list what there is, sign and let a version take effect."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.choices import Side
from leads.models import User
from sla import agreements
from sla import document as documents
from sla.models import Agreement, AgreementVersion


class Command(BaseCommand):
    """Five small verbs; what they do lies in `sla.agreements`."""

    help = "Load, export, list, sign and activate agreements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a verb and what it needs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="keep JSON or YAML as a draft; - reads standard input")
        load.add_argument("file")
        load.add_argument("--key", default="default", help="agreement the document belongs to")
        load.add_argument("--name", default="", help="name of a new agreement; default: its title")
        load.add_argument("--rank", type=int, help="place in the order in which segments are asked")
        load.add_argument("--baseline", action="store_true", help="judges imported history only")
        export = verbs.add_parser("export", help="write a version to standard output")
        export.add_argument("--as", dest="form", choices=("json", "yaml"), default="json")
        sign = verbs.add_parser("sign", help="sign the newest version for one side")
        sign.add_argument("--as", dest="email", required=True, help="e-mail of the person who signs")
        sign.add_argument("--side", required=True, choices=Side.values)
        activate = verbs.add_parser("activate", help="let a signed version take effect")
        for verb in (export, sign, activate):
            verb.add_argument("key")
            verb.add_argument("--version", type=int, dest="number", help="default: the newest")
        verbs.add_parser("list", help="show all versions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        getattr(self, f"_{options['verb']}")(options)

    def _load(self, options: dict[str, Any]) -> None:
        try:
            version = agreements.load(
                key=options["key"],
                name=options["name"],
                rank=options["rank"],
                data=_read(options["file"]),
                is_baseline=options["baseline"],
                now=timezone.now(),
            )
        except documents.InvalidDocument as error:
            raise CommandError("\n".join(str(problem) for problem in error.problems)) from error
        self.stdout.write(_line(version))

    def _export(self, options: dict[str, Any]) -> None:
        write = {"json": documents.as_json, "yaml": documents.as_yaml}[options["form"]]
        self.stdout.write(write(agreements.export(_version(options))), ending="")

    def _sign(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody logs in as {options['email']}.")
        version = _version(options)
        try:
            agreements.sign(
                version=version, user=user, side=options["side"], name=user.name, now=timezone.now()
            )
        except (agreements.MayNotSign, agreements.AlreadySigned, agreements.NotOpenForSigning) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.name} signed for {options['side']}: {version.sha256}")

    def _activate(self, options: dict[str, Any]) -> None:
        try:
            version = agreements.activate(version=_version(options), now=timezone.now())
        except agreements.NotActivatable as error:
            raise CommandError(_LACKS[error.lacks]) from error
        self.stdout.write(_line(version))

    def _list(self, options: dict[str, Any]) -> None:
        versions = AgreementVersion.objects.select_related("agreement")
        for version in versions.order_by("agreement__segment_rank", "number"):
            self.stdout.write(_line(version))


_LACKS = {
    "state": "This version is in force already or past.",
    "text": "The text does not fit its hash.",
    "signatures": "Both sides have to sign this text first.",
    "date": "The day on which it starts has not come yet.",
    "calendars": "It names a calendar that does not exist.",
    "catch_all": "An agreement for every lead has to be in force first.",
}


def _read(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return documents.read(text)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
    except (documents.Unreadable, UnicodeDecodeError) as error:
        raise CommandError(f"{name} is no JSON or YAML: {error}") from error


def _version(options: dict[str, Any]) -> AgreementVersion:
    agreement = Agreement.objects.filter(key=options["key"]).first()
    if agreement is None:
        raise CommandError(f"No agreement has the key {options['key']}.")
    versions = agreement.versions.order_by("-number")
    if options["number"] is not None:
        versions = versions.filter(number=options["number"])
    version = versions.first()
    if version is None:
        raise CommandError(f"{options['key']} has no such version.")
    return version


def _line(version: AgreementVersion) -> str:
    kind = " baseline" if version.is_baseline else ""
    return (
        f"{version.agreement.key} v{version.number}{kind}  {version.state}  from {version.starts_on}  "
        f"{version.sha256[:12]}"
    )
