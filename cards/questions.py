"""Missing facts as questions: how each is named on a card, how it is asked, and what would count as an answer."""

from functools import lru_cache

from cards.facts import FACTS, Scalar
from cards.record import record

TUMOR_WORDS = {
    "hcc": "hepatocellular carcinoma",
    "icc": "intrahepatic cholangiocarcinoma",
    "neuroendocrine-metastasis": "metastasis of a neuroendocrine tumor",
    "colorectal-metastasis": "metastasis of colorectal cancer",
    "melanoma-metastasis": "metastasis of melanoma (uveal or cutaneous)",
    "other-metastasis": "metastasis of another tumor",
    "other-primary": "another primary liver tumor",
}
TUMOR_TYPES = tuple(TUMOR_WORDS)
ORDERED = ("tace", "bland-embolization", "radioembolization")


@record(frozen=True, slots=True)
class Question:
    """kind: boolean | choice | integer | quantity | text; answers: the possible ones, empty where any value is."""

    link: str
    text: str
    kind: str
    answers: tuple[Scalar, ...] = ()
    unit: str = ""


_LABELS = {
    "tumor_type": "tumor type",
    "date_of_tace": "date of a TACE session",
    "treatment_history": "TACE sessions",
    "nodule_size": "nodule size",
    "ecog": "ECOG",
    "bilirubin": "bilirubin",
    "sex": "sex",
    "mrecist_response": "response",
    "viable_percent": "viable part",
    "selective_session": "selective session",
    "technique_changed": "change of agent or feeder",
}


def label(name: str) -> str:
    """How a missing fact is named on a card.

    >>> label("ecog"), label("ascites_grade"), label("intent of the session")
    ('ECOG', 'ascites', 'intent of the session')
    """
    if name in _LABELS:
        return _LABELS[name]
    return FACTS[name].label if name in FACTS else name.replace("_", " ")


@lru_cache(maxsize=1024)
def question(name: str) -> Question:
    """The question that would supply a fact; its link is the code that an answer carries.

    >>> question("ascites_grade").answers
    ('none', 'mild', 'moderate-severe', 'refractory')
    """
    if name == "tumor_type":
        return Question("tumor-type", "type of liver tumor", "choice", TUMOR_TYPES)
    if name == "ordered_procedure":
        return Question("ordered-procedure", "which embolization is ordered", "choice", ORDERED)
    spec = FACTS.get(name)
    if spec is None:
        return Question(name.replace("_", "-").replace(" ", "-"), label(name), "text")
    link = spec.code or name.replace("_", "-")
    if spec.kind == "boolean":
        return Question(link, spec.question.removesuffix(" (yes, no)"), "boolean", (True, False))
    if spec.kind == "coded":
        return Question(link, spec.label, "choice", spec.values)
    if spec.kind == "integer":
        low, high = (int(limit) for limit in spec.limits)
        high = 4 if name == "ecog" else high  # nobody asks whether the patient is dead
        answers = tuple(range(low, high + 1)) if high - low <= 10 else ()
        return Question(link, spec.question.split(" (")[0], "integer", answers)
    return Question(link, spec.question.split(",")[0], "quantity", (), "" if spec.unit == "1" else spec.unit)


def asked(name: str) -> str:
    """The question in words with its possible answers.

    >>> asked("ecog"), asked("inr"), asked("extrahepatic_spread")
    ('ECOG performance status (0, 1, 2, 3, 4)', 'INR', 'extrahepatic spread (yes, no)')
    """
    q = question(name)
    if q.kind == "boolean":
        return f"{q.text} (yes, no)"
    if q.answers:
        return f"{q.text} ({', '.join(str(a) for a in q.answers)})"
    return f"{q.text}, {q.unit}" if q.unit else q.text
