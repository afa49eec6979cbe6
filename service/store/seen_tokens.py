"""Tokens that were used: no process of any replica takes one twice."""

from datetime import datetime

from sqlalchemy import delete

from service.store.rows import new_rows
from service.store.store import Store
from service.store.tables import SEEN_TOKEN


def first_use(store: Store, issuer: str, token_hash: str, expires_at: datetime) -> bool:
    """Whether this token is seen for the first time, in one atomic step. StoreDown where that cannot be told."""
    row = {"issuer": issuer[:512], "token_hash": token_hash, "expires_at": expires_at}
    return store.transact(lambda connection: new_rows(connection, SEEN_TOKEN, row) == 1)


def forget_expired(store: Store, now: datetime) -> int:
    """How many were removed. Call with some leeway: an expired token is refused for its age alone."""
    query = delete(SEEN_TOKEN).where(SEEN_TOKEN.c.expires_at < now)
    return store.transact(lambda connection: connection.execute(query).rowcount)
