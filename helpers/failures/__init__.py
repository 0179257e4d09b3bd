"""Failures: where a model fails, and what next. Records from files, runs and traces; clusters of bad answers, ranked; what to review next."""
