"""A signed version never changes: its text is frozen and its state only moves forward."""

from django.db import migrations

FROZEN = (
    "agreement_id",
    "number",
    "document",
    "canonical_text",
    "sha256",
    "starts_on",
    "review_due_on",
    "is_baseline",
)
RANK = "CASE {row}.state WHEN 'draft' THEN 0 WHEN 'proposed' THEN 1 WHEN 'active' THEN 2 ELSE 3 END"
SIGNED = "OLD.state IN ('active', 'superseded', 'expired')"
CHANGED = {
    "postgresql": " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN),
    "sqlite": " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FROZEN),
}
BACK = f"{RANK.format(row='NEW')} < {RANK.format(row='OLD')}"
PARENT_SIGNED = (
    "EXISTS (SELECT 1 FROM sla_agreementversion v WHERE v.id = OLD.version_id"
    " AND v.state IN ('active', 'superseded', 'expired'))"
)


def postgresql():
    yield f"""
    CREATE FUNCTION concord_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION 'signed versions cannot be removed'
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF {SIGNED} AND (TG_OP = 'DELETE') THEN
            RAISE EXCEPTION 'a signed version cannot be removed'
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF TG_OP = 'UPDATE' THEN
            IF {SIGNED} AND ({CHANGED["postgresql"]} OR {BACK}) THEN
                RAISE EXCEPTION 'a signed version never changes'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        RETURN OLD;
    END $$"""
    yield """CREATE TRIGGER sla_agreementversion_frozen BEFORE UPDATE OR DELETE ON sla_agreementversion
        FOR EACH ROW EXECUTE FUNCTION concord_version_frozen()"""
    yield """CREATE TRIGGER sla_agreementversion_frozen_all BEFORE TRUNCATE ON sla_agreementversion
        FOR EACH STATEMENT EXECUTE FUNCTION concord_version_frozen()"""
    yield f"""
    CREATE FUNCTION concord_commitment_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' OR {PARENT_SIGNED} THEN
            RAISE EXCEPTION 'commitments of a signed version never change'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$"""
    yield """CREATE TRIGGER sla_commitment_frozen BEFORE UPDATE OR DELETE ON sla_commitment
        FOR EACH ROW EXECUTE FUNCTION concord_commitment_frozen()"""
    yield """CREATE TRIGGER sla_commitment_frozen_all BEFORE TRUNCATE ON sla_commitment
        FOR EACH STATEMENT EXECUTE FUNCTION concord_commitment_frozen()"""


def sqlite():
    yield f"""CREATE TRIGGER sla_agreementversion_frozen BEFORE UPDATE ON sla_agreementversion
        WHEN {SIGNED} AND ({CHANGED["sqlite"]} OR {BACK})
        BEGIN SELECT RAISE(ABORT, 'a signed version never changes'); END"""
    yield f"""CREATE TRIGGER sla_agreementversion_frozen_delete BEFORE DELETE ON sla_agreementversion
        WHEN {SIGNED} BEGIN SELECT RAISE(ABORT, 'a signed version cannot be removed'); END"""
    for name, verb in (("", "UPDATE"), ("_delete", "DELETE")):
        yield f"""CREATE TRIGGER sla_commitment_frozen{name} BEFORE {verb} ON sla_commitment
            WHEN {PARENT_SIGNED}
            BEGIN SELECT RAISE(ABORT, 'commitments of a signed version never change'); END"""


def create(apps, schema_editor):
    statements = postgresql() if schema_editor.connection.vendor == "postgresql" else sqlite()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for function in ("concord_version_frozen", "concord_commitment_frozen"):
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {function}() CASCADE", params=None)
        return
    for table in ("sla_agreementversion", "sla_commitment"):
        for name in ("", "_delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen{name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_append_only")]

    operations = [migrations.RunPython(create, drop)]
