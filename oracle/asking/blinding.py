"""Turns a question into batches of blinded elements in a random order, and keeps what opens them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.voprf import blind
from oracle.domain.asked import Opening, Question
from oracle.domain.query import Element
from oracle.domain.subject import Subject, SubjectType


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindedBatch:
    """Elements and openings in the same order."""

    elements: tuple[Element, ...] = field(repr=False)
    openings: tuple[Opening, ...] = field(repr=False)


def blind_question(
    question: Question, *, prefix_bits: Mapping[SubjectType, int], batch_size: int
) -> tuple[BlindedBatch, ...]:
    """Blind every distinct subject once and cut the result into batches of at most `batch_size`.

    The order over all batches is one random permutation, so neither an index nor a batch says where in
    the institution's list a subject stood. The same element goes to every holder.
    """
    positions: dict[Subject, list[int]] = {}
    for subject, position in zip(question.subjects, question.positions, strict=True):
        positions.setdefault(subject, []).append(position)
    order = list(positions)
    secrets.SystemRandom().shuffle(order)
    blinded = [_blind_one(subject, tuple(positions[subject]), prefix_bits[subject.type]) for subject in order]
    return tuple(
        BlindedBatch(
            elements=tuple(element for element, _ in blinded[start : start + batch_size]),
            openings=tuple(opening for _, opening in blinded[start : start + batch_size]),
        )
        for start in range(0, len(blinded), batch_size)
    )


def _blind_one(subject: Subject, positions: tuple[int, ...], prefix_bits: int) -> tuple[Element, Opening]:
    secret = blind(subject.encoded)
    element = Element(
        blinded=secret.element,
        prefix_bits=prefix_bits,
        prefix=prefix(bucket_hash(subject.encoded), prefix_bits),
    )
    return element, Opening(subject=subject, blind=secret.scalar, positions=positions)
