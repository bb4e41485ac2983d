"""Name static files after their content, the modules that a script imports among them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>from\s+["'](?P<url>\./[^"']+)["'])"""
OUR_MODULES = ("concord/*.js", ((IMPORT, 'from "%(url)s"'),))


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Rewrite the imports of our own modules too, or a browser could mix a new script with an old module.

    Django can do so for every script, but then stumbles over those of other packages.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, OUR_MODULES)
