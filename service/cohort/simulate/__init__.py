"""A made-up TACE cohort as a Bulk Data export, so that everything here can be tried without patient data."""
