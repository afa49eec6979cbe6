"""Patients by what sets them apart from another: one fact, one session, one drug at a time.

Each group is of one patient; each of its lines is that patient with the changes named.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cards.assess import Assessment, assess
from cards.facts import (
    FACTS,
    NOT_TOLD,
    OVERALL,
    TREATMENT_HISTORY,
    FactSpec,
    LesionSize,
    Paper,
    PatientFacts,
    Response,
    Session,
    Treatment,
    Tumor,
    Unusable,
)
from cards.prior_auth.policy_file import load_all
from tests.cards.build import (
    CANDIDATE,
    LESION,
    TODAY,
    ago,
    candidate,
    drug,
    facts,
    order,
    present,
    response,
    session,
    value,
)
from tests.cards.test_every_rule import rich

Changes = Mapping[str, Any]
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "policies"
OTHER, BODY = "segment-4", "BodyStructure/one"
TUMORS = ("hcc", "icc", "neuroendocrine-metastasis", "colorectal-metastasis", "melanoma-metastasis", "other-metastasis",
          "other-primary", "unknown", "")  # fmt: skip
# Values about the limits that the documents print; a coded fact has its words, a yes or no both.
VALUES = {
    "bilirubin": (0.4, 1.4, 2.0, 2.5, 3.0, 3.4, "34 umol/L", ">3.0", "<0.2", "<=2.0", ">=2.0", "<=3.0", ">=3.0"),
    "albumin": (4.5, 3.5, 3.0, 2.8, 2.4, "<2.8", "<=2.8", ">=3.5", "<3.6"),
    "inr": (0.9, 1.7, 1.8, 2.0, 2.3, 2.5, "<=1.8", ">=1.8", ">=2.2", "<1.5"),
    "pt": (14.0, 18.5, 22.0),
    "pt_control": (12.0,),
    "creatinine": (0.5, 2.0, 4.5, "180 umol/L", "<=2.0", ">1.5"),
    "sodium": (120, 131, 150),
    "platelets": (15, 40, 50, 90, "<=20", "<50", ">=50"),
    "alt": (35, 300),
    "ast": (35, 300),
    "afp": (5, 250, 400, 1500, ">50000", "<=400", ">=400", ">100"),
    "afp_units": (5, 900),
    "afp_l3": (5, 20),
    "dcp": (1, 30),
    "dcp_units": (20, 900),
    "ecog": (0, 1, 2, 3, 4),
    "encephalopathy_grade": (1, 2, 3),
    "nodule_count": (1, 3, 4, 6, 8, ">3", ">=3"),
    "liver_involvement_percent": (10.0, 50.0, 60.0, ">50", "<=50", ">40"),
    "viable_percent": (20.0,),
    "viable_diameter": (2.0,),
    "child_pugh_score": (5, 7, 10),
}
SIZES = ((), (0.8,), (2.0,), (2.5, 2.5, 2.5), (3.0,), (4.9,), (5.0,), (6.6,), (8.2,), (11.0,), (3.1, 2.9, 1.0, 1.0),
         (5.5, 3.0), (6.5, 1.0), (1.0,) * 7, (4.0, 4.0, 4.0), (4.0, (2.0, 200)), ((4.0, 200),), ((4.0, None),),
         ((4.0, 10, NOT_TOLD), (2.0, 10, NOT_TOLD)), ((4.0, 10, BODY),), ("<1.0",), (">=5.0",), ("<=3.0",),
         (">6.0", 2.0), (">=8.0",), ((2.0, 10, BODY), (3.0, 30, BODY)))  # fmt: skip


def values(name: str, spec: FactSpec) -> dict[str, Changes]:
    """One fact: each of its values, and none."""
    some = VALUES.get(name) or (spec.values if spec.kind == "coded" else (True, False))
    return {**{f"{what}": {name: what} for what in some}, "missing": {name: None}}


def states_of(name: str, spec: FactSpec) -> dict[str, Changes]:
    """One fact that is too old, undated, preliminary, a Condition, or not usable."""
    *_, last = VALUES.get(name) or (spec.values if spec.kind == "coded" else (True, False))
    return {
        "200 days old": {name: (last, 200)},
        "undated": {name: value(name, last, None)},
        "preliminary": {name: value(name, last, preliminary=True)},
        "present as a Condition": {"states": [present(name, "present" if spec.kind == "coded" else last)]},
        "refused": {name: None, "refused": {name: f"{spec.label}: unit not known (Observation/x)"}},
    }


def last_two(found: dict[str, Changes]) -> list[tuple[str, Changes]]:
    return [*found.items()][-2:]


def tumors() -> dict[str, Changes]:
    return {kind or "not stated": {"tumor": kind} for kind in TUMORS}


def of_sizes() -> dict[str, Changes]:
    found = {f"sizes {each}": {"sizes": each, "nodule_count": None} for each in SIZES}
    return found | {f"{n} counted, {each}": {"sizes": each, "nodule_count": n} for n, each in
                    ((1, (4.0, 2.0)), (5, (4.0,)), (3, (6.9,)), (2, (6.0, 2.0)), (6, (2.0,)))}  # fmt: skip


# Courses of treatment

ONE, TWO, THREE = (session(days, LESION, selective=True, changed=True, success=True, intent="palliative")
                   for days in (220, 150, 80))  # fmt: skip
RECENT = session(12, LESION)
FLAWED = session(150, LESION, selective=False, changed=False, success=False, intent="curative")
SECOND_STEP = replace(session(150, LESION), second_step=True)
IN_STEPS = replace(ONE, steps=(ago(220), ago(200)), latest=ago(200))
VAGUE = Session(("Procedure/vague",), "tace", ago(250), ago(220), (LESION,))
UNDATED = Session(("Procedure/undated",), "tace", None, None, (LESION, OTHER))
ELSEWHERE, NOWHERE = session(150, OTHER), session(150)
LONG_AGO = session(400, LESION, selective=True, changed=True)
ANYWHERE = tuple(session(days, selective=True, changed=True) for days in (220, 150, 80))
WHOLE = Response(OVERALL, ago(100), "Observation/whole", "PD", None, "", ("stated of the whole liver",))


def courses() -> dict[str, Changes]:
    """Sessions and what imaging said after them."""
    return {
        "one, no response": {"sessions": [ONE]},
        "one, twelve days ago": {"sessions": [RECENT]},
        "one, thirty-five days ago": {"sessions": [session(35, LESION)]},
        "one, stable": {"sessions": [ONE], "responses": [response(ONE, "SD")]},
        "one, not evaluable": {"sessions": [ONE], "responses": [response(ONE, "NE")]},
        "one, 60 % viable": {"sessions": [ONE], "responses": [response(ONE, viable=60.0)]},
        "one, too early": {"sessions": [ONE], "responses": [response(ONE, "SD", day=20)]},
        "one, late": {"sessions": [ONE], "responses": [response(ONE, "CR", day=120)]},
        "one, conflicting": {"sessions": [ONE], "responses": [response(ONE, "CR"), response(ONE, "PD", viable=80.0)]},
        "one, of no named session": {"sessions": [ONE], "responses": [response(ONE, "PR", named=False)]},
        "one, another lesion answers": {"sessions": [ONE], "responses": [response(ONE, "PD", lesion=OTHER)]},
        "one, whole liver": {"sessions": [TWO], "responses": [WHOLE]},
        "one, undated": {"sessions": [UNDATED]},
        "one, month only": {"sessions": [VAGUE]},
        "one, lesion not told": {"sessions": [NOWHERE], "responses": [response(NOWHERE, "SD", lesion=NOT_TOLD)]},
        "one, elsewhere": {"sessions": [ELSEWHERE], "responses": [response(ELSEWHERE, "CR")]},
        "one, lesion in a segment": {"sessions": [session(150, BODY)], "segments": {BODY: "segment-8"}},
        "two, stable": {"sessions": [ONE, TWO], "responses": [response(ONE, "SD"), response(TWO, "SD")]},
        "two, stable then partial": {"sessions": [ONE, TWO], "responses": [response(ONE, "SD"), response(TWO, "PR")]},
        "two, complete then progress": {"sessions": [ONE, TWO], "responses": [response(ONE, "CR"), response(TWO, "PD")]},
        "two, partial with 60 % viable": {
            "sessions": [ONE, TWO], "responses": [response(ONE, "PR", viable=60.0), response(TWO, "PR", viable=70.0)]},
        "two, 50 % viable": {
            "sessions": [ONE, TWO], "responses": [response(ONE, viable=50.0), response(TWO, viable=50.1)]},
        "two, second not answered": {"sessions": [ONE, TWO], "responses": [response(ONE, "PD")]},
        "two, first not answered": {"sessions": [ONE, TWO], "responses": [response(TWO, "PD")]},
        "two, flawed": {"sessions": [ONE, FLAWED], "responses": [response(ONE, "PD"), response(FLAWED, "PD")]},
        "two, planned steps": {"sessions": [ONE, SECOND_STEP], "responses": [response(SECOND_STEP, "SD")]},
        "two, one in steps": {"sessions": [IN_STEPS, TWO], "responses": [response(TWO, "SD")]},
        "two, of two lesions": {
            "sessions": [ONE, ELSEWHERE], "responses": [response(ONE, "PD"), response(ELSEWHERE, "CR")]},
        "three, stable": {
            "sessions": [ONE, TWO, THREE], "responses": [response(s, "SD") for s in (ONE, TWO, THREE)]},
        "three, progress": {
            "sessions": [ONE, TWO, THREE], "responses": [response(s, "PD", viable=90.0) for s in (ONE, TWO, THREE)]},
        "three, response between": {
            "sessions": [ONE, TWO, THREE],
            "responses": [response(ONE, "SD"), response(TWO, "CR"), response(THREE, "SD")]},
        "three, third not answered": {
            "sessions": [ONE, TWO, THREE], "responses": [response(ONE, "SD"), response(TWO, "SD")]},
        "seven lesions": {"sessions": [session(150, *(f"segment-{n}" for n in range(1, 9)))]},
        "bland, then TACE": {
            "sessions": [session(200, LESION, kind="tae"), TWO], "responses": [response(TWO, "SD")]},
        "radioembolization": {"sessions": [session(150, LESION, kind="y90")]},
        "kind not told": {"sessions": [session(150, LESION, kind="embolization")]},
        "treatment not readable": {"refused": {TREATMENT_HISTORY: "Procedure/x: no status"}},
        "procedures not reached": {"unreached": {"Procedure"}, "gaps": ["procedures could not be fetched"]},
        "viable measured": {
            "sessions": [ONE], "sizes": [(4.0, 230, LESION), (4.0, 10, LESION)],
            "viable": [(4.0, 230, LESION), (2.0, 170, LESION)]},
        "viable grows": {
            "sessions": [ONE, TWO], "sizes": [(4.0, 230, LESION), (4.0, 10, LESION)],
            "viable": [(2.0, 230, LESION), (2.1, 170, LESION), (3.0, 100, LESION)]},
        "measured and stated differ": {
            "sessions": [ONE], "responses": [response(ONE, "CR")], "sizes": [(4.0, 230, LESION)],
            "viable": [(4.0, 230, LESION), (4.0, 178, LESION)]},
        "viable measured afterwards alone": {
            "sessions": [ONE], "sizes": [(4.0, 230, LESION), (4.0, 10, LESION)], "viable": [(2.0, 170, LESION)]},
        "two, 40 % viable": {
            "sessions": [ONE, TWO], "responses": [response(ONE, "SD", viable=40.0), response(TWO, "SD", viable=40.0)],
            "nodule_count": [(2, 230), (2, 170), (2, 100)], "afp": [(10.0, 230), (10.0, 170), (9.0, 100)],
            "portal_vein_invasion": [("none", 230), ("none", 10)], "extrahepatic_spread": [(False, 230), (False, 10)]},
        "three, stable, far apart": {
            "sessions": [LONG_AGO, TWO, THREE], "responses": [response(s, "SD") for s in (LONG_AGO, TWO, THREE)]},
        "three, no lesion told": {
            "sessions": [*ANYWHERE], "responses": [response(s, "PD", lesion=NOT_TOLD, viable=80.0) for s in ANYWHERE]},
        "order of no lesion, one by name": {
            "order": order("tace"), "sessions": [session(150, BODY)], "responses": [response(session(150, BODY), "SD")]},
        "order of no lesion, two treated": {
            "order": order("tace"), "sessions": [ONE, ELSEWHERE],
            "responses": [response(ONE, "PD"), response(ELSEWHERE, "CR")]},
        "marker falls": {"sessions": [ONE], "responses": [response(ONE, "SD")], "afp": [(900.0, 230), (100.0, 170)]},
        "marker rises": {
            "sessions": [ONE, TWO], "responses": [response(ONE, "SD"), response(TWO, "SD")],
            "afp": [(100.0, 230), (200.0, 170), (900.0, 100), (1200.0, 10)]},
        "marker in other units": {"sessions": [ONE], "afp_units": [(100.0, 230), (200.0, 170)], "dcp": [(1.0, 100)]},
        "nodules appear": {
            "sessions": [ONE, TWO], "responses": [response(ONE, "SD"), response(TWO, "SD")],
            "nodule_count": [(1, 230), (2, 170), (4, 100)], "new_intrahepatic_lesion": [(True, 170)]},
        "invasion appears": {
            "sessions": [ONE, TWO], "portal_vein_invasion": [("none", 230), ("vp2", 100)],
            "extrahepatic_spread": [(False, 230), (True, 90)], "hepatic_vein_invasion": [(True, 95)]},
        "response without a session": {"responses": [WHOLE]},
        "response without a session, not reached": {"responses": [WHOLE], "unreached": {"Procedure"}},
        "session and one not readable": {"sessions": [ONE], "refused": {TREATMENT_HISTORY: "Procedure/x: no status"}},
        "naive, stated": {"treatment_naive": True},
        "naive, stated beside a session": {"treatment_naive": True, "sessions": [ONE]},
        "liver worsens": {
            "sessions": [TWO, THREE], "responses": [response(TWO, "SD"), response(THREE, "SD")],
            "bilirubin": [(0.9, 155), (1.5, 85), (2.6, 10)], "albumin": [(4.2, 155), (3.4, 85), (2.7, 10)],
            "inr": [(1.0, 155), (1.2, 85), (1.8, 10)], "ast": [(40, 155), (90, 85)],
            "ascites_grade": [("none", 155), ("none", 85), ("mild", 10)],
            "encephalopathy_grade": [(0, 155), (0, 85), (0, 10)]},
    }  # fmt: skip


def orders() -> dict[str, Changes]:
    """What is ordered. `order` None: TACE as if it were being considered."""
    whole = {"approach": "superselective", "agent": "doxorubicin", "billing": ("37243", "75726"), "authored": ago(3)}
    made: dict[str, Any] = {
        "none": None,
        "TACE, all told": order("tace", LESION, body_site="liver, segment 8", **whole),
        "TACE, site alone": order(
            "tace", body_site="right lobe", text="unresectable; not a candidate for chemotherapy"
        ),
        "TACE, of two lesions": order("tace", LESION, OTHER, agent="doxorubicin"),
        "TACE, of a lesion with a name": order("tace", BODY),
        "bland embolization": order("tae", LESION, **whole),
        "radioembolization": order("y90", LESION, approach="lobar", billing=("79445",)),
        "kind not told": order("embolization", billing=("37243",), notes=("37243 does not tell which",)),
        "of another patient": order("tace", LESION, subject_matches=False),
        "before the policy": order("tace", authored=ago(2000)),
    }
    found: dict[str, Changes] = {name: {"order": each, "orders": [each] if each else []} for name, each in made.items()}
    for drugs in (("lenvatinib",), ("sorafenib",), ("durvalumab", "bevacizumab"), ("atezolizumab", "bevacizumab"),
                  ("pembrolizumab", "lenvatinib"), ("regorafenib",), ("ramucirumab",), ()):  # fmt: skip
        each = order("systemic", drugs=drugs)
        words = " and ".join(drugs) or "a drug not named"
        found[f"{words} alone"] = {"order": each, "orders": [each]}
        found[f"{words} with TACE"] = {"orders": [order("tace", LESION), each]}
        found[f"{words} after TACE"] = {"order": each, "orders": [each], "sessions": [TWO]}
        found[f"{words} active"] = {"treatments": [drug(name) for name in drugs]}
    return found


PAIRS = (("portal_vein_invasion", ("vp2", "vp4"), "ecog", (0, 1, 2, 3, None)),
         ("ascites_grade", ("mild", "moderate-severe", None), "ascites_controlled", (True, False)),
         ("encephalopathy_grade", (1, 2, None), "encephalopathy_controlled", (True, False)),
         ("lobar_distribution", ("unilobar", "bilobar", None), "liver_involvement_percent", (50.0, 50.1, None)),
         ("growth_pattern", ("infiltrative", None), "selective_access", (True, False, None)),
         ("extrahepatic_spread", (True, None), "hepatic_vein_invasion", (True, False)),
         ("systemic_therapy_status", ("failed", "candidate"), "tumor", ("colorectal-metastasis", "icc")),
         ("unresectable", (True, False), "unresectable_reason", ("hepatic-reserve", None)),
         ("creatinine", (1.9, None), "dialysis_twice_weekly", (True, False)),
         ("jaundice", (True, False), "bilirubin", (2.0, 3.5, None)),
         ("inr", (1.8, 2.2), "anticoagulated", (True, False)),
         ("child_pugh_score", (5, 6, 7), "inr", (1.0, 1.8, None)))  # fmt: skip


def pairs() -> dict[str, Changes]:
    """Two facts that are read together."""
    return {f"{one} {a}, {two} {b}": {one: a, two: b} for one, of_one, two, of_two in PAIRS for a in of_one for b in of_two} | {
        f"{name} as a state, {controlled} {b}": {name: None, controlled: b, "states": [present(name, "present")]}
        for name, controlled in (("ascites_grade", "ascites_controlled"),
                                 ("encephalopathy_grade", "encephalopathy_controlled"))
        for b in (True, False, None)
    }  # fmt: skip


def radioembolization() -> dict[str, Changes]:
    """Y-90 ordered, for each tumor and what its criteria ask."""
    ordered = order("y90", LESION)
    here: Changes = {"order": ordered, "orders": [ordered]}
    told: dict[str, Changes] = {
        "": {}, "unresectable": {"unresectable": True}, "resectable": {"unresectable": False},
        "liver-dominant": {"liver_dominant": True, "unresectable": True, "systemic_therapy_status": "failed"},
        "spread": {"extrahepatic_spread": True, "liver_dominant": False},
    }  # fmt: skip
    found = {f"{kind or 'not stated'} {words}": {**here, "tumor": kind, **changes}
             for kind in TUMORS for words, changes in told.items()}  # fmt: skip
    return found | {f"ecog {ecog}, bilirubin {bilirubin}, {cm} cm": {
        **here, "ecog": ecog, "bilirubin": bilirubin, "sizes": (cm,), "nodule_count": 1, "unresectable": True}
        for ecog in (0, 2, 3, None) for bilirubin in (0.9, 2.0, 2.1, None) for cm in (2.9, 8.0, 8.1)}  # fmt: skip


def payers() -> dict[str, Changes]:
    """What the payer asks: no policy on file, a policy of another shape, one that was not in force yet."""
    lakes = {"policies": load_all(EXAMPLES), "policy": "northern-lakes-liver"}
    asked = {kind: order(kind, LESION, approach="selective", agent="doxorubicin", billing=("37243",), authored=ago(20))
             for kind in ("tace", "tae", "y90", "embolization")}  # fmt: skip
    early = replace(asked["tace"], authored=date(2020, 1, 1))
    told = {"unresectable": True, "bridge_to_transplant": False}
    return {
        "none configured": {"policy": ""},
        "not on file": {"policy": "med999"},
        "not in force": {**lakes, "order": early, "orders": [early]},
        **{f"{kind}, own policy": {**lakes, "order": each, "orders": [each]} for kind, each in asked.items()},
        **{f"{kind}, own policy, told": {**lakes, **told, "order": each, "orders": [each]} for kind, each in asked.items()},
        "own policy, nothing known": {**lakes, **dict.fromkeys(CANDIDATE), "sizes": (), "tumor": "unknown"},
        "nothing known": {**dict.fromkeys(CANDIDATE), "sizes": (), "tumor": "unknown"},
        "own policy, answered in words": {**lakes, "papers": (
            Paper("northern-lakes-liver:D2", "answer", ago(5), "QuestionnaireResponse/a", "Unresectable. " * 20),
            Paper("northern-lakes-liver:D5", "answer", None, "QuestionnaireResponse/a", "Board of 2 Nov."))},
        "answered in words": {"papers": (
            Paper("med140:3", "answer", ago(5), "QuestionnaireResponse/a", "Unresectable by number."),
            Paper("med140:5", "answer", None, "QuestionnaireResponse/a", "Not a candidate for systemic therapy."))},
        "own policy, limitation": {**lakes, **told, "encephalopathy_grade": 1},
        "own policy, nothing met": {**lakes, "unresectable": False, "bridge_to_transplant": False, "ecog": 2},
        "own policy, metastases": {**lakes, **told, "tumor": "colorectal-metastasis", "order": asked["y90"], "orders": []},
        "own policy, cholangiocarcinoma": {**lakes, **told, "tumor": "icc"},
        "Y-90, metastases": {"order": asked["y90"], "orders": [asked["y90"]], "tumor": "colorectal-metastasis",
                             "liver_dominant": True, "progressive": True, "diffuse": True, "unresectable": True,
                             "systemic_therapy_status": "failed"},
        "Y-90, neuroendocrine": {"order": asked["y90"], "orders": [asked["y90"]], "tumor": "neuroendocrine-metastasis",
                                 "liver_dominant": True, "diffuse": True, "symptomatic": True, "unresectable": True,
                                 "systemic_therapy_status": "failed-to-control-symptoms"},
        "Y-90, refused": {"order": asked["y90"], "orders": [asked["y90"]], "tumor": "icc", "unresectable": False},
        "Y-90, bridge": {"order": asked["y90"], "orders": [asked["y90"]], "bridge_to_transplant": True},
    }  # fmt: skip


def others() -> dict[str, Changes]:
    """Other treatments, papers, gaps, and who the patient is."""
    ablation = Treatment("ablation", "ablation of segment 5", ago(400), "Procedure/ablation")
    each = [Paper(kind, f"{kind} report", ago(days), f"DocumentReference/{kind}", text)
              for days, (kind, text) in enumerate((
                  ("imaging", "Two nodules. Unresectable by number."), ("pathology", "Hepatocellular carcinoma."),
                  ("tumor-board", "Not a surgical candidate; TACE is advised."), ("surgery", "Inoperable."),
                  ("oncology", "Progressed on sorafenib; not a candidate for systemic therapy."),
                  ("transplant", "Listed."), ("mapping", "Shunt 4 %."), ("note", "If unresectable, TACE?"),
                  ("med140:3", "Too many nodules, " * 12)))]  # fmt: skip
    return {
        "woman": {"sex": "female"},
        "sex not told": {"sex": ""},
        "ablation": {"treatments": [ablation]},
        "resection, undated": {"treatments": [Treatment("resection", "resection", None, "Procedure/resection")]},
        "transplant": {"treatments": [Treatment("transplant", "liver transplant", ago(900), "Procedure/ltx")]},
        "radiotherapy": {"treatments": [Treatment("radiotherapy", "SBRT", ago(90), "Procedure/sbrt")]},
        "sorafenib stopped": {"treatments": [drug(active=False, days_ago=200)]},
        "papers": {"papers": tuple(each)},
        "one paper": {"papers": tuple(each[:1])},
        "unusable": {"unusable": (Unusable("Observation/broken", "no value"),)},
        "remarks": {"remarks": ("two patients in the record",)},
        "gaps": {"gaps": ["observations could not be fetched"], "unreached": {"Observation"}},
        "conditions not reached": {"gaps": ["conditions could not be fetched"], "unreached": {"Condition"}},
        "awaits": {"awaits": True},
        "tumor provisional": {"tumor": Tumor("unknown", "only provisional (Condition/x)", ("Condition/x",), (), True)},
        "curative excluded": {"unresectable": True, "unresectable_reason": "size-or-number"},
        "bridge": {"bridge_to_transplant": True, "transplant_listed": True, "sizes": (2.5,), "nodule_count": 1},
        "systemic failed": {"systemic_therapy_status": "failed", "tumor": "colorectal-metastasis"},
        "symptoms": {"symptomatic": True, "tumor": "neuroendocrine-metastasis", "systemic_therapy_status":
                     "failed-to-control-symptoms"},
        "ascites controlled": {"ascites_grade": "mild", "ascites_controlled": True},
        "encephalopathy controlled": {"encephalopathy_grade": 1, "encephalopathy_controlled": True},
        "bilobar, half replaced": {"liver_involvement_percent": 55.0, "lobar_distribution": "bilobar"},
        "prothrombin time for INR": {"inr": None, "pt": 18.0, "pt_control": 12.0},
        "child-pugh stated alike": {"child_pugh_score": 5, "child_pugh_class": "A", "bclc_stage": "B"},
        "child-pugh class alone": {"child_pugh_class": "C"},
        "child-pugh stated, open": {"child_pugh_score": 6, "child_pugh_class": "B", "inr": None},
        "status as a state": {"ecog": None, "states": [present("ecog", 2)]},
        "portal vein thrombosis": {"portal_vein_invasion": None, "states": [present("portal_vein_thrombosis")]},
        "two orders, one of another": {"orders": [order("tace", LESION), order("tae", OTHER)]},
        "child-pugh stated otherwise": {"child_pugh_score": 8, "child_pugh_class": "B", "bclc_stage": "C"},
        "lesions by name": {"sizes": [(4.0, 10, BODY)], "segments": {BODY: "segment-5"}},
        "conflict of sizes": {"sizes": [LesionSize("segment-1", value("nodule_size", 4.0, 10)),
                                        LesionSize("segment-1", value("nodule_size", 5.2, 10, number=2))]},
    }  # fmt: skip


def papers() -> dict[str, Changes]:
    """More of one kind than are cited."""
    return {f"four of {kind}": {"papers": tuple(
        Paper(kind, f"{kind} report {n}", ago(n), f"DocumentReference/{n}") for n in range(1, 5))}
        for kind in ("imaging", "pathology", "tumor-board", "surgery", "mapping")}  # fmt: skip


def worse() -> dict[str, Changes]:
    """Several facts at a time: what decides, and what is left open."""
    return {
        "B8": {"albumin": 3.0, "bilirubin": 2.5, "inr": 1.8},
        "C": {"albumin": 2.5, "bilirubin": 4.0, "ascites_grade": "moderate-severe", "encephalopathy_grade": 2},
        "B7 with mild ascites": {"albumin": 3.4, "ascites_grade": "mild", "ascites_controlled": True},
        "end stage by status": {"ecog": 4, "tumor_rupture": True},
        "invasion and spread": {"portal_vein_invasion": "vp4", "extrahepatic_spread": True, "portal_flow": "hepatofugal"},
        "branch invasion": {"portal_vein_invasion": "vp2", "portal_flow": "reduced"},
        "number at most 3": {"nodule_count": "<=3", "sizes": ()},
        "number above 1": {"nodule_count": ">1", "sizes": (2.0,)},
        "B, with sorafenib": {"albumin": 3.0, "bilirubin": 2.5, "inr": 1.8, "treatments": [drug("sorafenib")]},
        "B or C, with sorafenib": {"albumin": None, "bilirubin": 4.0, "inr": None, "ascites_grade": None,
                                   "treatments": [drug("sorafenib")]},
        "no sizes, refused": {"sizes": (), "nodule_count": 2, "refused": {"nodule_size": "unit not known"}},
        "no sizes, not reached": {"sizes": (), "nodule_count": 2, "unreached": {"Observation"}},
        "no liver function, treated": {"bilirubin": None, "inr": None, "sessions": [ONE, TWO],
                                       "responses": [response(ONE, "SD"), response(TWO, "SD")]},
        "B, treated": {"albumin": 3.0, "bilirubin": 2.5, "inr": 1.8, "sessions": [ONE, TWO],
                       "responses": [response(ONE, "SD"), response(TWO, "SD")]},
        "B, treated, with lenvatinib": {"albumin": 3.0, "bilirubin": 2.5, "treatments": [drug("lenvatinib")],
                                        "sessions": [ONE, TWO], "responses": [response(ONE, "PD")]},
        "single, large, with lenvatinib": {"sizes": (8.0,), "nodule_count": 1, "treatments": [drug("lenvatinib")]},
        "many, with sorafenib": {"sizes": (5.0, 4.0, 3.0, 3.0), "nodule_count": 4, "treatments": [drug("sorafenib")]},
        "invasion, with lenvatinib": {"portal_vein_invasion": "vp3", "treatments": [drug("lenvatinib")]},
        "nothing known, with lenvatinib": {**dict.fromkeys(CANDIDATE), "sizes": (), "treatments": [drug("lenvatinib")]},
        "nothing known, with bevacizumab": {**dict.fromkeys(CANDIDATE), "sizes": (), "treatments": [drug("bevacizumab")]},
        "dangers, with bevacizumab": {"varices_at_risk": True, "anticoagulated": True, "active_bleeding": True,
                                      "treatments": [drug("atezolizumab"), drug("bevacizumab")]},
        "no dangers, with bevacizumab": {"varices_at_risk": False, "anticoagulated": False, "active_bleeding": False,
                                         "treatments": [drug("durvalumab"), drug("bevacizumab")]},
        "no laboratory": {"bilirubin": None, "albumin": None, "inr": None, "creatinine": None},
        "no bilirubin, C": {"bilirubin": None, "albumin": 2.5, "ascites_grade": "refractory", "inr": 2.4},
        "no imaging": {"sizes": (), "nodule_count": None, "portal_vein_invasion": None, "extrahepatic_spread": None},
        "no status, no ascites": {"ecog": None, "ascites_grade": None, "encephalopathy_grade": None},
        "far apart": {"bilirubin": (0.9, 70), "albumin": (4.2, 2)},
        "large and bilobar": {"sizes": (12.0, 4.0, 4.0, 4.0), "nodule_count": 4, "lobar_distribution": "bilobar",
                              "growth_pattern": "infiltrative", "selective_access": False},
        "single, large": {"sizes": (8.0,), "nodule_count": 1, "bilirubin": 1.6, "albumin": 3.2},
        "single, small": {"sizes": (1.8,), "nodule_count": 1},
        "dialysis": {"dialysis_twice_weekly": True, "creatinine": 1.0, "sodium": 128},
        "all dangers": {name: True for name, spec in FACTS.items() if spec.kind == "boolean" and spec.worse == "high"},
    }  # fmt: skip


def other(**changes: Any) -> PatientFacts:
    return candidate(**{"tumor": "other-metastasis", **changes})


def empty(**changes: Any) -> PatientFacts:
    return facts(**{"tumor": "", "sex": "", **changes})


PATIENTS = {"candidate": candidate, "rich": rich, "other": other, "empty": empty}
MADE = {"candidate": (tumors, of_sizes, courses, orders, pairs, radioembolization, payers, others, worse, papers),
        "rich": (tumors, worse), "other": (orders, worse), "empty": (tumors, courses)}  # fmt: skip
GROUPS: dict[str, tuple[str, dict[str, Changes]]] = {
    **{f"candidate-{name.replace('_', '-')}": ("candidate", {**values(name, spec), **states_of(name, spec)})
       for name, spec in FACTS.items() if name != "nodule_size"},
    "rich-values": ("rich", {f"{name} {words}": change for name, spec in FACTS.items() if name != "nodule_size"
                             for words, change in last_two(values(name, spec))}),
    **{f"{of}-{made.__name__.replace('_', '-')}": (of, made()) for of, all_made in MADE.items() for made in all_made},
}  # fmt: skip
BUILT = ("tumor", "papers", "unusable", "remarks", "awaits")  # set in the facts as they are


def patient(of: str, changes: Changes = {}) -> Assessment:  # noqa: B006
    """The patient with the changes, for the order among them."""
    given = dict(changes)
    asked = given.pop("order", order("tace", LESION))
    if of != "rich" and asked is not None:
        given.setdefault("orders", [asked])
    payer = {name: given.pop(name) for name in ("policies", "policy") if name in given}
    own = {name: given.pop(name) for name in BUILT if name in given and not isinstance(given[name], str)}
    return assess(replace(PATIENTS[of](**given), **own), TODAY, asked, **payer)
