"""Wire types of the live socket: commands up, events and the snapshot down.

One Socket.IO namespace, ``/live``; see docs/protocol.md for the exchange. Commands forbid unknown
fields; the browser's types are generated from these structs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Role = Literal["admin", "facilitator", "learner"]
"""What an account may do on the whole server."""
SessionRole = Literal["facilitator", "learner"]
"""What a participant may do inside one session. Read from the database on every command."""
Presence = Literal["waiting", "present", "away", "left", "denied", "removed"]
"""waiting = in the lobby; away = seat kept, no connection."""
TrackKind = Literal["microphone", "camera", "screen", "screen_audio"]
PollState = Literal["draft", "open", "closed", "revealed"]
RecordingState = Literal["off", "on", "paused", "stopped"]
SessionState = Literal["scheduled", "live", "ended"]
Consent = Literal["unasked", "given", "declined"]
Audience = Literal["none", "host", "voters", "all"]

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Command(Struct, forbid_unknown_fields=True, tag_field="type", rename=None):
    """Base of everything a participant may ask for. ``command_id`` travels in the envelope."""


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
    participant_id: Id


class RaiseHand(Command, tag="raise_hand"):
    pass


class LowerHand(Command, tag="lower_hand"):
    """Own hand when ``participant_id`` is absent; a facilitator may lower anyone's."""

    participant_id: Id | UnsetType = UNSET


class SendChat(Command, tag="send_chat"):
    text: Text


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


class CreatePoll(Command, tag="create_poll"):
    question: Label
    options: Annotated[list[Label], Meta(min_length=2, max_length=10)]
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None
    """Index of the right option for a quiz poll."""


class EditPoll(Command, tag="edit_poll"):
    poll_id: Id
    question: Label
    options: Annotated[list[Label], Meta(min_length=2, max_length=10)]
    audience: Audience = "all"
    is_anonymous: bool = False
    key: int | None = None


class DeletePoll(Command, tag="delete_poll"):
    poll_id: Id


class OpenPoll(Command, tag="open_poll"):
    poll_id: Id


class Vote(Command, tag="vote"):
    poll_id: Id
    option: Annotated[int, Meta(ge=0, le=9)]


class ClosePoll(Command, tag="close_poll"):
    poll_id: Id


class RevealPoll(Command, tag="reveal_poll"):
    poll_id: Id


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
    label: Annotated[str, Meta(max_length=80)] = ""


AnyCommand = (
    Join
    | Leave
    | StartSession
    | EndSession
    | Admit
    | Deny
    | Remove
    | RaiseHand
    | LowerHand
    | SendChat
    | DeleteChat
    | SetTrack
    | MuteParticipant
    | Spotlight
    | CreatePoll
    | EditPoll
    | DeletePoll
    | OpenPoll
    | Vote
    | ClosePoll
    | RevealPoll
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | GiveConsent
    | MarkMoment
)


class CommandEnvelope(Struct, forbid_unknown_fields=True):
    """What the browser emits as ``command``; a repeat of the same ``command_id`` is answered
    with the first answer and changes nothing."""

    command_id: Annotated[str, Meta(min_length=8, max_length=64)]
    command: AnyCommand


class ErrorBody(Struct):
    """The one error shape, over HTTP and the socket alike."""

    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None


class Acknowledgement(Struct):
    """Answer to a command, sent after commit."""

    ok: bool
    seq: int | None = None
    result: dict[str, Any] | None = None
    error: ErrorBody | None = None


class WireEvent(Struct):
    """One event as a viewer may see it. ``channel_seq`` has no gaps within ``channel``."""

    session_id: str
    room_id: str | None
    seq: int
    channel: str
    """``session``, ``room:<id>``, ``role:facilitator`` or ``person:<participant id>``"""
    channel_seq: int
    at_ms: int
    actor_id: str | None
    type: str
    version: int
    data: dict[str, Any]
    cause_id: str | None


class ParticipantView(Struct):
    participant_id: str
    name: str
    role: SessionRole
    presence: Presence
    room_id: str
    is_guest: bool
    hand_raised_at_ms: int | None
    tracks: dict[str, bool]
    """track kind → on; a kind never published is absent"""
    consent: Consent
    joined_at_ms: int | None
    is_on_record: bool


class ChatView(Struct):
    message_id: str
    participant_id: str
    text: str
    at_ms: int
    is_deleted: bool


class PollView(Struct):
    poll_id: str
    question: str
    options: list[str]
    audience: Audience
    is_anonymous: bool
    key: int | None
    """hidden (None) from voters until revealed"""
    state: PollState
    opened_at_ms: int | None
    closed_at_ms: int | None
    voted_count: int
    tally: list[int] | None
    """None while this viewer may not see it"""
    own_vote: int | None
    has_voted: bool


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


class SessionSnapshot(Struct):
    """Everything one viewer needs: the fold of the log, cut to what that viewer may see."""

    session_id: str
    title: str
    course_title: str | None
    state: SessionState
    seq: int
    now_ms: int
    """session clock when the snapshot was taken"""
    utc_ms: int
    channels: dict[str, int]
    """last counter of every channel this viewer may see"""
    me: str
    """own participant id"""
    room_id: str
    participants: list[ParticipantView]
    hands: list[str]
    """participant ids, first raised first"""
    chat: list[ChatView]
    polls: list[PollView]
    recording: RecordingView
    spotlight: str | None
    moments: list[MomentView]
    lobby_is_on: bool


class SlotAssignment(Struct):
    """Who is in a receive slot from ``rtp`` on; ``participant_id`` None empties the slot."""

    slot: str
    """``stage``, ``stage_audio``, ``screen``, ``screen_audio``, ``audio0``… ``gallery0``…"""
    mid: str
    participant_id: str | None
    track: TrackKind | None
    rtp: int | None
    """first RTP timestamp (viewer's numbering) of the new occupant; None for at once"""
    layer: str | None


class MediaOffer(Struct, forbid_unknown_fields=True):
    """Client → server ``media_offer``. Exactly one a connection; a rejoin is a new one."""

    sdp: Annotated[str, Meta(max_length=200_000)]
    tracks: dict[str, TrackKind]
    """mid of each sending m-line → kind"""
    slots: dict[str, str]
    """mid of each receiving m-line → slot name"""


class MediaAnswer(Struct):
    connection_id: str
    sdp: str


class MediaView(Struct, forbid_unknown_fields=True):
    """Client → server ``media_view``: what the page shows, so that only that is sent.

    ``gallery[i]`` is the participant wanted in slot ``gallery<i>``, None for an empty tile.
    """

    gallery: list[str | None]
    stage_height: Annotated[int, Meta(ge=0, le=4320)] = 720
    tile_height: Annotated[int, Meta(ge=0, le=4320)] = 180
    pinned: str | None = None


class ConnectionQuality(Struct):
    """Server → client ``quality``, every 2 s; presence, never logged."""

    loss_up: float
    """0…1, over the last interval"""
    loss_down: float
    rtt_ms: float | None
    bitrate_up: int
    bitrate_down: int
    level: Literal["good", "fair", "poor", "lost"]
