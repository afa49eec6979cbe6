"""Every document that a rule may cite. A statement known only from another document says so in `quoted_in`."""

from collections.abc import Mapping

from cards.record import record


@record(frozen=True, slots=True)
class Source:
    """One document.

    label      as a card names it
    kind       score | staging | guideline | trial | review | payer-policy | quality-standard | label | summary | overview
    quoted_in  key of the document it was read in, where the document itself was not read
    caution    what a reader must know before trusting it
    levels     statement → level of evidence or grade of recommendation, where the document gives one
    """

    key: str
    label: str
    title: str
    issuer: str
    year: int | None
    kind: str
    url: str = ""
    quoted_in: str = ""
    caution: str = ""
    levels: tuple[tuple[str, str], ...] = ()


# As the documents give them; a rule cites them as its locator.
LOE_SELECTIVE = "LoE 4, strong recommendation, strong consensus"
LOE_NO_TKI = "LoE 2, strong recommendation, 82 % consensus"
LOE_OTHER_THERAPY = "LoE 3, strong recommendation, strong consensus"
GR_INVASION_OR_SPREAD = "GR 1B"
_CATEGORY_2A = (("every statement, unless specified", "category 2A"),)
_UNREVIEWED = "machine-written summary whose own banner says that human review is pending"

_ALL = (
    Source("pugh-1973", "Child-Pugh (Pugh 1973)", "Transection of the oesophagus for bleeding oesophageal varices",
           "Br J Surg 60:646", 1973, "score", quoted_in="ccjm-child-pugh"),
    Source("ccjm-child-pugh", "Child-Pugh table (CCJM)", "Child-Pugh scoring table", "Cleveland Clinic J Med", None,
           "score", "https://www.ccjm.org/"),
    Source("johnson-2015", "ALBI (Johnson 2015)", "Assessment of liver function in hepatocellular carcinoma: ALBI",
           "J Clin Oncol 33:550", 2015, "score", quoted_in="albi-jsh-2017",
           caution="its grades were read there, its coefficients in a public calculator"),
    Source("albi-jsh-2017", "ALBI in the JSH guideline (2017)", "ALBI grade as part of the JSH guideline for HCC",
           "Liver Cancer 6:204", 2017, "review", "https://pmc.ncbi.nlm.nih.gov/articles/PMC5473065/"),
    Source("hiraoka-2017", "modified ALBI (Hiraoka 2017)", "Modified ALBI grade", "Liver Cancer 6:325", 2017, "score",
           quoted_in="wjgo-2023"),
    Source("wjgo-2023", "WJGO 2023", "Table of ALBI and modified ALBI grades", "World J Gastrointest Oncol 15(10)", 2023,
           "review"),
    Source("optn-meld", "MELD, MELD-Na (OPTN)", "OPTN policy text on the MELD score", "OPTN", 2016, "score",
           caution="read as quoted in a public code base (mimic-code)"),
    Source("kim-2021", "MELD 3.0 (Kim 2021)", "MELD 3.0", "Gastroenterology 161:1887", 2021, "score",
           caution="read as given by a public calculator and a public code base"),
    Source("oken-1982", "ECOG (Oken 1982)", "Toxicity and response criteria of the ECOG", "Am J Clin Oncol", 1982,
           "score", caution="from general knowledge, not read again"),
    Source("bclc-2022", "BCLC 2022 (2025 update not implemented)",
           "BCLC strategy for prognosis prediction and treatment recommendation: 2022 update", "J Hepatol 76:681", 2022,
           "staging", "https://pmc.ncbi.nlm.nih.gov/articles/PMC8866082/",
           caution="its table is from general knowledge, the figure was not readable; a 2025 update exists and is not "
           "implemented"),
    Source("bclc-b-2022", "BCLC B subgroups", "Subgroups of BCLC stage B in the 2022 strategy",
           "Ann Surg Oncol 10.1245/s10434-022-12242-4", 2022, "staging"),
    Source("mazzaferro-2009", "up-to-seven (Mazzaferro 2009)", "Up-to-seven criterion", "Lancet Oncol", 2009, "staging",
           caution="read in World J Gastroenterol v11 i6"),
    Source("aasld-2023-t4", "Milan, UNOS downstaging (AASLD 2023, table 4)", "AASLD practice guidance on HCC, table 4",
           "AASLD", 2023, "guideline", "https://pmc.ncbi.nlm.nih.gov/articles/PMC10663390/"),
    Source("ucsf", "UCSF criteria", "UCSF transplant criteria", "World J Gastroenterol v11 i6", None, "staging",
           "https://pmc.ncbi.nlm.nih.gov/articles/PMC4641125/"),
    Source("wang-2019", "six-and-twelve (Wang 2019)", "Six-and-twelve score", "J Hepatol", 2019, "staging",
           quoted_in="cancer-imaging-2023"),
    Source("cancer-imaging-2023", "Cancer Imaging 2023", "Table of TACE scores and substages",
           "Cancer Imaging s40644-023-00575-6", 2023, "review"),
    Source("wjh-2015", "WJH 2015", "Contraindications to TACE, table 1", "World J Hepatol 7(16)", 2015,
           "review"),
    Source("crad-tace", "Commonwealth Radiology TACE list", "List of contraindications to chemoembolization",
           "Commonwealth Radiology", None, "review"),
    Source("seekhealth", "SeekHealth TACE table", "Table of contraindications to TACE", "seekhealthz", None, "review"),
    Source("easl-eortc-2012", "EASL-EORTC 2012", "EASL-EORTC clinical practice guidelines: HCC", "EASL, EORTC", 2012,
           "guideline", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3700789/",
           levels=(("no TACE with macrovascular invasion or extrahepatic spread", GR_INVASION_OR_SPREAD),)),
    Source("jsh-2021", "JSH 2021", "JSH consensus statements on HCC 2021: TACE-unsuitable", "JSH", 2021,
           "guideline", "https://pmc.ncbi.nlm.nih.gov/articles/PMC8237791/"),
    Source("sir-2019", "SIR 2019 bleeding-risk guideline", "Consensus guidelines on periprocedural bleeding risk",
           "J Vasc Interv Radiol (Patel)", 2019, "guideline",
           caution="read as summarized by Medscape and Guideline Central"),
    Source("vanderwalde-2009", "VanderWalde 2009", "Hepatic abscess after embolization", "PMC3000072", 2009, "review",
           "https://pmc.ncbi.nlm.nih.gov/articles/PMC3000072/"),
    Source("easl-2025", "EASL 2025, as quoted", "EASL clinical practice guidelines: HCC 2025", "EASL", 2025,
           "guideline", quoted_in="source-003", caution=f"known only as quoted in a {_UNREVIEWED}",
           levels=(("TACE before systemic therapy where liver-confined and selective", LOE_SELECTIVE),
                   ("no intra-arterial therapy with TKIs in large burden", LOE_NO_TKI),
                   ("other therapies after 1–2 TACE without response", LOE_OTHER_THERAPY))),
    Source("source-000", "TACE overview", "Overview of TACE: success, downstaging, survival, alternatives", "", None,
           "overview"),
    Source("source-001", "Payer policy MED140", "Transarterial Chemoembolization (TACE), medical policy", "payer",
           None, "payer-policy", caution="states no effective date; contract language takes precedence"),
    Source("payer-policy", "payer's policy", "Policy that the operator of the service has put on file", "payer", None,
           "payer-policy"),
    Source("source-002", "Zhang 2022", "TACE failure/refractoriness: a scientific concept or pseudo-proposition",
           "World J Gastrointest Surg", 2022, "review"),
    Source("source-003", "unreviewed 2026 summary quoting EASL 2025",
           "TACE combined with immunotherapy for intermediate-stage HCC", "Dr.Oracle", 2026, "summary",
           caution=_UNREVIEWED),
    Source("jsh-lcsgj-2014", "JSH-LCSGJ 2014", "JSH-LCSGJ criteria of TACE failure/refractoriness", "JSH, LCSGJ", 2014,
           "guideline", quoted_in="source-002"),
    Source("korean-criteria", "Korean conditions, in Zhang 2022", "Korean conditions of TACE failure/refractoriness",
           "Korean scholars", None, "review", quoted_in="source-002"),
    Source("iasl-criteria", "same-area definition, as printed in Zhang 2022", "No response after 3 or more TACE",
           "International Association for the Study of the Liver", None, "guideline", quoted_in="source-002"),
    Source("european-criteria", "European intent-based, in Zhang 2022", "Failure depends on the purpose of TACE",
           "European authors", None, "review", quoted_in="source-002"),
    Source("klca-2022", "KLCA-NCC 2022, second-hand", "KLCA-NCC practice guidelines for HCC", "KLCA, NCC Korea", 2022,
           "guideline", caution=f"known only from a {_UNREVIEWED}"),
    Source("georgiades-2012", "Georgiades, in Zhang 2022", "At least two treatments before abandoning TACE",
           "Georgiades et al.", None, "review", quoted_in="source-002"),
    Source("ogasawara-afp", "Ogasawara, in Zhang 2022", "AFP rise of 20 % from baseline", "Ogasawara et al.", None,
           "review", quoted_in="source-002"),
    Source("mrecist-2010", "mRECIST (Lencioni, Llovet 2010)", "Modified RECIST assessment for HCC", "Semin Liver Dis",
           2010, "score", caution="not read again; its limits reproduce the readings of a public registry"),
    Source("livert-2019", "BMC Cancer 2019;19:795", "Liver function after TACE (LiverT)", "BMC Cancer", 2019,
           "review", "https://doi.org/10.1186/s12885-019-5989-2"),
    Source("sieghart-2013", "ART (Sieghart 2013)", "Assessment for retreatment with TACE", "Hepatology", 2013, "score",
           caution="read on a news page (oncologynurseadvisor)"),
    Source("kadalayil-2013", "HAP (Kadalayil 2013)", "Hepatoma arterial-embolization prognostic score", "Ann Oncol",
           2013, "score", quoted_in="cancer-imaging-2023"),
    Source("park-2016", "mHAP-II (Park 2016)", "Modified HAP-II score, abstract", "Yonsei Med J", 2016, "score",
           caution="read as its abstract only"),
    Source("bolondi-2012", "Bolondi 2012", "Heterogeneity of intermediate HCC: substages", "Semin Liver Dis 32:348",
           2012, "staging", quoted_in="cancer-imaging-2023"),
    Source("ez-albi-2020", "EZ-ALBI (2020)", "EZ-ALBI score", "PMC7768152", 2020, "score",
           "https://pmc.ncbi.nlm.nih.gov/articles/PMC7768152/"),
    Source("anesthguide-pbc", "Child-Pugh, cholestatic variant", "Child-Pugh bilirubin limits in PBC/PSC",
           "anesthguide.com", None, "score", caution="published worked cases with PBC/PSC use the ordinary limits"),
    Source("wjg-2022-pvtt", "WJG 28:704, figure 2", "Classes of portal vein tumor thrombus", "World J Gastroenterol",
           2022, "review"),
    Source("emerald-1", "EMERALD-1", "Durvalumab with or without bevacizumab with TACE in unresectable HCC",
           "Lancet 405:216", 2025, "trial"),
    Source("leap-012", "LEAP-012", "TACE with lenvatinib plus pembrolizumab against TACE with placebo in HCC",
           "Lancet 405:203", 2025, "trial", caution="its limits of Child-Pugh, ECOG and invasion were not taken up here"),
    Source("talentace", "TALENTACE", "On-demand TACE with atezolizumab and bevacizumab in unresectable HCC", "ESMO GI",
           2025, "trial", caution="congress report; its limits of Child-Pugh, ECOG and invasion were not taken up here"),
    Source("emerald-3", "EMERALD-3", "STRIDE with or without lenvatinib with TACE in HCC", "ASCO, LBA4000", 2026, "trial",
           caution="read as the sponsor's release; its limits of Child-Pugh, ECOG and invasion were not taken up here"),
    Source("abc-hcc", "ABC-HCC", "Atezolizumab and bevacizumab instead of TACE in intermediate-stage HCC", "ASCO GI", 2026,
           "trial", caution="interim congress report"),
    Source("launch", "LAUNCH", "Lenvatinib with or without TACE in advanced HCC", "J Clin Oncol", 2022, "trial"),
    Source("kudo-2019", "Kudo 2019", "A new treatment option for intermediate-stage HCC with high tumor burden: initial "
           "lenvatinib therapy with subsequent selective TACE", "Liver Cancer 8:299", 2019, "review",
           "https://pmc.ncbi.nlm.nih.gov/articles/PMC6872999/",
           caution="editorial, read as its abstract: a proposal; its figures were not taken up here"),
    Source("tactics", "TACTICS", "TACE with or without sorafenib in unresectable HCC", "", None, "trial"),
    Source("therasphere-2021", "TheraSphere label 2021", "TheraSphere, FDA premarket approval of 17 March 2021", "FDA",
           2021, "label", quoted_in="source-001"),
    Source("sir-spheres", "SIR-Spheres label", "SIR-Spheres, FDA premarket approval for colorectal metastases", "FDA",
           None, "label", quoted_in="source-001"),
    Source("sir-spheres-2025", "SIR-Spheres approval 2025", "SIR-Spheres approved for unresectable HCC (July 2025)",
           "FDA, announced by the manufacturer", 2025, "label", caution="read as reported in the press, not the label"),
    Source("acr-hepatic-malignancy", "ACR Appropriateness Criteria", "Radiologic management of hepatic malignancy",
           "American College of Radiology", None, "guideline", quoted_in="source-001"),
    Source("sirt-parameter", "ACR–ABS–ACNM–ASTRO–SIR–SNMMI practice parameter", "Selective internal radiation therapy",
           "ACR, ABS, ACNM, ASTRO, SIR, SNMMI", None, "guideline", quoted_in="source-001"),
    Source("nccn-hcc-2022", "NCCN hepatobiliary v.1.2022", "NCCN guidelines: hepatocellular and bile duct cancer", "NCCN",
           2022, "guideline", quoted_in="source-001", levels=_CATEGORY_2A),
    Source("nccn-colorectal-2022", "NCCN colon, rectal v.1.2022", "NCCN guidelines: colon cancer, rectal cancer", "NCCN",
           2022, "guideline", quoted_in="source-001", levels=_CATEGORY_2A),
    Source("nccn-neuroendocrine-2022", "NCCN neuroendocrine v.1.2022", "NCCN guidelines: neuroendocrine tumors", "NCCN",
           2022, "guideline", quoted_in="source-001", levels=_CATEGORY_2A),
    Source("nccn-melanoma-2022", "NCCN melanoma 2022", "NCCN guidelines: uveal v.2.2022, cutaneous v.3.2022", "NCCN",
           2022, "guideline", quoted_in="source-001", levels=_CATEGORY_2A),
    Source("brachytherapy-consortium", "Radioembolization Brachytherapy Oncology Consortium",
           "Recommendations for yttrium-90 microsphere therapy", "independent expert panel", None, "guideline",
           quoted_in="source-001", levels=(("its 14 recommendations", "level 2A, panel consensus, low-level evidence"),)),
    Source("trace-2022", "TRACE (Dhondt 2022)", "Radioembolization versus chemoembolization for HCC, randomized",
           "Dhondt et al.", 2022, "trial", quoted_in="source-001"),
    Source("contract", "tace-cds", "How this service reads missing and conflicting data", "tace-cds", 2026,
           "overview"),
)  # fmt: skip

SOURCES: Mapping[str, Source] = {source.key: source for source in _ALL}
