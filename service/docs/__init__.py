"""The generated pages. `make docs` writes them; a test holds that they are current."""

from service.docs.data import data_page
from service.docs.rules import rules_page

PAGES = {"rules.md": rules_page, "data.md": data_page}
