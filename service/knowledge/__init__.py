"""Published knowledge over HTTP: the code system, the questionnaires, and the package of a payer's questionnaire."""
