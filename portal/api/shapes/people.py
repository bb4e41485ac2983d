"""The shapes of people and teams."""

from rest_framework import serializers

from leads.models import Team, User


class TeamShape(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("id", "name", "side", "segment_key", "leg")


class PersonShape(serializers.ModelSerializer[User]):
    team = serializers.IntegerField(source="team_id", allow_null=True)

    class Meta:
        model = User
        fields = (
            "id", "name", "email", "role", "team", "time_zone", "max_open", "is_paused", "is_active",
            "employee_key",
        )  # fmt: skip


class MeShape(PersonShape):
    """Who calls, and how far the key reaches; null without a key."""

    side = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)

    class Meta(PersonShape.Meta):
        fields = (*PersonShape.Meta.fields, "side", "scopes")
