"""tace-cds feedback …, tace-cds store …"""

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from service.settings import from_environment
from service.store.migrate import migrated
from service.store.report import COLUMNS, Report, as_table, report
from service.store.retention import prune
from service.store.store import Store, StoreDown

_DOWN = "the store cannot be read now; TACE_CDS_STORE names it"


@click.group()
def feedback() -> None:
    """What people did with the cards."""


@feedback.command("report")
@click.option("--by", type=click.Choice(["topic", "rule"]), default="topic", show_default=True)
@click.option("--per", type=click.Choice(["month", "week", "all"]), default="month", show_default=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Cards shown on that day (UTC) or later.")
@click.option("--service", default="", help="Id of one service.")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
def feedback_report(by: Any, per: Any, since: datetime | None, service: str, form: str) -> None:
    """Acceptance and override rates with reasons, by card topic or by rule, over time.

    Rates are of the cards that were answered; of a card answered twice the last outcome counts.
    """
    found = _read(by, per, since.replace(tzinfo=UTC) if since else None, service)
    if form == "csv":
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(line.cells for line in found.lines)
        return
    click.echo("\n".join(as_table(found.lines)) if found.lines else "no card was shown in that time")
    if found.unmatched:
        click.echo(f"\n{found.unmatched} answered cards are not in the audit: lost, removed by age, or not ours.")


def _read(by: Any, per: Any, since: datetime | None, service: str) -> Report:
    store = Store(from_environment().store)
    try:
        return report(store, by, per, since, service)
    except StoreDown:
        raise click.ClickException(_DOWN) from None
    finally:
        store.close()


@click.group("store")
def store_commands() -> None:
    """The database of feedback and audit."""


@store_commands.command("migrate")
def store_migrate() -> None:
    """Bring the schema up to date; the service does the same when it starts."""
    store = Store(from_environment().store)
    try:
        click.echo(f"{store.kind}: schema {migrated(store)}")
    except StoreDown:
        raise click.ClickException(_DOWN) from None
    finally:
        store.close()


@store_commands.command("prune")
@click.option("--days", type=click.IntRange(1), help="Instead of TACE_CDS_RETENTION_DAYS.")
def store_prune(days: int | None) -> None:
    """Remove what is older than it may be kept; the service does the same every hour."""
    settings = from_environment()
    store = Store(settings.store)
    try:
        removed = prune(store, datetime.now(UTC) - timedelta(days=days or settings.retention_days))
    except StoreDown:
        raise click.ClickException(_DOWN) from None
    finally:
        store.close()
    click.echo(", ".join(f"{name}: {number} removed" for name, number in removed.items()))
