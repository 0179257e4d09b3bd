"""The report card: what the finished model can do, measured."""
