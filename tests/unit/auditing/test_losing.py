"""The statement of a loss is read only whole."""

from oracle.auditing.losing import Loss, decode_loss, encode_loss
from oracle.domain.ids import Address, BatchId, MemberId

LOSS = Loss(
    chain_id=31_337,
    registry=Address("0x52908400098527886E0F7030069857D2E4169EE7"),
    case_id=b"\x01" * 32,
    batch_id=BatchId(b"\x02" * 32),
    member=MemberId(3),
    noticed_at=1_800_000_000,
)


def test_loss__encoded__is_read_as_it_was() -> None:
    assert decode_loss(encode_loss(LOSS)) == LOSS


def test_loss__with_any_byte_changed__is_none() -> None:
    file = encode_loss(LOSS)
    for place in range(len(file)):
        assert decode_loss(file[:place] + bytes((file[place] ^ 1,)) + file[place + 1 :]) is None
