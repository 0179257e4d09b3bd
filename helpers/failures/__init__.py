"""Failures: where a model fails, and what next: records from files, runs and traces; clusters of bad answers; what to review."""
