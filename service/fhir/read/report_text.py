"""What a radiology report says in words, by strict patterns: offered to a person with the sentence, never scored.

A sentence is left alone as soon as it hedges, looks back, compares, plans, or speaks of another organ. What is missed is
still asked by the worksheet; what is wrongly taken would be confirmed by a tired reader.
"""

import re
from collections.abc import Iterator

from cards.record import record

Value = int | float | str


@record(frozen=True, slots=True)
class Said:
    """fact: a name of cards.facts.FACTS; value in its unit; quote: the sentence it stands in."""

    fact: str
    value: Value
    quote: str


_SENTENCE = re.compile(r"[^.;\n!?](?:[^.;\n!?]|\.(?=\d))*[.;!?]?")
_LONGEST = 400

# Any of these makes the whole sentence unusable.
_HEDGED = re.compile(
    r"\b(?:cannot|can't|could|not (?:be )?(?:excluded?|ruled|assessed|evaluated|seen well)|exclude|rule[ds]? out|r/o|possib\w*|"
    r"probabl\w*|presum\w*|suspici\w*|suspect\w*|questionab\w*|equivocal|indeterminate|uncertain|unclear|likely|unlikely|"
    r"may|might|suggest\w*|concern\w*|favou?r\w*|versus|vs|differential|consistent|compatible|apparent\w*|appears?|"
    r"definite(?:ly)?|about|approximately|approx|circa|ca|roughly|around|nearly|almost|at least|at most|more than|less than|"
    r"up to|over|several|multiple|numerous|many|innumerable|some|few|or|between|if|should|would|recommend\w*|consider\w*|"
    r"threatened|threatens|impending|adjacent|abut\w*|near|close to)\b|[~<>≤≥≈?]|\d\s*(?:-|–|to)\s*\d",
    re.IGNORECASE,
)
_LOOKS_BACK = re.compile(
    r"\b(?:prior|previous\w*|former\w*|earlier|history|historical\w*|known|since|compar\w*|baseline|before|pre-?treatment|"
    r"initial\w*|last|was|were|had|used to|resolved|unchanged|no longer|again|formerly|outside|old|ago|interval|"
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|19\d\d|20\d\d)\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:kidney|renal|lungs?|pulmonary|thyroid|adrenal|pancrea\w*|spleen|splenic|lymph|nodal|bone|osseous|breast|brain|"
    r"uter\w*|ovar\w*|prostat\w*|bowel|colon\w*|cysts?|cystic|h(?:a)?emangioma\w*|FNH|benign|satellite|regenerative|"
    r"dysplastic|LR-?[1-4M]|LI-?RADS [1-4M]|family|mother|father)\b",
    re.IGNORECASE,
)
_LIVER_TUMOR = re.compile(
    r"\bHCCs?\b|\bhepatocellular carcinomas?\b|\bLR-?5\b|\bLI-?RADS 5\b|\b(?:liver|hepatic) (?:tumou?rs?|metastas[ei]s)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:no|not|without|negative|absent|absence|none|free of|nor|neither|non|lack\w*)\b", re.IGNORECASE
)

_WORDS = {"one": 1, "single": 1, "solitary": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
          "eight": 8, "nine": 9, "ten": 10}  # fmt: skip
_KIND = r"(?:HCCs?|hepatocellular carcinomas?|LR-?5|LI-?RADS 5|liver|hepatic|viable|enhancing|hypervascular|tumou?r)"
_COUNT = re.compile(
    rf"\b({'|'.join(_WORDS)}|\d{{1,2}})\s+(?:{_KIND}\s+){{0,4}}(?:nodules?|lesions?|foci|focus|masses|mass|tumou?rs?|HCCs?)\b",
    re.IGNORECASE,
)
_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_SIZE = re.compile(
    rf"\b(?:measur(?:es|ing)|largest (?:of which )?(?:measur(?:es|ing)|is|of)?|diameter(?: of)?|size(?: of)?)\s*:?\s*"
    rf"{_NUMBER}(?:\s*(?:x|×|by)\s*{_NUMBER})?(?:\s*(?:x|×|by)\s*{_NUMBER})?\s*(cm|mm)\b",
    re.IGNORECASE,
)
_SIZES = re.compile(rf"{_NUMBER}\s*(?:cm|mm)\b", re.IGNORECASE)
_OTHER_THING = re.compile(
    r"\b(?:liver|vein|artery|duct|aorta|span|margin|zone|cavity|distance|thrombus|ablation|defect|stent|catheter)\b",
    re.IGNORECASE,
)
_PORTAL = r"portal(?: venous)?(?: vein)?"
_THROMBUS = r"(?:tumou?r thromb(?:us|osis)|tumou?r invasion|(?:macro)?vascular invasion by tumou?r)"
_NO_INVASION = re.compile(
    rf"\bno (?:evidence of |signs? of )?"
    rf"(?:{_PORTAL} (?:invasion|{_THROMBUS})|{_THROMBUS} (?:in|of|within) the {_PORTAL})(?=\W*$|,)",
    re.IGNORECASE,
)
_MAIN = re.compile(
    rf"\b{_THROMBUS} (?:in|of|within|into|extending into) the (?:main portal vein|portal (?:vein )?(?:main )?trunk)\b|"
    rf"\bmain portal vein {_THROMBUS}\b",
    re.IGNORECASE,
)
_BRANCH = re.compile(
    rf"\b{_THROMBUS} (?:in|of|within|into|extending into) the (?:right|left) (?:main )?portal vein(?: branch)?"
    rf"(?! *(?:sub)?segment)|"
    rf"\b(?:right|left) portal vein {_THROMBUS}\b",
    re.IGNORECASE,
)
_GRADE = re.compile(r"\bVp\s?([1-4])\b", re.IGNORECASE)
_RESPONSES = {"CR": r"complete response|CR", "PR": r"partial response|PR", "SD": r"stable disease|SD",
              "PD": r"progressive disease|PD"}  # fmt: skip
