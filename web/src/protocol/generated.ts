// Generated from server/schemas by `npm run protocol`; do not edit.

export type AnyCommand =
  | Join
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
  | MarkMoment;
export type Audience = 'all' | 'host' | 'none' | 'voters';
export type Consent = 'declined' | 'given' | 'unasked';
export type ItemState = 'accepted' | 'draft' | 'dropped';
export type PollState = 'closed' | 'draft' | 'open' | 'revealed';
export type Presence = 'away' | 'denied' | 'left' | 'present' | 'removed' | 'waiting';
export type RecordingStage = 'failed' | 'live' | 'processing' | 'provisional' | 'published';
export type RecordingState = 'off' | 'on' | 'paused' | 'stopped';
export type Role = 'admin' | 'facilitator' | 'learner';
export type SessionRole = 'facilitator' | 'learner';
export type SessionState = 'ended' | 'live' | 'scheduled';
export type StepName =
  | 'assemble'
  | 'chapters'
  | 'compose'
  | 'index'
  | 'items'
  | 'merge'
  | 'provisional'
  | 'publish'
  | 'renditions'
  | 'seal'
  | 'transcribe'
  | 'verify';
export type StepState = 'done' | 'failed' | 'running' | 'skipped' | 'waiting';
export type TrackKind = 'camera' | 'microphone' | 'screen' | 'screen_audio';

export interface AcceptInvitation {
  name: string;
  password: string;
}
/**
 * Answer to a command, sent after commit.
 */
export interface Acknowledgement {
  error: ErrorBody | null;
  ok: boolean;
  result: {
    [k: string]: unknown;
  } | null;
  seq: number | null;
}
/**
 * The one error shape, over HTTP and the socket alike.
 */
export interface ErrorBody {
  code: string;
  field?: string | null;
  message: string;
  retry_after_s?: number | null;
}
/**
 * Enrol an account in a session; ``role`` within the session.
 */
export interface AddMember {
  email: string;
  role?: 'facilitator' | 'learner';
}
export interface Admit {
  participant_id: string;
  type: 'admit';
}
/**
 * Take (or take back) the seat; sent by the server itself when a socket connects.
 */
export interface Join {
  type: 'join';
}
export interface Leave {
  type: 'leave';
}
export interface StartSession {
  type: 'start_session';
}
export interface EndSession {
  type: 'end_session';
}
export interface Deny {
  participant_id: string;
  type: 'deny';
}
export interface Remove {
  participant_id: string;
  type: 'remove';
}
export interface RaiseHand {
  type: 'raise_hand';
}
/**
 * Own hand when ``participant_id`` is absent; a facilitator may lower anyone's.
 */
export interface LowerHand {
  participant_id?: string;
  type: 'lower_hand';
}
export interface SendChat {
  text: string;
  type: 'send_chat';
}
export interface DeleteChat {
  message_id: string;
  type: 'delete_chat';
}
/**
 * Say that one's own track is on or off. Nobody can switch on anyone else's track.
 */
export interface SetTrack {
  is_on: boolean;
  track: 'camera' | 'microphone' | 'screen' | 'screen_audio';
  type: 'set_track';
}
/**
 * Facilitator: switch a participant's track off (never on).
 */
export interface MuteParticipant {
  participant_id: string;
  track?: 'camera' | 'microphone' | 'screen' | 'screen_audio';
  type: 'mute_participant';
}
/**
 * Facilitator: hold one participant on everyone's stage; ``None`` follows the speaker.
 */
