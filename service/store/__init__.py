"""What people did with the cards, what was decided, and which tokens were seen: SQLite by default, PostgreSQL by URL.

Advice never depends on it: whoever writes here is told by StoreDown at once, and goes on without.
"""

from service.store.store import Store, StoreDown

__all__ = ["Store", "StoreDown"]
