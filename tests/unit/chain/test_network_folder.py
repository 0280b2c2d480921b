"""The description of a private network: written and read again, refused in other forms."""

import json
from pathlib import Path

import pytest

from oracle.chain.network.errors import NetworkMissing
from oracle.chain.network.folder import VERSION, NetworkFolder, NetworkRecord, NodeEntry

NODE = NodeEntry(
    name="node1",
    validator="0x" + "11" * 20,
    node_id="ab" * 64,
    peer_port=1,
    rpc_port=2,
    ws_port=3,
    engine_port=4,
)
RECORD = NetworkRecord(
    version=VERSION,
    consensus="clique",
    chain_id=7,
    period_s=2,
    gas_limit=60_000_000,
    founders=1,
    nodes=(NODE,),
)


def test_record__written_and_read_again__is_the_same_with_both_addresses_of_a_node(tmp_path: Path) -> None:
    folder = NetworkFolder(tmp_path)
    folder.write(RECORD)

    assert folder.read() == RECORD
    assert json.loads(folder.record_path.read_text())["nodes"][0]["wsPort"] == 3
    assert (NODE.rpc, NODE.ws) == ("http://127.0.0.1:2", "ws://127.0.0.1:3")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            '{"version": 1, "nodes": [{"rpcPort": 2}]}',
            f"has version 1, not {VERSION}: another",
        ),
        (f'{{"version": {VERSION}}}', "cannot be read"),
        ("[]", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_record__of_another_version_or_form__is_refused_with_the_reason(
    tmp_path: Path, written: str, said: str
) -> None:
    folder = NetworkFolder(tmp_path)
    folder.record_path.write_text(written)

    with pytest.raises(NetworkMissing, match=said):
        folder.read()
