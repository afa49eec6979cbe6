"""The application as the sandbox runs it, once for all scenarios: it holds nothing of a request."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.golden import sandbox


@pytest.fixture(scope="session")
def client() -> Iterator[FlaskClient]:
    with sandbox() as made:
        yield made
