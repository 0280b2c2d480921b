"""Whatever is typed, subjects are read or refused, never anything else; reading twice changes nothing."""

import idna
from hypothesis import given
from hypothesis import strategies as st

from oracle.domain.subject import Subject, SubjectType
from oracle.subjects import INTERNATIONAL, SubjectReason, SubjectRefused, canonical, golden_vectors

MAX_SUBJECT_BYTES = 300
NOISE = "\u200b\u00ad\ufeff\u200e\u202a\u202c\u2060"

types = st.sampled_from(SubjectType)
regions = st.sampled_from([None, INTERNATIONAL, "CN", "US", "IT", "MX"])
any_text = st.text(st.characters(), max_size=60)
golden = st.sampled_from(
    [(each, vector.canonical) for each, vectors in golden_vectors().items() for vector in vectors.accepted]
)
raw_golden = st.sampled_from(
    [
        (each, vector.raw)
        for each, vectors in golden_vectors().items()
        for vector in (*vectors.accepted, *vectors.refused)
    ]
)


def outcome(subject_type: SubjectType, raw: str, region: str | None = None) -> Subject | SubjectRefused:
    try:
        return canonical(subject_type, raw, phone_region=region)
    except SubjectRefused as refusal:
        return refusal


def check_read_or_refused(subject_type: SubjectType, raw: str, region: str | None = None) -> None:
    subject = outcome(subject_type, raw, region)
    if isinstance(subject, SubjectRefused):
        assert str(subject) == str(SubjectRefused(subject_type=subject_type, reason=subject.reason))
        assert subject.__context__ is None
        return
    assert canonical(subject_type, subject.value) == subject
    assert canonical(subject_type, subject.value, phone_region=region) == subject
    assert subject.value.isascii()
    assert 1 < len(subject.encoded) <= MAX_SUBJECT_BYTES


@given(types, any_text, regions)
def test_canonical__any_text__is_read_stably_or_refused(
    subject_type: SubjectType, raw: str, region: str | None
) -> None:
    check_read_or_refused(subject_type, raw, region)


@given(raw_golden, st.data())
def test_canonical__mutated_spelling__is_read_stably_or_refused(
    vector: tuple[SubjectType, str], data: st.DataObject
) -> None:
    subject_type, raw = vector
    cut = data.draw(st.integers(0, len(raw)))
    skipped = data.draw(st.integers(0, 3))
    inserted = data.draw(
        st.text(st.sampled_from("0189aXx+-./:@[]{}%#* \u00df\u0130\uff11\u3002\u200d"), max_size=3)
    )
    check_read_or_refused(subject_type, raw[:cut] + inserted + raw[cut + skipped :])


@given(regions, st.text("0123456789+ ()-", min_size=5, max_size=24))
def test_phone__any_digits__are_read_stably_or_refused(region: str | None, raw: str) -> None:
    check_read_or_refused(SubjectType.PHONE, raw, region)


@given(st.sampled_from([SubjectType.DOMAIN, SubjectType.EMAIL]), st.lists(any_text, min_size=2, max_size=4))
def test_names__any_labels__are_read_stably_or_refused(subject_type: SubjectType, labels: list[str]) -> None:
    prefix = "a@" if subject_type is SubjectType.EMAIL else ""
    check_read_or_refused(subject_type, prefix + ".".join(labels))


@given(
    golden, st.integers(0, 300), st.sampled_from(NOISE), st.sampled_from(["", " ", "\t", "\u3000", "\r\n"])
)
def test_canonical__invisible_characters_and_spaces_around__change_nothing(
    vector: tuple[SubjectType, str], place: int, noise: str, space: str
) -> None:
    subject_type, value = vector
    cut = place % (len(value) + 1)
    assert canonical(subject_type, space + value[:cut] + noise + value[cut:] + space).value == value


@given(golden)
def test_canonical__full_width_spelling__changes_nothing(vector: tuple[SubjectType, str]) -> None:
    subject_type, value = vector
    full_width = "".join(chr(ord(each) + 0xFEE0) for each in value)
    assert canonical(subject_type, full_width).value == value


@given(types, st.text(st.characters(), min_size=1, max_size=20), st.integers(513, 5000))
def test_canonical__more_than_512_characters__is_refused_before_all_else(
    subject_type: SubjectType, pattern: str, size: int
) -> None:
    refusal = outcome(subject_type, (pattern * size)[:size])
    assert isinstance(refusal, SubjectRefused)
    assert refusal.reason is SubjectReason.INPUT_TOO_LONG


@given(
    st.lists(
        st.from_regex(r"[a-zA-Z]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True), min_size=2, max_size=5
    )
)
def test_domain__plain_ascii_name__agrees_with_the_idna_library(labels: list[str]) -> None:
    name = ".".join(labels)
    try:
        expected = idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return  # hyphens in third and fourth place, which IDNA reserves and hosts use
    assert canonical(SubjectType.DOMAIN, name).value == expected
