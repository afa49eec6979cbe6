"""Which cards were overridden of late, by the key they were given."""

from datetime import datetime

from sqlalchemy import select

from service.store.store import Store
from service.store.tables import CARD, FEEDBACK

MOST = 100_000


def overridden_since(store: Store, since: datetime) -> frozenset[str]:
    query = (
        select(CARD.c.suppression_key)
        .join(FEEDBACK, FEEDBACK.c.card == CARD.c.uuid)
        .where(FEEDBACK.c.outcome == "overridden", FEEDBACK.c.received_at >= since, CARD.c.suppression_key.is_not(None))
        .order_by(FEEDBACK.c.received_at.desc())
        .limit(MOST)
    )
    return store.read(lambda connection: frozenset(connection.execute(query).scalars()))