_VIABLE = re.compile(
    r"\b(\d{1,3})\s?%\s(?:of the (?:lesion|tumou?r|nodule) (?:is |remains )?)?(?:residual )?viable\b|"
    r"\bviable (?:tumou?r |part |fraction |portion |component )?(?:of |is |:\s?)?(\d{1,3})\s?%",
    re.IGNORECASE,
)


def said_in(text: str) -> Iterator[Said]:
    """What the sentences of a report say of number and size of nodules, portal vein, mRECIST response and viable part.

    >>> [(s.fact, s.value) for s in said_in("Two HCC nodules, the largest measuring 4.4 x 3.9 cm. No portal vein invasion.")]
    [('nodule_count', 2), ('nodule_size', 4.4), ('portal_vein_invasion', 'none')]
    >>> list(said_in("Portal vein tumor thrombus cannot be excluded."))
    []
    """
    for quote in sentences(text):
        if _HEDGED.search(quote) or _LOOKS_BACK.search(quote) or _ELSEWHERE.search(quote):
            continue
        yield from (Said(fact, value, quote) for fact, value in _facts(quote))


def sentences(text: str) -> list[str]:
    """Sentences as they stand; one that is longer than a person reads at a glance is left out."""
    found = (" ".join(match.group().split()) for match in _SENTENCE.finditer(text))
    return [sentence for sentence in found if sentence and len(sentence) <= _LONGEST]


def _facts(quote: str) -> Iterator[tuple[str, Value]]:
    negated = bool(_NEGATED.search(quote))
    if not negated and _LIVER_TUMOR.search(quote):
        yield from _number(quote)
        yield from _largest(quote)
    grade = _invasion(quote, negated)
    if grade:
        yield "portal_vein_invasion", grade
    if not negated:
        yield from _response(quote)
        yield from _viable(quote)


def _number(quote: str) -> Iterator[tuple[str, Value]]:
    found = {_WORDS.get(m.group(1).lower()) or int(m.group(1)) for m in _COUNT.finditer(quote)} - {0}
    if len(found) == 1:
        yield "nodule_count", found.pop()


def _largest(quote: str) -> Iterator[tuple[str, Value]]:
    """The longest diameter where one lesion is measured in the sentence."""
    measured = list(_SIZE.finditer(quote))
    tumor = _LIVER_TUMOR.search(quote)
    if len(measured) != 1 or len(_SIZES.findall(quote)) != 1 or tumor is None:
        return
    if tumor.start() > measured[0].start() or _OTHER_THING.search(quote[tumor.end() : measured[0].start()]):
        return  # what is measured is not the tumor
    *numbers, unit = measured[0].groups()
    largest = max(float(n.replace(",", ".")) for n in numbers if n)
    centimeters = largest if unit.lower() == "cm" else largest / 10
    if 0.05 <= centimeters <= 40:
        yield "nodule_size", round(centimeters, 2)


def _invasion(quote: str, negated: bool) -> str:
    if negated:
        return "none" if _NO_INVASION.search(quote) else ""
    stated = {f"vp{found}" for found in _GRADE.findall(quote)}
    stated |= {"vp4"} if _MAIN.search(quote) else set()
    stated |= {"vp3"} if _BRANCH.search(quote) else set()
    return stated.pop() if len(stated) == 1 else ""


def _response(quote: str) -> Iterator[tuple[str, Value]]:
    if not re.search(r"\bmRECIST\b", quote, re.IGNORECASE):
        return
    named = [code for code, words in _RESPONSES.items() if re.search(rf"\b(?:{words})\b", quote, re.IGNORECASE)]
    if len(named) == 1:
        yield "mrecist_response", named[0]


def _viable(quote: str) -> Iterator[tuple[str, Value]]:
    found = {int(a or b) for a, b in _VIABLE.findall(quote)}
    if len(found) == 1 and 0 <= min(found) <= 100:
        yield "viable_percent", found.pop()
