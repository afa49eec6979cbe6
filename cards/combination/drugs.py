"""Which class a systemic drug of HCC belongs to: statements and trials are about classes, orders name ingredients."""

from collections.abc import Iterable

CHECKPOINT_INHIBITORS = frozenset(
    {"atezolizumab", "durvalumab", "ipilimumab", "nivolumab", "pembrolizumab", "tremelimumab"}
)
TYROSINE_KINASE_INHIBITORS = frozenset({"cabozantinib", "lenvatinib", "regorafenib", "sorafenib"})
BEVACIZUMAB = "bevacizumab"
IMMUNOTHERAPY = "immunotherapy, bevacizumab"


def classes_of(drugs: Iterable[str]) -> frozenset[str]:
    """The classes in which trials of TACE with a drug are grouped; empty for a drug without such a trial.

    >>> sorted(classes_of(["atezolizumab", "bevacizumab", "lenvatinib", "cabozantinib"]))
    ['immunotherapy, bevacizumab', 'lenvatinib']
    """
    return frozenset(found for drug in drugs if (found := _CLASS.get(drug)))


_CLASS = {
    **dict.fromkeys((*CHECKPOINT_INHIBITORS, BEVACIZUMAB), IMMUNOTHERAPY),
    "lenvatinib": "lenvatinib",
    "sorafenib": "sorafenib",
}
