"""The bodies by which a requester asks a holder for its newest voucher, and the holder answers."""

from oracle.domain.settlement import VoucherState, VoucherStateRequest
from oracle.peer import cbor
from oracle.peer.bodies.fields import SALT_KEY, read_body, read_bytes, read_salt
from oracle.peer.bodies.vouchers import (
    read_totals,
    read_voucher,
    totals_row,
    voucher_row,
    voucher_signature,
)
from oracle.peer.frames import frame

_NONCE, _VOUCHER, _SIGNATURE, _ACCEPTED = 1, 2, 3, 4
NONCE_SIZE = 16


def encode_voucher_state_request(request: VoucherStateRequest, *, salt: bytes) -> bytes:
    return frame(cbor.encode({SALT_KEY: salt, _NONCE: request.nonce}))


def decode_voucher_state_request(framed: bytes) -> VoucherStateRequest:
    salt, nonce = read_body(framed, SALT_KEY, _NONCE)
    read_salt(salt)
    return VoucherStateRequest(nonce=read_bytes(nonce, "the nonce", exactly=NONCE_SIZE))


def encode_voucher_state(state: VoucherState, *, salt: bytes) -> bytes:
    return frame(
        cbor.encode(
            {
                SALT_KEY: salt,
                _NONCE: state.nonce,
                _VOUCHER: voucher_row(state.voucher),
                _SIGNATURE: voucher_signature(state.voucher),
                _ACCEPTED: totals_row(state.accepted),
            }
        )
    )


def decode_voucher_state(framed: bytes) -> VoucherState:
    salt, nonce, voucher, signature, accepted = read_body(
        framed, SALT_KEY, _NONCE, _VOUCHER, _SIGNATURE, _ACCEPTED
    )
    read_salt(salt)
    return VoucherState(
        nonce=read_bytes(nonce, "the nonce", exactly=NONCE_SIZE),
        voucher=read_voucher(voucher, signature),
        accepted=read_totals(accepted),
    )
