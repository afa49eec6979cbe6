"""Features of the BCLC B subgroups, as far as they are stated: they inform, they do not decide."""

from cards.current import State
from cards.facts import Absent, Fact
from cards.staging.bclc import Bclc
from cards.staging.burden import Burden, confined, milan
from cards.verdict import Verdict, all_of, any_of, verdict_of


def b2_features(state: State) -> Verdict:
    """B2: preserved portal flow, well-defined nodules, selective access to the feeding arteries; the group for TACE.

    Inputs
        portal_flow, growth_pattern, selective_access
    Result
        MET all three stated; NOT_MET one stated otherwise; UNKNOWN else
    Not modelled
        "no transplant option", which the local transplant criteria decide
    Source
        bclc-b-2022
    """
    return all_of((_is(state, "portal_flow", "preserved"), _is(state, "growth_pattern", "nodular"),
                   _is(state, "selective_access", True)))  # fmt: skip


def b3_features(state: State) -> Verdict:
    """B3: diffuse or infiltrative disease (extensive bilobar is not defined); the group for systemic therapy.

    Inputs
        diffuse, growth_pattern
    Source
        bclc-b-2022
    """
    return any_of((_is(state, "diffuse", True), _is(state, "growth_pattern", "infiltrative")))


def b_subgroup_remark(state: State, b: Burden, stage: Bclc) -> str:
    """What the stated features say of a BCLC B tumor; "" where the tumor is not B, has spread or invades, in stage D, or where
    nothing tells.

    Source
        bclc-b-2022: B1 within local extended transplant criteria, B2 for TACE, B3 for systemic therapy
    """
    if stage.by_tumor != ("B",) or confined(state) is Verdict.NOT_MET or stage.stage == "D":
        return ""
    if b3_features(state) is Verdict.MET:
        return "BCLC B3 features (diffuse or infiltrative): systemic therapy is the option of this subgroup"
    if b2_features(state) is Verdict.MET:
        within = " unless local extended transplant criteria are met (B1)" if milan(b, state) is not Verdict.MET else ""
        return f"BCLC B2 features (preserved portal flow, well-defined nodules, selective access): TACE{within}"
    return ""


def _is(state: State, name: str, value: object) -> Verdict:
    known: Fact[float | int | bool | str] | Absent = state[name]
    return verdict_of(None if isinstance(known, Absent) else known.value == value)


def stage_migration(state: State, stage: Bclc, failed: bool = False) -> str:
    """BCLC treatment stage migration: where the first option of a stage is not feasible or has failed, the therapy of the next
    stage is considered.

    Inputs
        unresectable      stated: resection, ablation and transplant are excluded (first options of 0 and A)
        selective_access  stated as not feasible (a condition of TACE in B)
        bridge_to_transplant, tumor_rupture   stated: others decide
        failed            the ordered lesion is refractory to TACE by a rule that decides
    Result
        the migration in words; "" where no first option is stated as not feasible or failed, with invasion or spread, and where
        others decide: a bridge to transplant, a ruptured tumor
    Source
        bclc-b-2022
    """
    elsewhere = any(_is(state, name, True) is Verdict.MET for name in ("bridge_to_transplant", "tumor_rupture"))
    if elsewhere or confined(state) is Verdict.NOT_MET or "D" in stage.candidates:
        return ""
    if set(stage.by_tumor) <= {"0", "A"} and _is(state, "unresectable", True) is Verdict.MET and not failed:
        return (
            f"BCLC {' or '.join(stage.by_tumor)} by tumor, curative treatment stated as not possible: treatment stage migration, "
            "the therapy of the next stage (TACE) is considered"
        )
    not_feasible = _is(state, "selective_access", False) is Verdict.MET
    if failed or (stage.by_tumor == ("B",) and not_feasible):
        reason = "the ordered lesion is refractory to TACE" if failed else "selective access is not feasible"
        return (
            f"{reason}: treatment stage migration (BCLC 2022), the therapy of the next stage (systemic) is considered"
        )
    return ""
