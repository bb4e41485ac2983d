"""The demo company: invented, the same for the same seed, and alive relative to now."""

from portal.demo.loading import SEED, Loaded, load

__all__ = ["SEED", "Loaded", "load"]