export interface Spotlight {
  participant_id: string | null;
  type: 'spotlight';
}
export interface CreatePoll {
  audience?: 'all' | 'host' | 'none' | 'voters';
  is_anonymous?: boolean;
  key?: number | null;
  /**
   * @minItems 2
   * @maxItems 10
   */
  options: string[];
  question: string;
  type: 'create_poll';
}
export interface EditPoll {
  audience?: 'all' | 'host' | 'none' | 'voters';
  is_anonymous?: boolean;
  key?: number | null;
  /**
   * @minItems 2
   * @maxItems 10
   */
  options: string[];
  poll_id: string;
  question: string;
  type: 'edit_poll';
}
export interface DeletePoll {
  poll_id: string;
  type: 'delete_poll';
}
export interface OpenPoll {
  poll_id: string;
  type: 'open_poll';
}
export interface Vote {
  option: number;
  poll_id: string;
  type: 'vote';
}
export interface ClosePoll {
  poll_id: string;
  type: 'close_poll';
}
export interface RevealPoll {
  poll_id: string;
  type: 'reveal_poll';
}
export interface StartRecording {
  type: 'start_recording';
}
export interface PauseRecording {
  type: 'pause_recording';
}
export interface ResumeRecording {
  type: 'resume_recording';
}
export interface StopRecording {
  type: 'stop_recording';
}
export interface GiveConsent {
  is_given: boolean;
  type: 'give_consent';
}
export interface MarkMoment {
  label?: string;
  type: 'mark_moment';
}
export interface Chapter {
  chapter_id: string;
  end_ms: number;
  speaker_names: string[];
  start_ms: number;
  thumbnail: string | null;
  title: string;
}
export interface ChatView {
  at_ms: number;
  is_deleted: boolean;
  message_id: string;
  participant_id: string;
  text: string;
}
/**
 * What the browser emits as ``command``; a repeat of the same ``command_id`` is answered
 *     with the first answer and changes nothing.
 */
export interface CommandEnvelope {
  command:
    | Join
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
    | MarkMoment;
  command_id: string;
}
/**
 * Server → client ``quality``, every 2 s; presence, never logged.
 */
export interface ConnectionQuality {
  bitrate_down: number;
  bitrate_up: number;
  level: 'fair' | 'good' | 'lost' | 'poor';
  loss_down: number;
  loss_up: number;
  rtt_ms: number | null;
}
export interface Consented {
  consent: 'declined' | 'given' | 'unasked';
  name: string;
  participant_id: string;
}
export interface Course {
  course_id: string;
  is_mine: boolean;
  session_count: number;
  title: string;
}
export interface CreateCourse {
  title: string;
}
export interface CreateInvitation {
  email: string;
  name: string;
  role: 'admin' | 'facilitator' | 'learner';
}
export interface CreateJoinLink {
  name: string;
}
export interface CreateSession {
  course_id?: string | null;
  description?: string;
  duration_min?: number;
  lobby_is_on?: boolean;
  record_automatically?: boolean;
  starts_at?: string | null;
  time_zone?: string;
  title: string;
}
/**
 * Constant layout from ``start_ms`` to ``end_ms``: what fills the main and the small frame.
 */
export interface Cut {
  end_ms: number;
  inset_track_id: string | null;
  main_track_id: string | null;
  start_ms: number;
}
export interface EditItem {
  key?: number;
  options?: string[];
  state?: 'accepted' | 'draft' | 'dropped';
  stem?: string;
}
export interface EditRecording {
  title: string;
}
export interface EditSession {
  course_id?: string | null;
  description?: string;
  duration_min?: number;
  lobby_is_on?: boolean;
  record_automatically?: boolean;
  starts_at?: string | null;
  time_zone?: string;
  title?: string;
}
export interface EditUser {
  is_disabled?: boolean;
  name?: string;
  role?: 'admin' | 'facilitator' | 'learner';
}
/**
 * A stretch that is not in the recording and why; shown on the seek bar.
 */
export interface Gap {
  at_ms: number;
  length_ms: number;
  reason: 'capture_lost' | 'disk_full' | 'paused' | 'server_restart';
}
export interface Invitation {
  email: string;
  expires_at: string;
  invitation_id: string;
  link: string | null;
  name: string;
  role: 'admin' | 'facilitator' | 'learner';
}
export interface Item {
  chapter_id: string | null;
  evidence: string;
  evidence_end_ms: number;
  evidence_start_ms: number;
  item_id: string;
  options: Option[];
  origin: 'causal' | 'cloze' | 'definition' | 'fact' | 'poll';
  state: 'accepted' | 'draft' | 'dropped';
  stem: string;
}
export interface Option {
  feedback: string | null;
  is_key: boolean | null;
  option_id: string;
  text: string;
}
export interface Job {
  attempt: number;
  can_retry: boolean;
  eta_s: number | null;
  recording_id: string;
  stage: 'failed' | 'live' | 'processing' | 'provisional' | 'published';
  steps: Step[];
}
export interface Step {
  cpu_s: number | null;
  detail: string | null;
  error: string | null;
  finished_at: string | null;
  name:
    | 'assemble'
    | 'chapters'
    | 'compose'
    | 'index'
    | 'items'
    | 'merge'
    | 'provisional'
    | 'publish'
    | 'renditions'
    | 'seal'
    | 'transcribe'
    | 'verify';
  progress: number;
  started_at: string | null;
  state: 'done' | 'failed' | 'running' | 'skipped' | 'waiting';
}
/**
 * ``GET /join/{token}``: what the person behind a link sees before joining.
 */
