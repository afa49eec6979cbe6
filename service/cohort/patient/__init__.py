"""One patient of a cohort: the same core as the service, asked at one moment or at each of the patient's orders."""
