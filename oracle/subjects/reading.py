"""The one way in: `canonical` turns what a person or a file wrote into a `Subject`, or refuses it."""

from collections.abc import Callable, Mapping

from phonenumbers import SUPPORTED_REGIONS

from oracle.domain.errors import Misconfigured
from oracle.domain.subject import Subject, SubjectType
from oracle.subjects.bank_card import read_bank_card
from oracle.subjects.device_id import read_device_id
from oracle.subjects.domain import read_domain
from oracle.subjects.email import read_email
from oracle.subjects.evm_address import read_evm_address
from oracle.subjects.id_card import read_id_card
from oracle.subjects.ip import read_ip
from oracle.subjects.merchant_id import read_merchant_id
from oracle.subjects.phone import INTERNATIONAL, read_phone
from oracle.subjects.refusals import SubjectReason, SubjectRefused
from oracle.subjects.spelling import plain, visible
from oracle.subjects.uscc import read_uscc

_Reader = Callable[[str], str | SubjectReason]


class UnknownPhoneRegion(Misconfigured):
    """The region hint for phone numbers is neither an ISO 3166 code that has phone numbers nor `+`."""

    code = "unknown_phone_region"


_READERS: Mapping[SubjectType, _Reader] = {
    SubjectType.ID_CARD: read_id_card,
    SubjectType.BANK_CARD: read_bank_card,
    SubjectType.USCC: read_uscc,
    SubjectType.IP: read_ip,
    SubjectType.DEVICE_ID: read_device_id,
    SubjectType.EVM_ADDRESS: read_evm_address,
    SubjectType.MERCHANT_ID: read_merchant_id,
}


def canonical(subject_type: SubjectType, raw: str, *, phone_region: str | None = None) -> Subject:
    """Read the subject that `raw` spells; reading its value again gives the same subject.

    `phone_region` is a hint for numbers without + or 00: the ISO 3166 code of the country they belong to,
    or `INTERNATIONAL` where they begin with their country code. Raises SubjectRefused, UnknownPhoneRegion.
    """
    value = _read(subject_type, raw, phone_region)
    # Raised here, outside any `except`: errors of libraries quote the value and must not hang on to this one.
    if isinstance(value, SubjectReason):
        raise SubjectRefused(subject_type=subject_type, reason=value)
    return Subject(type=subject_type, value=value)


def _read(subject_type: SubjectType, raw: str, phone_region: str | None) -> str | SubjectReason:
    if subject_type is SubjectType.DOMAIN:
        return read_domain(raw)
    if subject_type is SubjectType.EMAIL:
        seen = visible(raw)
        return seen if isinstance(seen, SubjectReason) else read_email(seen)
    text = plain(raw)
    if isinstance(text, SubjectReason):
        return text
    if subject_type is SubjectType.PHONE:
        return read_phone(text, region=_known_region(phone_region))
    return _READERS[subject_type](text)


def _known_region(region: str | None) -> str | None:
    if region is None or region == INTERNATIONAL or region in SUPPORTED_REGIONS:
        return region
    raise UnknownPhoneRegion(
        "the region for phone numbers is not known: use an ISO 3166 code in upper case, for example CN, "
        "or + when the numbers begin with their country code"
    )
