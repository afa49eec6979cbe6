"""tace-cds. Exit codes: 0 done, 1 the input could not be assessed (why, on stderr), 2 wrong usage."""

import logging
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

import click
import orjson
import requests

from cards.prior_auth.policy_file import PolicyError
from service import advice
from service.app import create_app
from service.cohort.cli import cohort
from service.crd.profile import ProfileError
from service.errors import NotUsable
from service.hooks import catalog
from service.hooks.case import assess, cards_of, case_of, now, read_case
from service.hooks.running import running
from service.hooks.trust import refuse_open_address
from service.pages.terminal import cards_text, outcome_text
from service.sandbox.fhir import PATH as SANDBOX_FHIR
from service.sandbox.fixtures import telling_example
from service.server import Server, is_wildcard, shown_url
from service.settings import (
    PACKAGED_FIXTURES,
    PREFIX,
    Settings,
    WrongSetting,
    from_environment,
    unknown_names,
)
from service.store.commands import feedback, store_commands
from service.telemetry import counted_together, set_up_logging
from service.workers import CannotListen, Workers, listen

log = logging.getLogger("service.cli")  # also where it is run as a module

CALL_SECONDS = 30
PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
JSON_FILE = click.File("rb")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tace-cds", message="%(prog)s %(version)s")
def commands() -> None:
    """Advisory cards on transarterial chemoembolization (TACE) from FHIR, as a CDS Hooks service or here."""


commands.add_command(cohort)


def main() -> None:
    try:
        commands(prog_name="tace-cds")
    except WrongSetting as problem:
        _end(2, str(problem))
    except PolicyError as problem:
        _end(2, f"{PREFIX}POLICIES: {problem}")
    except ProfileError as problem:
        _end(2, f"{PREFIX}PAYER_PROFILE: {problem}")
    except (NotUsable, CannotListen) as problem:
        _end(1, str(problem))
    except RecursionError:
        _end(1, "the input is nested too deeply")
    except Exception as problem:  # the last handler: a traceback could hold a patient's values
        _end(1, f"could not be assessed because of an error in tace-cds ({type(problem).__name__})")


commands.add_command(feedback)
commands.add_command(store_commands)


@commands.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer requests: one for each core.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """The service; settings from environment variables TACE_CDS_*."""
    settings = from_environment(mode="serve", host=host, port=port, workers=workers)
    set_up_logging(settings.log_format, settings.log_level)
    _name_unknown_settings()
    refuse_open_address(settings)
    if settings.workers == 1:
        server = _server(settings)
        _say_where(settings, server.port)
        server.run()
        return
    with counted_together():
        _serve_with_workers(settings)


def _serve_with_workers(settings: Settings) -> None:
    """Everything is read and checked here, once; each worker goes on from there."""
    app = create_app(settings)
    bound, parent = listen(settings.host, settings.port), os.getpid()
    _say_where(settings, bound[0].getsockname()[1])

    def answer() -> None:
        running(app).store.after_fork()
        Server(app, running(app), bound, parent).run()

    workers = Workers(settings, bound, answer)
    workers.on_end = running(app).metrics.process_ended
    workers.run()


def _say_where(settings: Settings, port: int) -> None:
    log.info("tace-cds serves on %s/cds-services", shown_url(settings.host, port))


@commands.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--fixtures", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of fixtures.")
def sandbox(host: str | None, port: int | None, fixtures: Path | None) -> None:
    """The service for trying out, with example patients; the moment asked may be set (TACE_CDS_AS_OF)."""
    settings = from_environment(mode="sandbox", host=host, port=port, fixtures_dir=fixtures or PACKAGED_FIXTURES)
    set_up_logging("text", settings.log_level if "log_level" in settings.model_fields_set else "WARNING")
    _name_unknown_settings()
    refuse_open_address(settings)
    server = _server(_asking_itself(settings))
    base = shown_url(settings.host, server.port)
    click.echo(f"tace-cds sandbox on {base}/ (for trying out, not for patient care)")
    if is_wildcard(settings.host):
        click.echo("It listens on every address of this machine.")
    example = telling_example(settings.fixtures_dir)
    if example:
        click.echo(f"Try:\n  {example.curl(base)}")
    sys.stdout.flush()
    server.run()


@commands.command("assess")
@click.argument("file", type=JSON_FILE)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Assess as on that day; today where left out.")
@click.option("--format", "form", type=click.Choice(["text", "json", "cards"]), default="text", show_default=True)
def assess_file(file: BinaryIO, as_of: Any, form: str) -> None:
    """One patient from FILE (- for standard input): a FHIR Bundle, an array of resources, NDJSON, or a hook request.

    A draft ServiceRequest or MedicationRequest among the resources is the order; without one TACE is assessed as if it
    were being considered.
    """
    settings = _settings_for_assess(as_of.date() if as_of else None)
    case = case_of(read_case(file.read()), settings)
    if as_of and case.as_of:
        case = case.at(settings.moment(settings.as_of))
    assessments = assess(case, settings)
    if form == "cards":
        _print_json({"cards": cards_of(case, assessments)})
    elif not assessments:
        _end(1, "none of the draft orders is TACE, bland embolization, Y-90 or systemic therapy of a liver tumor")
    elif form == "json":
        found = [advice.as_json(each) for each in assessments]
        _print_json(found[0] if len(found) == 1 else found)
    else:
        click.echo(advice.as_text(assessments))


