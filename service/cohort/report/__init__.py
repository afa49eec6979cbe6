"""The report of a cohort: counts only, small cells withheld, one file that needs nothing else."""
