"""Subjects at the edge: raw text in, a canonical value or a reason out; and the published code lists."""

from oracle.subjects.code_lists import Code, CodeList, ListName, code_list, code_lists_hash
from oracle.subjects.phone import INTERNATIONAL
from oracle.subjects.reading import UnknownPhoneRegion, canonical
from oracle.subjects.refusals import SubjectReason, SubjectRefused
from oracle.subjects.rulebook import RULES_VERSION, golden_vectors, rules_hash

__all__ = [
    "INTERNATIONAL",
    "RULES_VERSION",
    "Code",
    "CodeList",
    "ListName",
    "SubjectReason",
    "SubjectRefused",
    "UnknownPhoneRegion",
    "canonical",
    "code_list",
    "code_lists_hash",
    "golden_vectors",
    "rules_hash",
]
