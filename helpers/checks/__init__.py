"""The checks behind the exercises, one module a lesson, one function an exercise."""
