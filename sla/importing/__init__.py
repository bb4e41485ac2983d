"""Bringing past handoffs in: judged as of then under the version that the import names."""

from sla.importing.target import HandoffsTarget, UnknownVersion, version_named

__all__ = ["HandoffsTarget", "UnknownVersion", "version_named"]