@commands.command("packet")
@click.argument("file", type=JSON_FILE)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As on that day; today where left out.")
def packet_files(file: BinaryIO, out: Path, as_of: Any) -> None:
    """The prior-authorization packet of the order in FILE (- for standard input), written to a folder.

    packet.json (a FHIR document) and packet.html (to print) hold facts and rationale for the payer; checklist.html, for the
    coordinator, says what is still open.
    """
    from service.packet.write import packets

    settings = _settings_for_assess(as_of.date() if as_of else None)
    case = case_of(read_case(file.read()), settings)
    if as_of and case.as_of:
        case = case.at(settings.moment(settings.as_of))
    assessments = assess(case, settings)
    orders = [*(case.draft_orders or ()), *case.resources]
    written = list(packets(assessments, case.resources, orders, case.as_of or now(settings)))
    if not written:
        _end(1, "none of the draft orders is TACE, bland embolization or Y-90 of this patient")
    out.mkdir(parents=True, exist_ok=True)
    for name, content in written:
        (out / name).write_bytes(content)
        click.echo(out / name)


@commands.command()
@click.argument("url")
@click.argument("file", type=JSON_FILE)
def call(url: str, file: BinaryIO) -> None:
    """Post the hook request in FILE to URL (a service, or the base address of one) and print the cards."""
    body = file.read()
    address = _service_address(url, read_case(body))
    try:
        answer = requests.post(
            address,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=CALL_SECONDS,
            allow_redirects=False,
        )
    except (requests.RequestException, ValueError):  # its text may quote the whole address
        _end(1, f"no answer from {address}")
    content = _json_of(answer.content)
    if answer.status_code != 200 or not isinstance(content, dict) or not isinstance(content.get("cards"), list):
        _end(1, f"HTTP {answer.status_code}: {outcome_text(content)}")
    click.echo(cards_text(content["cards"]))


@commands.group("fixtures")
def fixtures_group() -> None:
    """The example patients."""


@fixtures_group.command("export")
@click.argument("out", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--fixtures", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of fixtures.")
def fixtures_export(out: Path, fixtures: Path | None) -> None:
    """Write each example patient into DIR as a transaction bundle for any FHIR R4 server."""
    from service.sandbox.export import export

    written = export(fixtures or PACKAGED_FIXTURES, out)
    for file, refused in written:
        if refused:
            click.echo(f"{file.name}: left out, no valid FHIR R4: {', '.join(refused)}", err=True)
    click.echo(f"{len(written)} transaction bundles in {out}")


@commands.group()
def codes() -> None:
    """The map of an EHR's local codes."""


@codes.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True))
def codes_check(file: str) -> None:
    """Check a map of local codes (TOML)."""
    from service.fhir.read import local_codes

    try:
        entries = local_codes.load(file).entries
    except local_codes.LocalCodeError as problem:
        _end(1, str(problem))
    click.echo("\n".join(str(entry) for entry in entries))
    click.echo(f"{file}: {len(entries)} local code{'' if len(entries) == 1 else 's'}, all usable")


def _server(settings: Settings) -> Server:
    app = create_app(settings)
    return Server(app, running(app))


def _settings_for_assess(as_of: date | None) -> Settings:
    """Assessing a file is the sandbox's business: a stated moment is allowed. Only its own option states it."""
    if os.environ.get(f"{PREFIX}AS_OF"):
        click.echo(f"tace-cds: {PREFIX}AS_OF is for the sandbox and not used here; use --as-of", err=True)
    return from_environment(mode="sandbox", as_of=as_of.isoformat() if as_of else "")


def _asking_itself(settings: Settings) -> Settings:
    """The sandbox may read its own fixtures as a FHIR server; the port is only known where one was chosen."""
    own = tuple(f"http://{name}:{settings.port}{SANDBOX_FHIR}" for name in ("127.0.0.1", "localhost") if settings.port)
    return settings.model_copy(update={"fhir_servers": (*settings.fhir_servers, *own)})


def _name_unknown_settings() -> None:
    for name in unknown_names(os.environ):
        log.warning("%s is not a setting of this service", name)


def _service_address(url: str, body: Any) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise click.BadParameter("an address such as http://127.0.0.1:8080", param_hint="URL")
    if "/cds-services/" in parts.path.rstrip("/"):
        return url
    hook = body.get("hook") if isinstance(body, dict) else None
    service = next((each for each in catalog.SERVICES if each.hook == hook), None)
    if service is None:
        raise NotUsable("hook", "no hook of this service", "a request for patient-view, order-select or order-sign")
    return f"{url.rstrip('/').removesuffix('/cds-services')}/cds-services/{service.id}"


def _json_of(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=PRETTY), nl=False)


def _end(code: int, line: str) -> NoReturn:
    click.echo(f"tace-cds: {' '.join(line.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