export interface JoinInfo {
  name: string;
  record_automatically: boolean;
  session_id: string;
  starts_at: string | null;
  state: 'ended' | 'live' | 'scheduled';
  time_zone: string;
  title: string;
}
/**
 * One seat for one person. The secret is shown once, when it is made.
 */
export interface JoinLink {
  created_at: string;
  is_revoked: boolean;
  is_used: boolean;
  link: string | null;
  link_id: string;
  name: string;
}
/**
 * ``GET /me``. Signed out and no guest seat: both None. Before the first admin exists,
 *     ``needs_setup`` is true.
 */
export interface Me {
  guest_session_ids: string[];
  needs_setup: boolean;
  user: User | null;
  version: string;
}
export interface User {
  created_at: string;
  email: string;
  is_disabled: boolean;
  last_seen_at: string | null;
  name: string;
  role: 'admin' | 'facilitator' | 'learner';
  user_id: string;
}
export interface MediaAnswer {
  connection_id: string;
  sdp: string;
}
/**
 * Client → server ``media_offer``. Exactly one a connection; a rejoin is a new one.
 */
export interface MediaOffer {
  sdp: string;
  slots: {
    [k: string]: string;
  };
  tracks: {
    [k: string]: 'camera' | 'microphone' | 'screen' | 'screen_audio';
  };
}
/**
 * Client → server ``media_view``: what the page shows, so that only that is sent.
 *
 *     ``gallery[i]`` is the participant wanted in slot ``gallery<i>``, None for an empty tile.
 */
export interface MediaView {
  gallery: (string | null)[];
  pinned?: string | null;
  stage_height?: number;
  tile_height?: number;
}
export interface Member {
  email: string;
  name: string;
  role: 'facilitator' | 'learner';
  user_id: string;
}
export interface MomentView {
  at_ms: number;
  label: string;
  moment_id: string;
}
export interface Notification {
  created_at: string;
  is_read: boolean;
  kind: 'recording_failed' | 'recording_provisional' | 'recording_ready';
  notification_id: string;
  path: string;
  title: string;
}
export interface ParticipantView {
  consent: 'declined' | 'given' | 'unasked';
  hand_raised_at_ms: number | null;
  is_guest: boolean;
  is_on_record: boolean;
  joined_at_ms: number | null;
  name: string;
  participant_id: string;
  presence: 'away' | 'denied' | 'left' | 'present' | 'removed' | 'waiting';
  role: 'facilitator' | 'learner';
  room_id: string;
  tracks: {
    [k: string]: boolean;
  };
}
export interface PasswordReset {
  expires_at: string;
  link: string;
}
export interface PollView {
  audience: 'all' | 'host' | 'none' | 'voters';
  closed_at_ms: number | null;
  has_voted: boolean;
  is_anonymous: boolean;
  key: number | null;
  opened_at_ms: number | null;
  options: string[];
  own_vote: number | null;
  poll_id: string;
  question: string;
  state: 'closed' | 'draft' | 'open' | 'revealed';
  tally: number[] | null;
  voted_count: number;
}
export interface Recording {
  audio_url: string | null;
  captions_url: string | null;
  chapters: Chapter[];
  cuts: Cut[];
  download_url: string | null;
  gaps: Gap[];
  hls_url: string | null;
  language: string | null;
  marks: TimelineMark[];
  participant_names: {
    [k: string]: string;
  };
  storyboard_url: string | null;
  summary: RecordingSummary;
  tracks: Track[];
  version: number;
}
export interface TimelineMark {
  at_ms: number;
  data: {
    [k: string]: string | number | (string | number)[] | null;
  };
  kind: 'chat' | 'hand' | 'moment' | 'poll' | 'screen';
  label: string;
}
export interface RecordingSummary {
  can_edit: boolean;
  chapter_count: number;
  course_title: string | null;
  duration_ms: number | null;
  facilitator_names: string[];
  is_deleted: boolean;
  participant_count: number;
  recorded_at: string;
  recording_id: string;
  session_id: string;
  snippet: string | null;
  snippet_at_ms: number | null;
  stage: 'failed' | 'live' | 'processing' | 'provisional' | 'published';
  thumbnail: string | null;
  title: string;
}
/**
 * A provisional track the player switches between by ``cuts``.
 */
