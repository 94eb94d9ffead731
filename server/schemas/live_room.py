"""People, hands, chat, devices, the recording and its moments."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.schemas.live_base import Command, Id, SessionRole, TrackKind

Presence = Literal["waiting", "present", "away", "left", "denied", "removed"]
"""waiting = in the lobby; away = seat kept, no connection."""
RecordingState = Literal["off", "on", "paused", "stopped"]
Consent = Literal["unasked", "given", "declined"]
HandOrder = Literal["fifo", "equity"]
Emoji = Literal[
    "thumbs_up", "heart", "laugh", "surprised", "sad", "clap", "question", "check"
]  # fmt: skip
ReactionKind = Literal[
    "thumbs_up", "clap", "heart", "laugh", "surprised", "yes", "no", "slower", "faster"
]  # fmt: skip
LockKind = Literal[
    "chat", "private_chat", "files", "microphone", "camera", "screen", "reactions", "whiteboard",
    "notes", "room", "unattended",
]  # fmt: skip
SpeakInvitation = Literal["none", "asked", "granted"]


class Join(Command, tag="join"):
    """Take (or take back) the seat; sent by the server itself when a socket connects."""


class Leave(Command, tag="leave"):
    pass


class StartSession(Command, tag="start_session"):
    pass


class EndSession(Command, tag="end_session"):
    pass


class Admit(Command, tag="admit"):
    participant_id: Id


class Deny(Command, tag="deny"):
    participant_id: Id


class Remove(Command, tag="remove"):
    """For good (admitting lifts it), or, when they may return, to the lobby."""

    participant_id: Id
    may_return: bool = False


class RaiseHand(Command, tag="raise_hand"):
    pass


class LowerHand(Command, tag="lower_hand"):
    """Own hand when ``participant_id`` is absent; a facilitator may lower anyone's."""

    participant_id: Id | UnsetType = UNSET


class SetHandOrder(Command, tag="set_hand_order"):
    order: HandOrder


class CallNext(Command, tag="call_next"):
    """Lower the first hand and ask that person to unmute."""


class InviteToSpeak(Command, tag="invite_to_speak"):
    """Ask to unmute; nobody is ever unmuted by somebody else."""

    participant_id: Id


class DeclineToSpeak(Command, tag="decline_to_speak"):
    pass


class MuteAll(Command, tag="mute_all"):
    """Everyone but facilitators."""


class SetLock(Command, tag="set_lock"):
    lock: LockKind
    is_on: bool


class TapConfusion(Command, tag="tap_confusion"):
    """ "I am lost here". Nobody learns who; the answer has no ``seq``."""


class SendChat(Command, tag="send_chat"):
    """``to`` makes it private: the two people see it, nobody else, and no recording has it.
    ``text`` may be empty when a file comes with it."""

    text: Annotated[str, Meta(max_length=2000)]
    to: Id | None = None
    reply_to: Id | None = None
    mentions: Annotated[list[Id], Meta(max_length=20)] = []
    file_id: Id | None = None
    """uploaded before, by the sender"""


class EditChat(Command, tag="edit_chat"):
    message_id: Id
    text: Annotated[str, Meta(max_length=2000)]
    mentions: Annotated[list[Id], Meta(max_length=20)] = []


class ReactToChat(Command, tag="react_to_chat"):
    message_id: Id
    emoji: Emoji
    is_on: bool = True


class DeleteChat(Command, tag="delete_chat"):
    message_id: Id


class SetTrack(Command, tag="set_track"):
    """Say that one's own track is on or off. Nobody can switch on anyone else's track."""

    track: TrackKind
    is_on: bool


class MuteParticipant(Command, tag="mute_participant"):
    """Facilitator: switch a participant's track off (never on)."""

    participant_id: Id
    track: TrackKind = "microphone"


class Spotlight(Command, tag="spotlight"):
    """Facilitator: hold one participant on everyone's stage; ``None`` follows the speaker."""

    participant_id: Id | None


class StartRecording(Command, tag="start_recording"):
    pass


class PauseRecording(Command, tag="pause_recording"):
    pass


class ResumeRecording(Command, tag="resume_recording"):
    pass


class StopRecording(Command, tag="stop_recording"):
    pass


class GiveConsent(Command, tag="give_consent"):
    is_given: bool


class MarkMoment(Command, tag="mark_moment"):
    """A facilitator's is everyone's; a learner's is a bookmark of their own."""

    label: Annotated[str, Meta(max_length=80)] = ""


RoomCommand = (
    Join
    | Leave
    | StartSession
    | EndSession
    | Admit
    | Deny
    | Remove
    | RaiseHand
    | LowerHand
    | SetHandOrder
    | CallNext
    | InviteToSpeak
    | DeclineToSpeak
    | MuteAll
    | SetLock
    | TapConfusion
    | SendChat
    | EditChat
    | ReactToChat
    | DeleteChat
    | SetTrack
    | MuteParticipant
    | Spotlight
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | GiveConsent
    | MarkMoment
)


class ParticipantView(Struct):
    participant_id: str
    name: str
    role: SessionRole
    presence: Presence
    room_id: str
    is_guest: bool
    hand_raised_at_ms: int | None
    hand_talked_ms: int
    """how long they had spoken when they raised it; what equity goes by"""
    invitation: SpeakInvitation
    """to speak"""
    tracks: dict[str, bool]
    """track kind → on; a kind never published is absent"""
    consent: Consent
    joined_at_ms: int | None
    is_on_record: bool
    is_stream: bool = False
    """a program behind a publishing or watching token"""


class ChatFileView(Struct):
    """A file that came with a message: `GET /sessions/{session_id}/files/{file_id}`."""

    file_id: str
    name: str
    media_type: str
    """found out from what is in it"""
    octets: int


class ChatView(Struct):
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    is_deleted: bool
    to: str | None
    """the one person it is for"""
    reply_to: str | None
    mentions: list[str]
    edited_at_ms: int | None
    reactions: dict[str, list[str]]
    """emoji → participants"""
    room_id: str
    """where it was written, and where it stays"""
    file: ChatFileView | None


class RecordingView(Struct):
    state: RecordingState
    elapsed_ms: int
    """time on record up to ``now_ms``"""
    since_ms: int | None
    """session time the current stretch began, when state is ``on``"""
    recording_id: str | None


class MomentView(Struct):
    moment_id: str
    at_ms: int
    label: str
    is_private: bool
    """one's own bookmark"""


class Reaction(Struct, forbid_unknown_fields=True):
    """Client → server ``reaction``: floats over the class for a moment; never logged by name."""

    kind: ReactionKind


class ReactionShown(Struct):
    """Server → client ``reactions`` (a list): who reacted just now; presence."""

    participant_id: str
    kind: ReactionKind
