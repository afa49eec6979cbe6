"""Words by which orders and procedures tell what they are, where codes do not."""

import re

from service.memo import memo

TACE = re.compile(r"\bTACE\b|\b[cd]TACE\b|chemo-?\s?emboli[sz]|DEB-?\s?TACE|DEBTACE|DEM-?TACE", re.I)
Y90 = re.compile(
    r"\by-?\s?90\b|\b90-?y\b|yttrium|radio-?\s?emboli[sz]|\bSIRT\b|\bTARE\b|therasphere|sir-?spheres?"
    r"|selective internal radi", re.I,
)  # fmt: skip
BLAND = re.compile(
    r"\bbland\b[^.;]{0,40}emboli[sz]|emboli[sz][^.;]{0,40}\bbland\b|\bTAE\b|\btrans-?(?:catheter )?arterial emboli[sz]",
    re.I,
)
LIVER = re.compile(r"\bliver\b|\bhepat|\bHCC\b", re.I)
# Looked for in lower case: as letters that begin a literal it takes 3 us a text, with re.IGNORECASE and \b first 31 us.
_ELSEWHERE = re.compile(
    r"uter(?:us|ine)|fibroid|leiomyoma|renal\b(?<=\brenal)|kidney|angiomyolipoma|prostat|splenic|spleen|bronch|pulmon"
    r"|lung\b(?<=\blung)|hemorrhoid|genicul|mening|cerebr|pelvi|gastric artery|bariatric|varicocele|avm\b(?<=\bavm)"
    r"|bone\b(?<=\bbone)|thyroid|pancreas"
)
_APPROACH = re.compile(
    r"super-?selective(?:ly)?|(?<!non-)(?<!non)\bselective(?:ly)?|\bsegmental\b|\blobar\b|(?:trans)?femoral|(?:trans)?radial(?! )"
    r"|transradial|radial access|transarterial|hepatic artery", re.I,
)  # fmt: skip
# A service around the treatment, not the treatment: imaging, planning, follow-up, a visit.
OTHER_SERVICE = re.compile(
    r"^\W*(?:CT|MRI?|MRCP|US|PET|ultraso\w+|x-?ray)\b(?![-\s]guided)"
    r"|^\W*(?:biopsy|referral|consult\w*|office visit|follow-?up|laborator\w+)\b"
    r"|\b(?:pre|post)-?\s?(?:TACE|chemoemb\w+|TARE|Y-?90)\b"
    r"|\b(?:TACE|chemoemboli[sz]ation|TARE|Y-?90|radioemboli[sz]ation)\s(?:\w+\s){0,2}"
    r"(?:planning|follow-?up|surveillance|response|clinic|education|consult\w*)\b", re.I,
)  # fmt: skip
# An order so named leaves it to its details to say which intervention it is.
INTERVENTION = re.compile(r"emboli[sz]|intervention|\bIR\b|angiogra|catheter|intra-?arterial|\bprocedure\b", re.I)
RESECTION = re.compile(r"\bhepatectomy\b|\bliver resection\b|\bsegmentectomy of liver\b", re.I)
ABLATION = re.compile(r"\b(?:radiofrequency|microwave|cryo|thermal)[ -]?ablation\b[^.]{0,80}\bliver\b"
                      r"|\bliver\b[^.]{0,80}\bablation\b", re.I)  # fmt: skip
ANASTOMOSIS = re.compile(
    r"\bwhipple\b|pancreat(?:ic)?o-?duodenectomy|hepatico-?jejunostomy|choledocho-?jejunostomy"
    r"|bilio-?enteric|bilio-?digestive", re.I,
)  # fmt: skip
DIALYSIS = re.compile(r"\bh(?:a)?emodialysis\b|\bperitoneal dialysis\b|\bCVVHD\b|\brenal dialysis\b", re.I)
_NOT = re.compile(r"\b(?:no|not|without|denies|declined|refused|instead of|rather than|not for|s/p|status post|prior|"
                  r"previous|failed|after|since|history of|h/o|declines|contraindicated for)\b[^.;,]{0,25}$", re.I)  # fmt: skip


@memo(1024)
def elsewhere(text: str) -> bool:
    """Whether a text names another organ, and not the liver.

    >>> elsewhere("Uterine artery embolization"), elsewhere("renal mass; liver embolization"), elsewhere("adrenal")
    (True, False, False)
    """
    return _ELSEWHERE.search(text.lower()) is not None and not LIVER.search(text)


@memo(1024)
def approach_in(text: str) -> str:
    """How a text says the catheter is led, in lower case; "" where it does not.

    >>> approach_in("TACE, Superselective"), approach_in("non-selective TACE")
    ('superselective', '')
    """
    match = _APPROACH.search(text)
    return match.group().lower() if match else ""


_BEFORE = 60  # characters: a negation and what may stand between it and the word


@memo(1024)
def tells(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text says the word of this order itself: not "no …", "prior …" or "after …".

    >>> tells(TACE, "DEB-TACE segment 8"), tells(TACE, "SBRT after prior TACE")
    (True, False)
    """
    return any(
        not _NOT.search(text[max(0, match.start() - _BEFORE) : match.start()]) for match in pattern.finditer(text)
    )
