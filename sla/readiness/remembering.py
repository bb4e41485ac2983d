"""What judging found out before: leads are many, what is known of them alike.

A memory begins anew once it is full; all memories of a process begin anew once they are too large together.
Of a gate of 20 leaves 20,000 vectors and their verdicts take some 20 MB, so one agreement never reaches the
bound in common; 200 versions of 200 leaves would take 15 GB without it.
"""

import threading
import weakref
from typing import Any, TypeVar

T = TypeVar("T")
#: Most entries of one memory.
MOST_REMEMBERED = 20_000
#: Most words of eight bytes in all memories of a process together: 64 MB, as an entry's own size is told.
MOST_WORDS = 8_000_000
#: What an entry takes besides its values, in words: its place, its key, the head of its list.
ENTRY = 40


class Memory(dict[Any, T]):
    """Found values by what they were found from; an entry holds `width` values."""

    __slots__ = ("__weakref__", "words")

    def __init__(self, width: int) -> None:
        super().__init__()
        self.words = width + ENTRY
        _all.admit(self)

    __hash__ = object.__hash__  # type: ignore[assignment] # kept track of as itself, whatever it holds

    def keep(self, key: Any, value: T) -> T:
        """Keep what was found and return it: another thread may begin the memory anew at once."""
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[key] = value
        _all.grow(self.words)
        return value


class _All:
    """Every memory of this process, and about how many words they hold."""

    def __init__(self) -> None:
        self._memories: weakref.WeakSet[Memory[Any]] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._words = 0

    def admit(self, memory: Memory[Any]) -> None:
        with self._lock:
            self._memories.add(memory)

    def count(self) -> int:
        """Return how many words they hold."""
        with self._lock:
            return sum(len(memory) * memory.words for memory in tuple(self._memories))

    def clear(self) -> None:
        """Let every memory begin anew."""
        with self._lock:
            for memory in tuple(self._memories):
                memory.clear()
        self._words = 0

    def grow(self, words: int) -> None:
        """Count what was kept; what was cleared or dropped since is found out once the bound is passed."""
        self._words += words
        if self._words <= MOST_WORDS:
            return
        self._words = self.count()
        if self._words > MOST_WORDS:
            self.clear()


_all = _All()


def words() -> int:
    """Return how many words all memories of this process hold."""
    return _all.count()


def forget() -> None:
    """Drop what is remembered."""
    _all.clear()
