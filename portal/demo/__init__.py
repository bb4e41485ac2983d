"""The demo company: invented, the same for the same seed, and alive relative to now."""

from portal.demo.loading import Loaded, load

__all__ = ["Loaded", "load"]
