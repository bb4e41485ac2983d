"""The shapes of agreements, lab runs and imports."""

from typing import Any

from rest_framework import serializers

from leads.choices import ImportKind, Side
from portal.api.shapes.values import Document, Number
from portal.forms.lab import MONTHS
from portal.models import ImportJob
from sla.choices import LabKind
from sla.models import AgreementVersion, LabRun, Signature


class SignatureShape(serializers.ModelSerializer[Signature]):
    class Meta:
        model = Signature
        fields = ("side", "name", "role", "sha256", "signed_at")


class VersionShape(serializers.ModelSerializer[AgreementVersion]):
    agreement = serializers.CharField(source="agreement.key")

    class Meta:
        model = AgreementVersion
        fields = (
            "id", "agreement", "number", "state", "is_baseline", "sha256", "starts_on", "review_due_on",
            "created_at", "activated_at", "superseded_at",
        )  # fmt: skip


class VersionDetail(VersionShape):
    """A version with its text and who signed it."""

    document = Document()
    signatures = SignatureShape(many=True)

    class Meta(VersionShape.Meta):
        fields = (*VersionShape.Meta.fields, "document", "signatures")


class AgreementShape(serializers.Serializer[Any]):
    """An agreement with its versions, the newest first."""

    key = serializers.CharField()
    name = serializers.CharField()
    segment_rank = serializers.IntegerField()
    versions = VersionShape(many=True)


class EarlierIn(serializers.Serializer[Any]):
    """The key of the agreement that stands right before the one to be moved."""

    before = serializers.CharField(max_length=60)


class DraftIn(serializers.Serializer[Any]):
    """The whole text of a draft, in the format `concord/agreement/1`."""

    document = serializers.DictField()


class Signed(serializers.Serializer[Any]):
    """A signature: the side, the name as it stands with the login, and the password once more."""

    side = serializers.ChoiceField(choices=Side.choices)
    name = serializers.CharField(max_length=150)
    password = serializers.CharField(write_only=True, trim_whitespace=False)


class LabIn(serializers.Serializer[Any]):
    """What is to be tested on the past: a version, or a criterion in place of its gate."""

    version = Number()
    kind = serializers.ChoiceField(choices=LabKind.choices)
    months = serializers.ChoiceField(choices=[int(code) for code, _label in MONTHS], default=12)
    criterion = serializers.DictField(required=False, allow_null=True)


class LabShape(serializers.ModelSerializer[LabRun]):
    agreement = serializers.CharField(source="agreement.key")
    version = serializers.IntegerField(source="version_id", allow_null=True)
    asked = Document()

    class Meta:
        model = LabRun
        fields = (
            "id", "kind", "agreement", "version", "asked", "state", "created_at", "started_at", "ended_at",
        )  # fmt: skip


class LabDetail(LabShape):
    """A run with what was found; null while it waits."""

    result = Document(allow_null=True)

    class Meta(LabShape.Meta):
        fields = (*LabShape.Meta.fields, "result")


class ImportIn(serializers.Serializer[Any]):
    """A file to be brought in."""

    kind = serializers.ChoiceField(choices=ImportKind.choices)
    file = serializers.FileField(help_text="CSV or XLSX.")


class MappingIn(serializers.Serializer[Any]):
    """Which column is which fact, in the mapping format."""

    mapping = serializers.DictField()
    as_of = serializers.DateField(required=False, allow_null=True)


class StepIn(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=["check", "import"])


class ImportShape(serializers.ModelSerializer[ImportJob]):
    header = serializers.ListField(child=serializers.CharField())
    mapping = Document(allow_null=True)
    report = Document()

    class Meta:
        model = ImportJob
        fields = (
            "id", "kind", "file_name", "header", "mapping", "as_of", "step", "state", "share", "report",
            "error", "created_at", "finished_at",
        )  # fmt: skip