export interface Track {
  end_ms: number;
  kind: 'audio_mix' | 'camera' | 'screen';
  participant_id: string;
  start_ms: number;
  track_id: string;
  url: string;
}
export interface RecordingPage {
  recordings: RecordingSummary[];
  total: number;
}
export interface RecordingView {
  elapsed_ms: number;
  recording_id: string | null;
  since_ms: number | null;
  state: 'off' | 'on' | 'paused' | 'stopped';
}
export interface Respond {
  option_id: string;
}
export interface ResponseResult {
  evidence: string;
  evidence_end_ms: number;
  evidence_start_ms: number;
  feedback: string | null;
  is_right: boolean;
  key_option_id: string;
}
export interface Segment {
  end_ms: number;
  participant_id: string;
  segment_id: string;
  speaker_name: string;
  start_ms: number;
  words: Word[];
}
export interface Word {
  end_ms: number;
  probability: number;
  start_ms: number;
  text: string;
}
export interface Session {
  course_id: string | null;
  course_title: string | null;
  created_at: string;
  description: string;
  duration_min: number;
  ended_at: string | null;
  facilitator_names: string[];
  is_facilitator: boolean;
  lobby_is_on: boolean;
  present_count: number;
  record_automatically: boolean;
  recording_id: string | null;
  session_id: string;
  started_at: string | null;
  starts_at: string | null;
  state: 'ended' | 'live' | 'scheduled';
  time_zone: string;
  title: string;
}
/**
 * Everything one viewer needs: the fold of the log, cut to what that viewer may see.
 */
export interface SessionSnapshot {
  channels: {
    [k: string]: number;
  };
  chat: ChatView[];
  course_title: string | null;
  hands: string[];
  lobby_is_on: boolean;
  me: string;
  moments: MomentView[];
  now_ms: number;
  participants: ParticipantView[];
  polls: PollView[];
  recording: RecordingView;
  room_id: string;
  seq: number;
  session_id: string;
  spotlight: string | null;
  state: 'ended' | 'live' | 'scheduled';
  title: string;
  utc_ms: number;
}
export interface SetPassword {
  password: string;
}
export interface Setup {
  email: string;
  name: string;
  password: string;
  token: string;
}
export interface SignIn {
  email: string;
  password: string;
}
/**
 * Who is in a receive slot from ``rtp`` on; ``participant_id`` None empties the slot.
 */
export interface SlotAssignment {
  layer: string | null;
  mid: string;
  participant_id: string | null;
  rtp: number | null;
  slot: string;
  track: ('camera' | 'microphone' | 'screen' | 'screen_audio') | null;
}
export interface TakeSeat {
  name: string;
}
export interface Transcript {
  engine: string;
  language: string | null;
  model: string;
  segments: Segment[];
}
export interface WatchProgress {
  position_ms: number;
}
/**
 * One event as a viewer may see it. ``channel_seq`` has no gaps within ``channel``.
 */
export interface WireEvent {
  actor_id: string | null;
  at_ms: number;
  cause_id: string | null;
  channel: string;
  channel_seq: number;
  data: {
    [k: string]: unknown;
  };
  room_id: string | null;
  seq: number;
  session_id: string;
  type: string;
  version: number;
}
