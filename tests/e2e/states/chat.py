"""What is written: answered, liked, private, addressed, edited, deleted, locked."""

from __future__ import annotations

from tests.e2e.states.cast import HOST, LEARNER, Cast, State, View, tab


async def talk(cast: Cast) -> None:
    ids = await cast.ids()
    wei, aisha, lukas = cast.seats[:3]
    question = await wei.command(
        "send_chat", text="Was movable type not known in Korea long before 1455?"
    )
    first = question["message_id"]
    await aisha.command(
        "send_chat",
        text="Yes! The Jikji of 1377: https://en.wikipedia.org/wiki/Jikji is worth a look.",
        reply_to=first,
    )
    await lukas.command(
        "send_chat", text="@Mina Okafor you had a picture of it", mentions=[ids["Mina Okafor"]]
    )
    for seat, emoji in ((aisha, "heart"), (lukas, "heart"), (cast.lead, "thumbs_up")):
        await seat.command("react_to_chat", message_id=first, emoji=emoji)
    typo = await wei.command("send_chat", text="I wil bring it")
    await wei.command("edit_chat", message_id=typo["message_id"], text="I will bring it")
    gone = await lukas.command("send_chat", text="Not meant for here")
    await cast.lead.command("delete_chat", message_id=gone["message_id"])
    for name in ("Helen Marsh", "Jonas Weber", "Mina Okafor", "Tomás Rivera"):
        await cast.lead.command("send_chat", text="Only for you: well asked.", to=ids[name])


async def reply(view: View) -> None:
    await view.tab("Chat")
    line = view.page.get_by_role("log").get_by_role("listitem").first
    await line.hover()
    await line.get_by_role("button", name="Reply to Wei Chen").click()


async def cancel(view: View) -> None:
    await view.page.keyboard.press("Escape")


def locked(is_on: bool):
    return lambda cast: cast.lead.command("set_lock", lock="chat", is_on=is_on)


CHAT = (
    State("chat-empty", show=tab("Chat"), ready="text=No messages yet"),
    State("chat", talk, tab("Chat"), "text=I will bring it"),
    State("chat-reply", show=reply, ready="form", leave=cancel),
    State("chat-locked", locked(True), tab("Chat"), "form, [role=log]", roles=(LEARNER, HOST),
          after=locked(False)),
)  # fmt: skip
