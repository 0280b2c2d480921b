"""The commands about one batch: shown by its own daemon, given out, and verified with a node alone."""

import asyncio
import sys
from pathlib import Path

from stage.alliance import Alliance, Ran

from oracle.config.environment import child_environment


async def test_dossier__shown_exported_and_verified_elsewhere__is_the_same_everywhere(
    alliance: Alliance, tmp_path: Path
) -> None:
    query = ("query", "domain", "both.example", "clear.example", "--case", "C-17 <script>")
    asked = await alliance.run("asker", *query, "--json")
    await alliance.settled("asker", asked.json()["summary"]["query_id"])
    page, file = tmp_path / "case.html", tmp_path / "case.dossier"
    batch, query_id = asked.json()["batches"][0], asked.json()["summary"]["query_id"]

    shown = await alliance.run("asker", "audit", "show", batch[:12], "--json", "--html", page)
    exported = await alliance.run("asker", "audit", "export", query_id, file)
    foreign = await alliance.run("north", "audit", "show", batch)
    nothing = await alliance.run("asker", "audit", "show", "C-17")
    verified = await _verify(alliance, file)
    report_file = tmp_path / "case.json"
    report_file.write_text(shown.out)
    of_page, of_report = await _verify(alliance, page), await _verify(alliance, report_file)
    page_content = page.read_bytes()
    page.write_bytes(page_content.replace(b"C-17", b"C-18", 1))
    changed = await _verify(alliance, page)
    content = file.read_bytes()
    damaged = tmp_path / "damaged.dossier"
    damaged.write_bytes(content[:900] + bytes((content[900] ^ 1,)) + content[901:])
    refused = await _verify(alliance, damaged)

    assert shown.code == exported.code == verified.code == 0, (shown.err, exported.err, verified.err)
    report = shown.json()
    assert report["case_reference"] == "C-17 <script>"
    assert {check["result"] for check in report["checks"]} == {"passed"}
    assert {holder["name"]: len(holder["hits"]) for holder in report["holders"]} == {"north": 1, "south": 1}
    assert verified.json() == of_page.json() == of_report.json() == report
    text = page_content.decode().partition("</html>")[0]
    assert "C-17 &lt;script&gt;" in text
    assert "<script" not in text
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert (foreign.code, refused.code, changed.code, nothing.code) == (1, 1, 1, 1)
    assert "names no batch" in nothing.err
    assert "dossier_damaged" in refused.err
    assert "dossier_damaged" in changed.err


async def _verify(alliance: Alliance, file: Path) -> Ran:
    """From a folder without configuration, keys or store."""
    chain = ("--rpc", alliance.rpc, "--deployment", alliance.work / "deployment.json")
    command = ("audit", "verify", file, *chain)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oracle.cli", *map(str, command), "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=file.parent,
        env=child_environment(NO_COLOR="1"),
    )
    out, err = await process.communicate()
    return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())
