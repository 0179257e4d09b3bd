"""Curation: whether data is what we think. A queue of rows to review, labels in doubt, copies, personal data, logs as training data."""
