"""First names by which `helpers.curation.personal` knows a person: common ones of several languages, none that is an English word."""

from __future__ import annotations

__all__ = ["FIRST_NAMES"]

_TEXT = """
Aaron Abigail Adam Adrian Ahmed Aisha Alan Albert Alejandro Alex Alexander Ali Alice Amanda Amelia Amina Amir Ana Andrea Andreas Andrew
Angela Anita Anna Anne Anthony Antonio Ayşe Barbara Beatriz Benjamin Bernd Brian Camille Carlos Carmen Caroline Catherine Charlotte Chen
Chloe Christian Christina Christopher Claire Daniel David Deborah Dennis Diego Dmitri Elena Elizabeth Emily Emma Eric Erik Eva Fatima
Felix Fiona Francesca Gabriel George Giulia Hannah Hans Helen Henry Ibrahim Ingrid Isabel Jacob James Jan Jane Jason Javier Jennifer
Jessica Joan Johannes John Jonas Jonathan José Joseph Juan Julia Julian Karen Katharina Katherine Kenji Kevin Klaus Laura Lars Leila
Linda Lisa Luca Lucas Luis Maria Marie Marta Martin Mary Matthew Mehmet Michael Michelle Miguel Mohammed Monica Nadia Natalie Nathan
Nicholas Nicole Nina Noah Olga Oliver Olivia Omar Pablo Patricia Paul Pedro Peter Petra Philip Priya Rachel Rahul Rebecca Richard Robert
Rosa Ruth Ryan Samantha Samuel Sandra Sara Sarah Sebastian Simon Sofia Sophie Stefan Stephanie Stephen Steven Susan Thomas Timothy Tomás
Valentina Vanessa Victoria Vincent Wei William Yuki Yusuf Zoe
"""

FIRST_NAMES = frozenset(_TEXT.split())
