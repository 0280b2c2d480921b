"""`riskmesh recalls`: disclosed records that do not stand any more."""

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import Sheet, moment, print_json, shortened, shown

app = group(about="Recalls.")


@command(app, "recalls", example="riskmesh recalls", failure="The recalls are not known.")
async def recalls(session: Session) -> None:
    """List records that holders have recalled since they disclosed them, and those that you recalled."""
    async with connect(session.settings().api.listen) as client:
        report = await client.recalls()
    if session.json:
        print_json(session.out, report)
        return
    if not report.taken and not report.sent:
        session.say("No record is recalled.")
    taken = Sheet(
        "Query", "#Index", "Holder", "Reason", "Since (UTC)", title="Recalled to you: do not act on them"
    )
    for one in report.taken:
        holder = f"{one.holder} {one.name}".rstrip()
        reason = shown(one.reason, style="bold red" if one.reason == "refuted" else "")
        taken.row(shortened(one.query_id), one.index, holder, reason, moment(one.taken_at))
    sent = Sheet("Requester", "Reason", "Since (UTC)", "Told", title="Recalled by you")
    for given in report.sent:
        who = f"{given.requester} {given.name}".rstrip()
        sent.row(who, given.reason, moment(given.noted_at), "yes" if given.told else "not yet")
    for sheet in (taken, sent):
        if not sheet.empty:
            sheet.print(session.out)
