"""The tables. A change here needs a migration in migrations/versions; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no time zone, so it is given back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                       "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)  # fmt: skip
_Number: Any = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER key

# One row a service call that was assessed. No value of the record, no text written by people.
DECISION = Table(
    "decision",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("hook", String(64), nullable=False),
    Column("client", String(64), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("hook_instance", String(36)),  # only where it is a UUID: anything else could say something
    Column("patient_hash", String(32)),  # HMAC-SHA-256, the first 128 bits; only with a key
    Column("service_version", String(64), nullable=False),
    Column("rules_version", String(16), nullable=False),
    Column("configuration", String(16), nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("latency_ms", Float, nullable=False),
    Column("judged", JSON, nullable=False),  # for each order: verdicts by topic, rule names by verdict
    Column("missing", JSON, nullable=False),  # names of the facts that would decide
)

# One row a card, shown or withheld.
CARD = Table(
    "card",
    METADATA,
    Column("uuid", String(36), primary_key=True),
    Column("decision", String(32), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("verdict", String(64), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("rules", JSON, nullable=False),  # names of the rules that made the verdict
    Column("given", String(16), nullable=False),  # shown | shadow | suppressed
    Column("suppression_key", String(32)),
    Index("ix_card_suppression_key", "suppression_key"),
)

# One row an event that a client reported on a card.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("identity", String(64), nullable=False, unique=True),  # the same event reported again is the same row
    Column("card", String(128), nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("client", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("suggestions", JSON, nullable=False),
    Column("reason_system", String(256)),
    Column("reason_code", String(128)),
    Column("reason_display", String(256)),
    Column("comment", Text),
    Column("outcome_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
)

# Tokens that were used: none is accepted twice. Gone once they have expired.
SEEN_TOKEN = Table(
    "seen_token",
    METADATA,
    Column("issuer", String(512), primary_key=True),
    Column("token_hash", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)
