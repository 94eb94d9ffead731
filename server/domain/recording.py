"""Recording: start, pause, stop, consent, captures, gaps (docs/rules.md, RE and CO).

The recording's clock runs while recording is on *and* somebody is present; the stretches it ran
are kept in the state, so the classroom's counter and the published recording agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain import commands as c
from server.domain.change import Ask, Change, Decide, Evolve, clean_text
from server.domain.channels import SERVER, SESSION, person
from server.domain.errors import Conflict, Invalid
from server.domain.participant import with_participant
from server.domain.recording_events import (
    CaptureStarted,
    CaptureStopped,
    ConsentDeclined,
    ConsentGiven,
    GapDeclared,
    MomentMarked,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from server.domain.state import (
    Capture,
    Consent,
    Moment,
    Recording,
    RecordingStage,
    SessionState,
    Stretch,
)

LONGEST_LABEL = 80


def starting(state: SessionState, ask: Ask) -> list[Change]:
    """A session has one recording: starting again goes on with it (RE2)."""
    return [Change(RecordingStarted(state.recording.recording_id or ask.new_id()))]


def start(state: SessionState, _: c.StartRecording, ask: Ask) -> list[Change]:
    if state.recording.stage in ("on", "paused"):
        raise Conflict("recording_is_on", "The recording has already been started.")
    return starting(state, ask)


def _current(state: SessionState, *stages: RecordingStage) -> str:
    recording = state.recording
    if recording.recording_id is None or recording.stage not in stages:
        raise Conflict(f"recording_is_{recording.stage}", f"The recording is {recording.stage}.")
    return recording.recording_id


def pause(state: SessionState, _: c.PauseRecording, __: Ask) -> list[Change]:
    return [Change(RecordingPaused(_current(state, "on")))]


def resume(state: SessionState, _: c.ResumeRecording, __: Ask) -> list[Change]:
    return [Change(RecordingResumed(_current(state, "paused")))]


def stop(state: SessionState, _: c.StopRecording, __: Ask) -> list[Change]:
    return [Change(RecordingStopped(_current(state, "on", "paused")))]


def give_consent(state: SessionState, command: c.GiveConsent, ask: Ask) -> list[Change]:
    wanted: Consent = "given" if command.is_given else "declined"
    if state.participants[ask.actor_id].consent == wanted:
        return []
    if command.is_given:
        return [Change(ConsentGiven(ask.actor_id))]
    return [Change(ConsentDeclined(ask.actor_id))]


def mark(_: SessionState, command: c.MarkMoment, ask: Ask) -> list[Change]:
    label = clean_text(command.label, "label", LONGEST_LABEL) if command.label.strip() else ""
    if ask.actor.role == "facilitator":
        return [Change(MomentMarked(ask.new_id(), ask.actor_id, label), SESSION)]
    body = MomentMarked(ask.new_id(), ask.actor_id, label, is_private=True)
    return [Change(body, person(ask.actor_id))]


def capture_started(state: SessionState, command: c.ReportCaptureStarted, _: Ask) -> list[Change]:
    if command.capture_id in state.captures:
        return []
    body = CaptureStarted(
        command.capture_id,
        command.participant_id,
        command.track,
        command.path,
        command.room_id,
    )
    return [Change(body, SERVER)]


def capture_stopped(state: SessionState, command: c.ReportCaptureStopped, _: Ask) -> list[Change]:
    capture = state.captures.get(command.capture_id)
    return [] if capture is None else [stopping(capture)]


def stopping(capture: Capture) -> Change:
    body = CaptureStopped(
        capture.capture_id,
        capture.participant_id,
        capture.track,
        capture.path,
        capture.room_id,
    )
    return Change(body, SERVER)


def declare_gap(_: SessionState, command: c.DeclareGap, __: Ask) -> list[Change]:
    if not 0 <= command.from_ms <= command.to_ms:
        raise Invalid("bad_gap", "A gap ends after it begins.", field="to_ms")
    return [
        Change(
            GapDeclared(
                command.from_ms,
                command.to_ms,
                command.reason,
                command.participant_id,
                command.track,
            )
        )
    ]


DECIDE: dict[type[Any], Decide] = {
    c.StartRecording: start,
    c.PauseRecording: pause,
    c.ResumeRecording: resume,
    c.StopRecording: stop,
    c.GiveConsent: give_consent,
    c.MarkMoment: mark,
    c.ReportCaptureStarted: capture_started,
    c.ReportCaptureStopped: capture_stopped,
    c.DeclareGap: declare_gap,
}


# ---- evolve ----------------------------------------------------------------------------------


def settle(state: SessionState, at_ms: int) -> SessionState:
    """Let the recording's clock run or stand as the state now demands (RE4)."""
    recording = state.recording
    runs = recording.stage == "on" and state.is_attended
    if runs == (recording.since_ms is not None):
        return state
    if runs:
        return replace(state, recording=replace(recording, since_ms=at_ms))
    return replace(state, recording=_closed_at(recording, at_ms))


def _closed_at(recording: Recording, at_ms: int) -> Recording:
    stretches = recording.stretches
    if recording.since_ms is not None and at_ms > recording.since_ms:
        stretches = (*stretches, Stretch(recording.since_ms, at_ms))
    return replace(recording, stretches=stretches, since_ms=None)


def _started(state: SessionState, body: RecordingStarted, _: int) -> SessionState:
    asked = {
        key: who if who.consent == "given" else replace(who, consent="unasked")
        for key, who in state.participants.items()
    }
    recording = replace(state.recording, stage="on", recording_id=body.recording_id)
    return replace(state, participants=asked, recording=recording)


def _becomes(stage: RecordingStage) -> Evolve:
    def evolve(state: SessionState, _: Any, __: int) -> SessionState:
        return replace(state, recording=replace(state.recording, stage=stage))

    return evolve


def _consents(consent: Consent) -> Evolve:
    def evolve(state: SessionState, body: Any, _: int) -> SessionState:
        who = state.participants.get(body.participant_id)
        return state if who is None else with_participant(state, replace(who, consent=consent))

    return evolve


def _marked(state: SessionState, body: MomentMarked, at_ms: int) -> SessionState:
    moment = Moment(body.moment_id, body.participant_id, body.label, at_ms, bool(body.is_private))
    return replace(state, moments=(*state.moments, moment))


def _capture_started(state: SessionState, body: CaptureStarted, _: int) -> SessionState:
    capture = Capture(body.capture_id, body.participant_id, body.track, body.path, body.room_id)
    return replace(state, captures={**state.captures, body.capture_id: capture})


def _capture_stopped(state: SessionState, body: CaptureStopped, _: int) -> SessionState:
    running = {k: v for k, v in state.captures.items() if k != body.capture_id}
    return replace(state, captures=running)


def _gap(state: SessionState, body: GapDeclared, _: int) -> SessionState:
    """A restart concerns everyone and is cut out; one lost track is not (RE6)."""
    recording = state.recording
    if body.reason != "server_restart" or recording.since_ms is None:
        return state
    if body.to_ms <= recording.since_ms:
        return state
    return replace(
        state, recording=replace(_closed_at(recording, body.from_ms), since_ms=body.to_ms)
    )


EVOLVE: dict[type[Any], Evolve] = {
    RecordingStarted: _started,
    RecordingPaused: _becomes("paused"),
    RecordingResumed: _becomes("on"),
    RecordingStopped: _becomes("stopped"),
    ConsentGiven: _consents("given"),
    ConsentDeclined: _consents("declined"),
    MomentMarked: _marked,
    CaptureStarted: _capture_started,
    CaptureStopped: _capture_stopped,
    GapDeclared: _gap,
}
