"""`tace-cds cohort`: a Bulk Data export assessed, and one made up."""

from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from service.settings import WrongSetting, end_of_day, from_environment

NEEDED = ("matplotlib", "pyarrow", "tqdm")
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def cohort() -> None:
    """Many patients at once, from a FHIR Bulk Data export."""


@cohort.command("run")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=FOLDER, required=True, help="Folder for the results; a run that was ended goes on there.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What is known up to that day; today where left out.")
@click.option("--replay", is_flag=True, help="Ask at each order and treatment, with only what was known that day.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes.")
@click.option("--findings", is_flag=True, help="Rows carry every finding with its reason (ten times as large).")
@click.option("--fresh", is_flag=True, help="Start over where the folder holds another run.")
@click.option("--spark", metavar="MASTER", help="Group and assess on Spark (local[2], spark://…, yarn).")
def run_cohort(
    folder: Path, out: Path, as_of: Any, replay: bool, workers: int, findings: bool, fresh: bool, spark: str | None
) -> None:
    """What the service would have said of every patient in FOLDER (NDJSON by resource type, plain or gzip).

    Writes results.ndjson, results.parquet, report.html, report.csv and broken-lines.csv into the output folder.
    """
    _needs(*NEEDED, *(("pyspark",) if spark else ()))
    from service.cohort import run
    from service.cohort.patient.assessed import Question

    settings = from_environment(mode="sandbox", as_of="")
    asked = end_of_day(as_of.date(), settings.zone) if as_of else datetime.now(UTC).replace(microsecond=0)
    job = run.begin(folder, out, Question(asked, replay, settings, findings), moment_stated=bool(as_of), fresh=fresh)
    if job is None:
        click.echo(f"{out} holds the complete results of this run; --fresh does it again", err=True)
        return
    if spark:
        from service.cohort.spark import run_on_spark

        totals = run_on_spark(job, spark)
    else:
        totals = run.run(job, workers, lambda line: click.echo(line, err=True))
    broken = totals.counts[("export", "broken")]
    if broken:
        click.echo(f"{broken} broken line{'' if broken == 1 else 's'}, listed in {out / run.BROKEN}", err=True)
    click.echo(f"{out / run.REPORT}")


@cohort.command()
@click.option("--patients", type=click.IntRange(1, 10_000_000), required=True, help="How many.")
@click.option("--seed", type=int, required=True, help="The same seed makes the same cohort.")
@click.option("--out", type=FOLDER, required=True, help="Folder for the NDJSON files.")
@click.option(
    "--parameters", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="TOML that changes defaults."
)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes.")
@click.option("--gzip", "packed", is_flag=True, help="Write *.ndjson.gz.")
def simulate(patients: int, seed: int, out: Path, parameters: Path | None, workers: int, packed: bool) -> None:
    """A made-up TACE cohort as Bulk Data NDJSON: no patient data."""
    _needs("tqdm")
    from service.cohort.simulate.parameters import ParameterError, read_parameters
    from service.cohort.simulate.write import write_cohort

    try:
        chosen = read_parameters(parameters)
    except ParameterError as problem:
        raise click.BadParameter(str(problem), param_hint="--parameters") from None
    if any(out.glob("*.ndjson*")):
        raise click.BadParameter("the folder holds NDJSON already", param_hint="--out")
    resources = write_cohort(chosen, patients, seed, out, workers, packed)
    click.echo(f"{patients} patients, {resources} resources in {out}")


def _needs(*packages: str) -> None:
    lacking = [name for name in packages if find_spec(name) is None]
    if lacking:
        extra = "spark" if lacking == ["pyspark"] else "cohort"
        raise WrongSetting(f"cohort needs {', '.join(lacking)}: pip install 'tace-cds[{extra}]'")
