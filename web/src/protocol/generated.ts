// Generated from server/schemas by `npm run protocol`; do not edit.

export type ActivityKind =
  'break' | 'breakout' | 'debate' | 'discussion' | 'exercise' | 'other' | 'poll' | 'talk';
export type Advance = 'automatic' | 'manual';
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
  | CreatePoll
  | EditPoll
  | DeletePoll
  | OpenPoll
  | Vote
  | ClosePoll
  | RevealPoll
  | HidePollText
  | PlanDebate
  | EditDebate
  | DeleteDebate
  | AssignSeat
  | DrawSeats
  | SetChair
  | TakeChair
  | SetAdjudicators
  | BeginDebate
  | EndDebate
  | SetAdvance
  | StartClock
  | PauseClock
  | ExtendClock
  | NextSpeech
  | PreviousSpeech
  | NameSpeaker
  | WaitForSpeaker
  | UsePrep
  | EndPrep
  | AskTurn
  | YieldTurn
  | GiveTurn
  | OfferPoint
  | WithdrawPoint
  | AnswerPoint
  | EndPoint
  | WriteNote
  | OpenNotes
  | OpenBallot
  | CastBallot
  | CloseBallot
  | HandInScores
  | RevealDebate
  | DraftBreakouts
  | AssignBreakouts
  | EditBreakoutRoom
  | SaveBreakoutSet
  | DeleteBreakoutSet
  | OpenBreakouts
  | ExtendBreakouts
  | CloseBreakouts
  | MoveParticipant
  | ChooseRoom
  | VisitRoom
  | ReturnToMain
  | CallForHelp
  | AnswerHelp
  | WriteRoomNotes
  | BroadcastText
  | BroadcastVoice
  | EditAgenda
  | StartActivity
  | NextActivity
  | PreviousActivity
  | ExtendActivity
  | UndoAgenda
  | EditObjectives
  | CoverObjective
  | DismissHint
  | DeleteDeck
  | RestoreDeck
  | RenameDeck
  | OrderDecks
  | PresentDeck
  | TurnPage
  | LetBrowse
  | StopPresenting
  | ShareWebPage
  | StopWebPage
  | OpenWhiteboard
  | CloseWhiteboard;
export type Audience = 'all' | 'host' | 'none' | 'voters';
export type BallotChoice = 'against' | 'for' | 'undecided';
export type BallotRound = 'after' | 'before';
export type BreakoutState = 'closed' | 'closing' | 'draft' | 'open';
export type CaptionState = 'busy' | 'failed' | 'fewer' | 'off' | 'on' | 'starting' | 'unavailable';
export type Consent = 'declined' | 'given' | 'unasked';
export type DealRule = 'airtime' | 'groups' | 'none' | 'random';
export type DebateStage = 'ended' | 'planned' | 'preparing' | 'running';
export type Emoji =
  'check' | 'clap' | 'heart' | 'laugh' | 'question' | 'sad' | 'surprised' | 'thumbs_up';
export type FormatOrigin = 'other' | 'own' | 'shipped';
export type FormatStance = 'against' | 'for';
export type GuestRole = 'learner' | 'observer';
export type Halt = 'paused' | 'restart' | 'speaker_absent' | 'speaker_lost';
export type HandOrder = 'equity' | 'fifo';
export type ItemState = 'accepted' | 'draft' | 'dropped';
export type LateRule = 'choose' | 'main' | 'smallest';
export type LockKind =
  | 'camera'
  | 'chat'
  | 'files'
  | 'microphone'
  | 'notes'
  | 'private_chat'
  | 'reactions'
  | 'room'
  | 'screen'
  | 'unattended'
  | 'whiteboard';
export type MaterialKind = 'file' | 'link';
export type PeriodKind = 'normal' | 'overtime' | 'pois' | 'warning';
export type PollKind =
  | 'matching'
  | 'multiple'
  | 'numeric'
  | 'ranking'
  | 'rating'
  | 'short_text'
  | 'single'
  | 'true_false'
  | 'word_cloud';
export type PollState = 'closed' | 'draft' | 'open' | 'revealed';
export type Presence = 'away' | 'denied' | 'left' | 'present' | 'removed' | 'waiting';
export type QualityCause = 'delay' | 'link' | 'loss_down' | 'loss_up';
export type QualityLevel = 'fair' | 'good' | 'lost' | 'poor';
export type ReactionKind =
  'clap' | 'faster' | 'heart' | 'laugh' | 'no' | 'slower' | 'surprised' | 'thumbs_up' | 'yes';
export type RecordingStage = 'failed' | 'live' | 'processing' | 'provisional' | 'published';
export type RecordingState = 'off' | 'on' | 'paused' | 'stopped';
export type Role = 'admin' | 'facilitator' | 'learner';
export type SessionRole = 'facilitator' | 'learner' | 'observer';
export type SessionState = 'ended' | 'live' | 'scheduled';
export type SpeakInvitation = 'asked' | 'granted' | 'none';
export type SpeechKind =
  | 'closing'
  | 'constructive'
  | 'cross'
  | 'free'
  | 'grand_cross'
  | 'opening'
  | 'panel'
  | 'questions'
  | 'rebuttal'
  | 'reply';
export type StayEnd = 'away' | 'ended' | 'left' | 'removed';
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
export type StreamUse = 'camera' | 'screen' | 'watch';
export type TeamDecision = 'none' | 'ranks' | 'winner';
export type TrackKind = 'camera' | 'microphone' | 'screen' | 'screen_audio';
export type UploadState = 'converting' | 'done' | 'failed' | 'waiting';

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
export interface ActivityRun {
  activity_id: string;
  from_ms: number;
  to_ms: number | null;
}
export interface ActivityView {
  activity_id: string;
  extra_min: number;
  kind: 'break' | 'breakout' | 'debate' | 'discussion' | 'exercise' | 'other' | 'poll' | 'talk';
  minutes: number;
  note: string;
  title: string;
}
export interface AddMaterialLink {
  title: string;
  url: string;
}
/**
 * Enrol an account in a session; ``role`` within the session.
 */
export interface AddMember {
  email: string;
  role?: 'facilitator' | 'learner' | 'observer';
}
/**
 * Any address of the site.
 */
export interface AddWebOrigin {
  address: string;
}
export interface Admit {
  participant_id: string;
  type: 'admit';
}
export interface AgendaView {
  activities: ActivityView[];
  can_undo: boolean;
  revision: number;
  runs: ActivityRun[];
}
/**
 * A facilitator has helped, or the room takes its call back.
 */
export interface AnswerHelp {
  room_id: string;
  type: 'answer_help';
}
/**
 * By the speaker who holds the floor (or the chair, who may only decline).
 */
export interface AnswerPoint {
  debate_id: string;
  is_accepted: boolean;
  participant_id: string;
  type: 'answer_point';
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
/**
 * For good (admitting lifts it), or, when they may return, to the lobby.
 */
export interface Remove {
  may_return?: boolean;
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
export interface SetHandOrder {
  order: 'equity' | 'fifo';
  type: 'set_hand_order';
}
/**
 * Lower the first hand and ask that person to unmute.
 */
export interface CallNext {
  type: 'call_next';
}
/**
 * Ask to unmute; nobody is ever unmuted by somebody else.
 */
export interface InviteToSpeak {
  participant_id: string;
  type: 'invite_to_speak';
}
export interface DeclineToSpeak {
  type: 'decline_to_speak';
}
/**
 * Everyone but facilitators.
 */
export interface MuteAll {
  type: 'mute_all';
}
export interface SetLock {
  is_on: boolean;
  lock:
    | 'camera'
    | 'chat'
    | 'files'
    | 'microphone'
    | 'notes'
    | 'private_chat'
    | 'reactions'
    | 'room'
    | 'screen'
    | 'unattended'
    | 'whiteboard';
  type: 'set_lock';
}
/**
 * "I am lost here". Nobody learns who; the answer has no ``seq``.
 */
export interface TapConfusion {
  type: 'tap_confusion';
}
/**
 * ``to`` makes it private: the two people see it, nobody else, and no recording has it.
 *     ``text`` may be empty when a file comes with it.
 */
export interface SendChat {
  file_id?: string | null;
  /**
   * @maxItems 20
   */
  mentions?: string[];
  reply_to?: string | null;
  text: string;
  to?: string | null;
  type: 'send_chat';
}
export interface EditChat {
  /**
   * @maxItems 20
   */
  mentions?: string[];
  message_id: string;
  text: string;
  type: 'edit_chat';
}
export interface ReactToChat {
  emoji: 'check' | 'clap' | 'heart' | 'laugh' | 'question' | 'sad' | 'surprised' | 'thumbs_up';
  is_on?: boolean;
  message_id: string;
  type: 'react_to_chat';
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
/**
 * A facilitator's is everyone's; a learner's is a bookmark of their own.
 */
export interface MarkMoment {
  label?: string;
  type: 'mark_moment';
}
export interface CreatePoll {
  audience?: 'all' | 'host' | 'none' | 'voters';
  can_change?: boolean;
  explanation?: string;
  is_anonymous?: boolean;
  key?: number | null;
  kind?:
    | 'matching'
    | 'multiple'
    | 'numeric'
    | 'ranking'
    | 'rating'
    | 'short_text'
    | 'single'
    | 'true_false'
    | 'word_cloud';
  /**
   * @maxItems 2
   */
  labels?: string[];
  limit_s?: number | null;
  opens?: boolean;
  /**
   * @maxItems 10
   */
  options?: string[];
  question: string;
  right?: number | string | (number | string)[] | null;
  scale?: number[] | null;
  /**
   * @maxItems 10
   */
  targets?: string[];
  tolerance?: number;
  type: 'create_poll';
  words?: number;
}
export interface EditPoll {
  audience?: 'all' | 'host' | 'none' | 'voters';
  can_change?: boolean;
  explanation?: string;
  is_anonymous?: boolean;
  key?: number | null;
  kind?:
    | 'matching'
    | 'multiple'
    | 'numeric'
    | 'ranking'
    | 'rating'
    | 'short_text'
    | 'single'
    | 'true_false'
    | 'word_cloud';
  /**
   * @maxItems 2
   */
  labels?: string[];
  limit_s?: number | null;
  /**
   * @maxItems 10
   */
  options?: string[];
  poll_id: string;
  question: string;
  right?: number | string | (number | string)[] | null;
  scale?: number[] | null;
  /**
   * @maxItems 10
   */
  targets?: string[];
  tolerance?: number;
  type: 'edit_poll';
  words?: number;
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
  answer?: number | string | (number | string)[] | null;
  option?: number | null;
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
/**
 * Facilitator: take a text out of the result of a word cloud or a short text, or put it back;
 *     whoever wrote it the same but for case and blanks is meant too.
 */
export interface HidePollText {
  is_hidden?: boolean;
  poll_id: string;
  text: string;
  type: 'hide_poll_text';
}
/**
 * Facilitator. The format as data, or the id of one that is shipped.
 */
export interface PlanDebate {
  advance?: 'automatic' | 'manual';
  format?: {
    [k: string]: unknown;
  } | null;
  format_id?: string | null;
  motion: string;
  pois?: boolean | null;
  room_id?: string;
  size?: number | null;
  type: 'plan_debate';
  variant?: string | null;
}
/**
 * While it is planned. Without a format the format stays; a new one empties the seats.
 */
export interface EditDebate {
  advance?: 'automatic' | 'manual';
  debate_id: string;
  format?: {
    [k: string]: unknown;
  } | null;
  format_id?: string | null;
  motion: string;
  pois?: boolean | null;
  room_id?: string;
  size?: number | null;
  type: 'edit_debate';
  variant?: string | null;
}
export interface DeleteDebate {
  debate_id: string;
  type: 'delete_debate';
}
/**
 * ``participant_id`` None empties the seat. Also while the debate runs (chair).
 */
export interface AssignSeat {
  debate_id: string;
  participant_id: string | null;
  seat: string;
  type: 'assign_seat';
}
/**
 * Fill the empty seats, or clear all (``by`` = ``clear``).
 */
export interface DrawSeats {
  by: 'clear' | 'least_heard' | 'random';
  debate_id: string;
  heard_ms?: {
    [k: string]: number;
  };
  /**
   * @maxItems 500
   */
  participant_ids?: string[];
  type: 'draw_seats';
}
export interface SetChair {
  debate_id: string;
  participant_id: string | null;
  type: 'set_chair';
}
/**
 * A facilitator at any time; an adjudicator while the chair and all facilitators are gone.
 */
export interface TakeChair {
  debate_id: string;
  type: 'take_chair';
}
export interface SetAdjudicators {
  debate_id: string;
  /**
   * @maxItems 30
   */
  participant_ids: string[];
  type: 'set_adjudicators';
}
/**
 * With preparation time in the format its clock starts now.
 */
export interface BeginDebate {
  debate_id: string;
  type: 'begin_debate';
}
export interface EndDebate {
  debate_id: string;
  type: 'end_debate';
}
export interface SetAdvance {
  advance: 'automatic' | 'manual';
  debate_id: string;
  type: 'set_advance';
}
/**
 * Chair; also the speaker who has come back.
 */
export interface StartClock {
  debate_id: string;
  type: 'start_clock';
}
export interface PauseClock {
  debate_id: string;
  type: 'pause_clock';
}
/**
 * Give the running part (speech, preparation) more time; negative takes some back.
 */
export interface ExtendClock {
  debate_id: string;
  seconds: number;
  type: 'extend_clock';
}
/**
 * End this part of the debate, used up or not, and stand before the next.
 */
export interface NextSpeech {
  debate_id: string;
  type: 'next_speech';
}
/**
 * Stand before the part before this one again, its clock at zero.
 */
export interface PreviousSpeech {
  debate_id: string;
  type: 'previous_speech';
}
/**
 * Who stands at place ``place`` (0: the one who leads) of the present part, instead of who
 *     sits on its seat, or because the format leaves it to the side. Chair; its side beforehand.
 *     None: as seated.
 */
export interface NameSpeaker {
  debate_id: string;
  participant_id: string | null;
  place: number;
  type: 'name_speaker';
}
/**
 * Chair: hold the floor of a lost or late speaker for as long again.
 */
export interface WaitForSpeaker {
  debate_id: string;
  type: 'wait_for_speaker';
}
/**
 * A side draws on its preparation pool; between speeches only. Side or chair.
 */
export interface UsePrep {
  debate_id: string;
  side: string;
  type: 'use_prep';
}
export interface EndPrep {
  debate_id: string;
  type: 'end_prep';
}
/**
 * Free debate: ask to speak for one's side.
 */
export interface AskTurn {
  debate_id: string;
  type: 'ask_turn';
}
/**
 * Free debate: end one's turn, or take back one's request.
 */
export interface YieldTurn {
  debate_id: string;
  type: 'yield_turn';
}
/**
 * Free debate, chair: to someone who need not have asked; None ends the turn.
 */
export interface GiveTurn {
  debate_id: string;
  participant_id: string | null;
  type: 'give_turn';
}
/**
 * Point of information; again withdraws nothing and changes nothing.
 */
export interface OfferPoint {
  debate_id: string;
  type: 'offer_point';
}
export interface WithdrawPoint {
  debate_id: string;
  type: 'withdraw_point';
}
/**
 * The speaker or chair cuts it off; who offered it has finished.
 */
export interface EndPoint {
  debate_id: string;
  type: 'end_point';
}
/**
 * A note of one's side; only the side sees it until notes are opened.
 */
export interface WriteNote {
  debate_id: string;
  text: string;
  type: 'write_note';
}
/**
 * Facilitator: from now on everybody sees all sides' notes.
 */
export interface OpenNotes {
  debate_id: string;
  type: 'open_notes';
}
export interface OpenBallot {
  debate_id: string;
  round: 'after' | 'before';
  type: 'open_ballot';
}
/**
 * Once a round, never changed; may wait up to a second for others.
 */
export interface CastBallot {
  choice: 'against' | 'for' | 'undecided';
  debate_id: string;
  round: 'after' | 'before';
  type: 'cast_ballot';
}
export interface CloseBallot {
  debate_id: string;
  type: 'close_ballot';
}
/**
 * Adjudicator; again replaces the sheet until the results are revealed.
 */
export interface HandInScores {
  debate_id: string;
  points?: {
    [k: string]: number;
  };
  ranks?: {
    [k: string]: number;
  };
  type: 'hand_in_scores';
}
/**
 * Facilitator: results to everybody. Open ballots close first.
 */
export interface RevealDebate {
  debate_id: string;
  type: 'reveal_debate';
}
/**
 * Facilitator: plan rooms, instead of any planned before. ``assignment``: participant →
 *     index of the room.
 */
export interface DraftBreakouts {
  assignment?: {
    [k: string]: number;
  };
  duration_ms?: number | null;
  late?: 'choose' | 'main' | 'smallest';
  may_choose?: boolean;
  may_return?: boolean;
  /**
   * @minItems 1
   * @maxItems 50
   */
  names: string[];
  room_size?: number | null;
  /**
   * @maxItems 50
   */
  tasks?: string[];
  type: 'draft_breakouts';
}
/**
 * Deal the learners who are here: at random, each group of ``groups`` (participant → group)
 *     spread over the rooms, by airtime, or none: everybody out of the rooms.
 */
export interface AssignBreakouts {
  groups?: {
    [k: string]: string;
  };
  how: 'airtime' | 'groups' | 'none' | 'random';
  is_rest_only?: boolean;
  type: 'assign_breakouts';
}
export interface EditBreakoutRoom {
  name: string;
  room_id: string;
  task?: string;
  type: 'edit_breakout_room';
}
/**
 * Keep the rooms and who belongs to them for another time.
 */
export interface SaveBreakoutSet {
  name: string;
  type: 'save_breakout_set';
}
export interface DeleteBreakoutSet {
  set_id: string;
  type: 'delete_breakout_set';
}
export interface OpenBreakouts {
  duration_ms?: number | null;
  type: 'open_breakouts';
}
/**
 * Longer; also takes back a countdown.
 */
export interface ExtendBreakouts {
  extra_ms: number;
  type: 'extend_breakouts';
}
export interface CloseBreakouts {
  countdown_ms?: number;
  type: 'close_breakouts';
}
/**
 * Facilitator: say where somebody belongs (``main``: to no room); at once when rooms are
 *     open.
 */
export interface MoveParticipant {
  participant_id: string;
  room_id: string;
  type: 'move_participant';
}
/**
 * Go into one's room, or into one of one's choice where that is allowed.
 */
export interface ChooseRoom {
  room_id: string;
  type: 'choose_room';
}
/**
 * Facilitator: look into a room; answers its call for help.
 */
export interface VisitRoom {
  room_id: string;
  type: 'visit_room';
}
export interface ReturnToMain {
  type: 'return_to_main';
}
export interface CallForHelp {
  type: 'call_for_help';
}
/**
 * The whole text. ``version`` is that of the notes it was written on.
 */
export interface WriteRoomNotes {
  text: string;
  type: 'write_room_notes';
  version?: number;
}
export interface BroadcastText {
  text: string;
  type: 'broadcast_text';
}
/**
 * One's own microphone is heard in every room, while it is on.
 */
export interface BroadcastVoice {
  is_on: boolean;
  type: 'broadcast_voice';
}
/**
 * The whole agenda, in order. ``revision`` is that of the agenda it was made from.
 */
export interface EditAgenda {
  /**
   * @maxItems 50
   */
  activities: PlannedActivity[];
  revision: number;
  type: 'edit_agenda';
}
/**
 * Without an id it is a new one.
 */
export interface PlannedActivity {
  activity_id?: string | null;
  kind: 'break' | 'breakout' | 'debate' | 'discussion' | 'exercise' | 'other' | 'poll' | 'talk';
  minutes: number;
  note?: string;
  title: string;
}
export interface StartActivity {
  activity_id: string;
  type: 'start_activity';
}
/**
 * ``current``: what the page showed as going on, so that two who click go one on.
 */
export interface NextActivity {
  current: string | null;
  type: 'next_activity';
}
export interface PreviousActivity {
  current: string | null;
  type: 'previous_activity';
}
/**
 * The one that goes on; negative makes it shorter.
 */
export interface ExtendActivity {
  minutes: number;
  type: 'extend_activity';
}
/**
 * Take back the last start, next, back or extension.
 */
export interface UndoAgenda {
  type: 'undo_agenda';
}
export interface EditObjectives {
  /**
   * @maxItems 20
   */
  objectives: PlannedObjective[];
  revision: number;
  type: 'edit_objectives';
}
export interface PlannedObjective {
  objective_id?: string | null;
  text: string;
}
export interface CoverObjective {
  is_covered: boolean;
  objective_id: string;
  type: 'cover_objective';
}
/**
 * That the class has been quiet for long.
 */
export interface DismissHint {
  type: 'dismiss_hint';
}
/**
 * Facilitator: out of the list; what is presented of it stops. It can be brought back.
 */
export interface DeleteDeck {
  deck_id: string;
  type: 'delete_deck';
}
export interface RestoreDeck {
  deck_id: string;
  type: 'restore_deck';
}
export interface RenameDeck {
  deck_id: string;
  name: string;
  type: 'rename_deck';
}
/**
 * Facilitator: the decks in their new order; those it does not name come after them.
 */
export interface OrderDecks {
  /**
   * @maxItems 1000
   */
  deck_ids: string[];
  type: 'order_decks';
}
/**
 * Facilitator: everybody sees this page from now on, instead of what was presented before.
 */
export interface PresentDeck {
  deck_id: string;
  page?: number;
  type: 'present_deck';
}
/**
 * Facilitator. ``deck_id``: what the one who turns sees (``other_slides_presented``).
 */
export interface TurnPage {
  deck_id: string;
  page: number;
  type: 'turn_page';
}
/**
 * Facilitator: everybody may turn the pages on their own screen.
 */
export interface LetBrowse {
  is_on: boolean;
  type: 'let_browse';
}
export interface StopPresenting {
  type: 'stop_presenting';
}
/**
 * Everyone's frame shows it; the site must be on the admins' list.
 */
export interface ShareWebPage {
  title?: string;
  type: 'share_web_page';
  url: string;
}
export interface StopWebPage {
  type: 'stop_web_page';
}
export interface OpenWhiteboard {
  type: 'open_whiteboard';
}
export interface CloseWhiteboard {
  type: 'close_whiteboard';
}
export interface Bookmark {
  at_ms: number;
  bookmark_id: string;
  created_at: string;
  note: string;
}
export interface BreakoutRoomView {
  name: string;
  notes: string;
  notes_by: string | null;
  notes_version: number;
  participant_ids: string[];
  room_id: string;
  task: string;
}
export interface BreakoutSetRoomView {
  name: string;
  participant_ids: string[];
  task: string;
}
export interface BreakoutSetView {
  name: string;
  rooms: BreakoutSetRoomView[];
  set_id: string;
}
export interface BreakoutsView {
  breakout_id: string;
  broadcasts: BroadcastView[];
  closes_at_ms: number | null;
  duration_ms: number | null;
  ends_at_ms: number | null;
  help: HelpView[];
  late: 'choose' | 'main' | 'smallest';
  may_choose: boolean;
  may_return: boolean;
  opened_at_ms: number | null;
  room_size: number | null;
  rooms: BreakoutRoomView[];
  state: 'closed' | 'closing' | 'draft' | 'open';
  voice_by: string | null;
}
export interface BroadcastView {
  at_ms: number;
  participant_id: string;
  text: string;
}
export interface HelpView {
  called_at_ms: number;
  participant_id: string;
  place: number;
  room_id: string;
}
/**
 * What somebody says; a later line with the same id takes its place, and an empty one takes
 *     it away.
 */
export interface CaptionLine {
  at_ms: number;
  delay_ms: number;
  is_final: boolean;
  line_id: string;
  participant_id: string;
  text: string;
}
export interface CaptionStatus {
  language: string;
  retry_s: number | null;
  state: 'busy' | 'failed' | 'fewer' | 'off' | 'on' | 'starting' | 'unavailable';
}
/**
 * Whether this page wants captions from now on; said again after every connect.
 */
export interface CaptionWish {
  wants: boolean;
}
export interface Chapter {
  chapter_id: string;
  end_ms: number;
  speaker_names: string[];
  start_ms: number;
  thumbnail: string | null;
  title: string;
}
/**
 * Client → server ``chat_earlier``: the lines before that one, in the list of a room.
 */
export interface ChatEarlier {
  before: string;
  room_id: string;
}
/**
 * A file that came with a message: `GET /sessions/{session_id}/files/{file_id}`.
 */
export interface ChatFileView {
  file_id: string;
  media_type: string;
  name: string;
  octets: number;
}
/**
 * Server → client ``chat_page``, in order with the events. To be taken only while
 *     ``chat_from`` of the room is still ``before``.
 */
export interface ChatPage {
  before: string;
  first: string | null;
  lines: ChatView[];
  quoted: ChatView[];
  room_id: string;
}
export interface ChatView {
  at_ms: number;
  edited_at_ms: number | null;
  file: ChatFileView | null;
  is_deleted: boolean;
  mentions: string[];
  message_id: string;
  participant_id: string;
  reactions: {
    [k: string]: string[];
  };
  reply_to: string | null;
  room_id: string;
  text: string;
  to: string | null;
}
export interface CheckDebateFormat {
  format: DebateFormat;
}
export interface DebateFormat {
  ballot_after: boolean;
  ballot_before: boolean;
  description: FormatText;
  format_id: string;
  grace_s: number;
  name: FormatText;
  phases: FormatPhase[];
  poi: FormatPoi;
  pool_s: number;
  prep_s: number;
  schema: number;
  scoring: FormatScoring;
  short_name: FormatText;
  sides: FormatSide[];
  size: FormatSize | null;
  source: string;
  variants: FormatVariant[];
}
export interface FormatText {
  de: string;
  en: string;
}
export interface FormatPhase {
  id: string;
  name: FormatText;
  speeches: FormatSpeech[];
}
export interface FormatSpeech {
  bells: FormatBell[];
  id: string;
  is_balanced: boolean;
  kind:
    | 'closing'
    | 'constructive'
    | 'cross'
    | 'free'
    | 'grand_cross'
    | 'opening'
    | 'panel'
    | 'questions'
    | 'rebuttal'
    | 'reply';
  length_s: number;
  name: FormatText;
  others: FormatPlace[];
  periods: FormatPeriod[];
  seat: string | null;
  side: string | null;
  turn_limit_s: number;
}
export interface FormatBell {
  at_s: number;
  strokes: number;
}
export interface FormatPlace {
  seat: string | null;
  side: string;
}
export interface FormatPeriod {
  from_s: number;
  kind: 'normal' | 'overtime' | 'pois' | 'warning';
}
export interface FormatPoi {
  allowed: boolean;
  is_optional: boolean;
  limit_s: number;
}
export interface FormatScoring {
  can_low_point_win: boolean;
  can_tie: boolean;
  criteria: FormatCriterion[];
  is_optional: boolean;
  reply: FormatRange | null;
  speaker: FormatRange | null;
  teams: 'none' | 'ranks' | 'winner';
}
export interface FormatCriterion {
  id: string;
  name: FormatText;
  range: FormatRange;
}
export interface FormatRange {
  high: number;
  low: number;
  step: number;
}
export interface FormatSide {
  id: string;
  name: FormatText;
  seats: FormatSeat[];
  stance: 'against' | 'for';
}
export interface FormatSeat {
  id: string;
  name: FormatText;
}
export interface FormatSize {
  least: number;
  most: number;
}
export interface FormatVariant {
  id: string;
  lengths: {
    [k: string]: number;
  };
  name: FormatText;
}
export interface CheckedDebateFormat {
  problems: FormatProblem[];
}
export interface FormatProblem {
  code: string;
  field: string;
  message: string;
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
    | CreatePoll
    | EditPoll
    | DeletePoll
    | OpenPoll
    | Vote
    | ClosePoll
    | RevealPoll
    | HidePollText
    | PlanDebate
    | EditDebate
    | DeleteDebate
    | AssignSeat
    | DrawSeats
    | SetChair
    | TakeChair
    | SetAdjudicators
    | BeginDebate
    | EndDebate
    | SetAdvance
    | StartClock
    | PauseClock
    | ExtendClock
    | NextSpeech
    | PreviousSpeech
    | NameSpeaker
    | WaitForSpeaker
    | UsePrep
    | EndPrep
    | AskTurn
    | YieldTurn
    | GiveTurn
    | OfferPoint
    | WithdrawPoint
    | AnswerPoint
    | EndPoint
    | WriteNote
    | OpenNotes
    | OpenBallot
    | CastBallot
    | CloseBallot
    | HandInScores
    | RevealDebate
    | DraftBreakouts
    | AssignBreakouts
    | EditBreakoutRoom
    | SaveBreakoutSet
    | DeleteBreakoutSet
    | OpenBreakouts
    | ExtendBreakouts
    | CloseBreakouts
    | MoveParticipant
    | ChooseRoom
    | VisitRoom
    | ReturnToMain
    | CallForHelp
    | AnswerHelp
    | WriteRoomNotes
    | BroadcastText
    | BroadcastVoice
    | EditAgenda
    | StartActivity
    | NextActivity
    | PreviousActivity
    | ExtendActivity
    | UndoAgenda
    | EditObjectives
    | CoverObjective
    | DismissHint
    | DeleteDeck
    | RestoreDeck
    | RenameDeck
    | OrderDecks
    | PresentDeck
    | TurnPage
    | LetBrowse
    | StopPresenting
    | ShareWebPage
    | StopWebPage
    | OpenWhiteboard
    | CloseWhiteboard;
  command_id: string;
}
/**
 * Server → client ``quality``, every 2 s; presence, never logged.
 */
export interface ConnectionQuality {
  bitrate_down: number;
  bitrate_up: number;
  estimate: number | null;
  held_back: {
    [k: string]: 'link' | 'sender';
  };
  level: 'fair' | 'good' | 'lost' | 'poor';
  loss_down: number;
  loss_up: number;
  paused: string[];
  rtt_ms: number | null;
  server_is_busy: boolean;
  unshown: UnshownPicture[];
}
/**
 * A picture that the viewer's browser did not offer to decode.
 */
export interface UnshownPicture {
  codec: string;
  participant_id: string;
  track: 'camera' | 'microphone' | 'screen' | 'screen_audio';
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
  role?: 'learner' | 'observer';
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
export interface CreateStreamToken {
  may_be_recorded?: boolean;
  name: string;
  use: 'camera' | 'screen' | 'watch';
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
/**
 * Times are session time; ``first_at`` is its 0.
 */
export interface Dashboard {
  activities: DashboardActivity[];
  confusion: DashboardMinute[];
  debates: DashboardDebate[];
  ended_at_ms: number | null;
  first_at: string | null;
  now_ms: number;
  people: DashboardPerson[];
  polls: DashboardPoll[];
  session_id: string;
  started_at_ms: number | null;
  state: 'ended' | 'live' | 'scheduled';
  title: string;
}
export interface DashboardActivity {
  activity_id: string;
  kind: 'break' | 'breakout' | 'debate' | 'discussion' | 'exercise' | 'other' | 'poll' | 'talk';
  planned_ms: number;
  title: string;
  used_ms: number;
}
export interface DashboardMinute {
  count: number;
  minute: number;
}
export interface DashboardDebate {
  debate_id: string;
  motion: string;
  sides: DashboardSide[];
}
export interface DashboardSide {
  name_de: string;
  name_en: string;
  participant_ids: string[];
  side: string;
  talked_ms: number;
}
export interface DashboardPerson {
  answer_count: number;
  called_count: number;
  chat_count: number;
  hand_count: number;
  is_guest: boolean;
  is_here: boolean;
  is_silent: boolean;
  name: string;
  participant_id: string;
  present_ms: number;
  right_count: number;
  role: 'facilitator' | 'learner' | 'observer';
  sides: string[];
  stays: DashboardStay[];
  talked_ms: number;
}
export interface DashboardStay {
  end: ('away' | 'ended' | 'left' | 'removed') | null;
  from_ms: number;
  to_ms: number | null;
}
export interface DashboardPoll {
  answers: DashboardAnswer[] | null;
  is_anonymous: boolean;
  is_open: boolean;
  kind:
    | 'matching'
    | 'multiple'
    | 'numeric'
    | 'ranking'
    | 'rating'
    | 'short_text'
    | 'single'
    | 'true_false'
    | 'word_cloud';
  opened_at_ms: number;
  poll_id: string;
  question: string;
  right_count: number | null;
  voted_count: number;
}
export interface DashboardAnswer {
  label: string;
  value: string;
}
export interface DebateFormatSummary {
  can_edit: boolean;
  description: FormatText;
  format_id: string;
  has_pois: boolean;
  is_default: boolean;
  is_deleted: boolean;
  length_s: number;
  name: FormatText;
  origin: 'other' | 'own' | 'shipped';
  owner_name: string | null;
  pool_s: number;
  prep_s: number;
  seat_counts: number[];
  short_name: FormatText;
  side_count: number;
  speech_count: number;
  stretches: FormatStretch[];
  updated_at: string | null;
  version: number;
}
/**
 * A speech as a piece of a bar as long as the debate.
 */
export interface FormatStretch {
  length_s: number;
  stance: ('against' | 'for') | null;
}
export interface DebateOver {
  are_notes_open: boolean;
  debate_id: string;
  motion: string;
  names: {
    [k: string]: string;
  };
  notes: OverNote[];
  result: {
    [k: string]: unknown;
  } | null;
  result_mark: ResultMark | null;
  sides: OverSide[];
  unrevealed: Unrevealed | null;
}
/**
 * Of a side's notes; one's own side's, and all once they are open.
 */
export interface OverNote {
  at_ms: number;
  note_id: string;
  participant_id: string;
  side: string;
  text: string;
}
/**
 * Where the result stands in the recording, and who won.
 */
export interface ResultMark {
  at_ms: number;
  winners_de: string[];
  winners_en: string[];
}
export interface OverSide {
  name_de: string;
  name_en: string;
  side: string;
  stance: ('against' | 'for') | null;
}
/**
 * What facilitators know of a result nobody may see yet.
 */
export interface Unrevealed {
  adjudicators: number;
  can_open: boolean;
  can_reveal: boolean;
  notes: number;
  sheets: number;
  voted: {
    [k: string]: number;
  };
}
/**
 * One debate as this viewer may see it; docs/protocol.md, "Debates", says what each means.
 *
 *     Every ``debate_*`` event carries new values of these very fields.
 */
export interface DebateView {
  adjudicators: string[];
  advance: 'automatic' | 'manual';
  are_notes_open: boolean;
  ballot: ('after' | 'before') | null;
  ballots_closed: string[];
  bells: number;
  chair_id: string | null;
  debate_id: string;
  extra_ms: number;
  format_key: string;
  free_since_ms: number | null;
  halt: ('paused' | 'restart' | 'speaker_absent' | 'speaker_lost') | null;
  hold_until_ms: number | null;
  index: number;
  is_over: boolean;
  motion: string;
  named: {
    [k: string]: string;
  };
  next_at_ms: number | null;
  notes: NoteView[];
  own_ballots: string[];
  own_sheet: {
    [k: string]: unknown;
  } | null;
  point: string | null;
  point_since_ms: number | null;
  points: string[];
  pool_side: string | null;
  pool_since_ms: number | null;
  pools: {
    [k: string]: number;
  };
  result: {
    [k: string]: unknown;
  } | null;
  room_id: string;
  seats: {
    [k: string]: string;
  };
  sheets: string[];
  since_ms: number | null;
  stage: 'ended' | 'planned' | 'preparing' | 'running';
  turn: string | null;
  turn_asks: string[];
  turn_end_ms: number | null;
  turn_since_ms: number | null;
  turn_used: {
    [k: string]: number;
  };
  used_ms: number;
  voted: {
    [k: string]: number;
  };
}
export interface NoteView {
  at_ms: number;
  note_id: string;
  participant_id: string;
  side: string;
  text: string;
}
/**
 * Pages that the asker may not see (yet) are not in it.
 */
export interface Deck {
  deck_id: string;
  name: string;
  pages: SlidePage[];
}
/**
 * ``text`` is what stands on the page, the text alternative of its picture.
 */
export interface SlidePage {
  height: number;
  notes: string;
  number: number;
  text: string;
  title: string;
  width: number;
}
export interface DeckView {
  added_at_ms: number;
  deck_id: string;
  is_deleted: boolean;
  name: string;
  titles: string[];
}
export interface EarlierBreakoutRoom {
  missing: number;
  name: string;
  participant_ids: string[];
  task: string;
}
/**
 * Breakout rooms kept in another session, put into this one's people.
 */
export interface EarlierBreakoutSet {
  name: string;
  rooms: EarlierBreakoutRoom[];
  session_id: string;
  session_title: string;
  set_id: string;
}
/**
 * Polls of another session of the course, to be asked again.
 */
export interface EarlierPolls {
  at: string;
  polls: PollView[];
  session_id: string;
  session_title: string;
}
export interface PollView {
  audience: 'all' | 'host' | 'none' | 'voters';
  can_change: boolean;
  closed_at_ms: number | null;
  entries: string[];
  explanation: string;
  has_voted: boolean;
  hidden: string[];
  is_anonymous: boolean;
  key: number | null;
  kind:
    | 'matching'
    | 'multiple'
    | 'numeric'
    | 'ranking'
    | 'rating'
    | 'short_text'
    | 'single'
    | 'true_false'
    | 'word_cloud';
  labels: string[];
  limit_s: number | null;
  opened_at_ms: number | null;
  options: string[];
  own_answer: number | string | (number | string)[] | null;
  own_vote: number | null;
  poll_id: string;
  question: string;
  right: number | string | (number | string)[] | null;
  scale: number[] | null;
  state: 'closed' | 'draft' | 'open' | 'revealed';
  tally: number[] | null;
  targets: string[];
  tolerance: number;
  voted_count: number;
  words: number;
}
export interface EditBookmark {
  note: string;
}
export interface EditItem {
  key?: number;
  options?: string[];
  state?: 'accepted' | 'draft' | 'dropped';
  stem?: string;
}
export interface EditMaterial {
  title: string;
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
 * Down message ``following``: somebody moved, and from now on follows these channels. Takes
 *     the place of what was known of the rooms; much smaller than a snapshot.
 */
export interface Following {
  channels: {
    [k: string]: number;
  };
  chat: ChatView[];
  chat_from: {
    [k: string]: string;
  };
  chat_quoted: ChatView[];
  help: HelpView[];
  notes: {
    [k: string]: NoteView[];
  };
  rooms: RoomPartView[];
}
/**
 * What is in a room for those who are in it.
 */
export interface RoomPartView {
  notes: string;
  notes_by: string | null;
  notes_version: number;
  room_id: string;
}
/**
 * A room of a recording, or a side that was by itself.
 */
export interface FoundRoom {
  is_side: boolean;
  name: string;
  name_de: string;
  number: number;
}
/**
 * A stretch that is not in the recording and why; shown on the seek bar.
 */
export interface Gap {
  at_ms: number;
  length_ms: number;
  reason: 'capture_lost' | 'disk_full' | 'paused' | 'server_restart' | 'undrawn';
}
/**
 * As ``RTCIceServer`` wants it.
 */
export interface IceServer {
  credential: string;
  urls: string[];
  username: string;
}
export interface ImportDebateFormat {
  text: string;
}
/**
 * Read but not stored.
 */
export interface ImportedDebateFormat {
  format: DebateFormat;
  notes: FormatProblem[];
  problems: FormatProblem[];
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
  role: 'learner' | 'observer';
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
  role: 'learner' | 'observer';
}
/**
 * One's own mark. Opening counts as seen and never takes a tick back.
 */
export interface MarkMaterial {
  mark: 'done' | 'not_done' | 'seen';
}
export interface Material {
  done_at: string | null;
  kind: 'file' | 'link';
  material_id: string;
  media_type: string | null;
  octets: number | null;
  seen_at: string | null;
  title: string;
  url: string;
}
export interface MaterialMark {
  done_at: string | null;
  material_id: string;
  seen_at: string | null;
}
/**
 * One person's marks; for facilitators.
 */
export interface MaterialProgress {
  is_guest: boolean;
  marks: MaterialMark[];
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
 * Where a page can ask, by STUN and before it joins, whether media would get through.
 */
export interface MediaReach {
  has_turn: boolean;
  hosts: string[];
  port: number;
}
/**
 * The way round for those whose network lets no UDP through.
 */
export interface MediaServers {
  expires_in_s: number | null;
  ice_servers: IceServer[];
}
/**
 * Client → server ``media_servers``: before each connection that is brought up.
 */
export interface MediaServersWanted {}
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
  role: 'facilitator' | 'learner' | 'observer';
  user_id: string;
}
export interface MomentView {
  at_ms: number;
  is_private: boolean;
  label: string;
  moment_id: string;
}
export interface NewBookmark {
  at_ms: number;
  note?: string;
}
export interface Notification {
  created_at: string;
  is_read: boolean;
  kind: 'recording_failed' | 'recording_provisional' | 'recording_ready';
  notification_id: string;
  path: string;
  title: string;
}
export interface ObjectiveView {
  covered_at_ms: number | null;
  objective_id: string;
  text: string;
}
export interface ObjectivesView {
  items: ObjectiveView[];
  revision: number;
}
/**
 * All of them, in their new order.
 */
export interface OrderMaterials {
  /**
   * @maxItems 30
   */
  material_ids: string[];
}
/**
 * In their new order; those it does not name come after them.
 */
export interface OrderSlides {
  /**
   * @maxItems 1000
   */
  deck_ids: string[];
}
/**
 * Client → server ``pad_close``: follow it no more.
 */
export interface PadClose {
  pad: string;
}
/**
 * Client → server ``pad_cursor``: where one points on the whiteboard, in its own coordinates,
 *     or, without them, that one is writing in the notes. Presence: never stored, not answered.
 */
export interface PadCursor {
  pad: string;
  x?: number;
  y?: number;
}
/**
 * Server → client ``pad_cursors`` (a list).
 */
export interface PadCursorShown {
  pad: string;
  participant_id: string;
  x: number | null;
  y: number | null;
}
/**
 * Client → server ``pad_open``: follow it from here on. Answered with ``PadOpened``.
 */
export interface PadOpen {
  pad: string;
  vector: string;
}
export interface PadOpened {
  update: string;
  vector: string;
}
/**
 * Client → server ``pad_update``, answered once it is on disk with ``{}`` or ``{error}``; and
 *     server → client, what somebody else changed.
 */
export interface PadUpdate {
  pad: string;
  update: string;
}
export interface ParticipantView {
  consent: 'declined' | 'given' | 'unasked';
  hand_raised_at_ms: number | null;
  hand_talked_ms: number;
  invitation: 'asked' | 'granted' | 'none';
  is_guest: boolean;
  is_on_record: boolean;
  is_stream: boolean;
  joined_at_ms: number | null;
  name: string;
  participant_id: string;
  presence: 'away' | 'denied' | 'left' | 'present' | 'removed' | 'waiting';
  role: 'facilitator' | 'learner' | 'observer';
  room_id: string;
  tracks: {
    [k: string]: boolean;
  };
}
export interface PasswordReset {
  expires_at: string;
  link: string;
}
/**
 * How somebody's connection does, as facilitators see it; ``level`` None: none is known.
 */
export interface PersonQuality {
  cause: ('delay' | 'link' | 'loss_down' | 'loss_up') | null;
  level: ('fair' | 'good' | 'lost' | 'poor') | null;
  participant_id: string;
}
/**
 * Client → server ``picture``, answered with ``{}`` or ``{error}``.
 */
export interface Picture {
  svg: string;
  token: string;
}
/**
 * Server → client ``picture_wanted``: draw the whiteboard as it is and send ``picture``.
 */
export interface PictureWanted {
  pad: string;
  token: string;
}
/**
 * Client → server ``pointer``: where a facilitator points on the page, as shares of its width
 *     and height; both null: nowhere any more. Presence, never logged.
 */
export interface Pointer {
  deck_id: string;
  page: number;
  x?: number | null;
  y?: number | null;
}
/**
 * Server → client ``pointer`` (a list of one).
 */
export interface PointerShown {
  deck_id: string;
  page: number;
  participant_id: string;
  x: number | null;
  y: number | null;
}
export interface PresentationView {
  by: string;
  deck_id: string;
  may_browse: boolean;
  name: string;
  page: number;
  page_count: number;
  title: string;
}
/**
 * Client → server ``reaction``: floats over the class for a moment; never logged by name.
 */
export interface Reaction {
  kind: 'clap' | 'faster' | 'heart' | 'laugh' | 'no' | 'slower' | 'surprised' | 'thumbs_up' | 'yes';
}
/**
 * Server → client ``reactions`` (a list): who reacted just now; presence.
 */
export interface ReactionShown {
  kind: 'clap' | 'faster' | 'heart' | 'laugh' | 'no' | 'slower' | 'surprised' | 'thumbs_up' | 'yes';
  participant_id: string;
}
/**
 * The whiteboard as it stood on the stage; ``text`` is what was written on it.
 */
export interface RecordedBoard {
  end_ms: number;
  picture_id: string;
  start_ms: number;
  text: string;
  url: string;
}
/**
 * A breakout room while it was open, or a side of a debate while it was by itself
 *     (``debate_id``). Its sound, pictures and transcript begin at ``start_ms`` of the recording.
 */
export interface RecordedRoom {
  audio_url: string | null;
  boards: RecordedBoard[];
  captions_url: string | null;
  chapters: Chapter[];
  cuts: Cut[];
  debate_id: string | null;
  end_ms: number;
  marks: TimelineMark[];
  members: string[];
  name: string;
  name_de: string;
  number: number;
  participant_ids: string[];
  room_id: string;
  side: string | null;
  start_ms: number;
  task: string;
  tracks: Track[];
}
export interface TimelineMark {
  at_ms: number;
  data: {
    [k: string]: string | number | (string | number)[] | null;
  };
  kind:
    | 'activity'
    | 'audience'
    | 'breakout'
    | 'chat'
    | 'confusion'
    | 'hand'
    | 'moment'
    | 'poi'
    | 'poll'
    | 'result'
    | 'screen'
    | 'slide'
    | 'speech'
    | 'turn'
    | 'web_page'
    | 'whiteboard';
  label: string;
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
/**
 * A page that was on the stage; ``text`` is what stands on it.
 */
export interface RecordedSlide {
  deck_id: string;
  end_ms: number;
  page: number;
  start_ms: number;
  text: string;
  title: string;
  url: string;
}
export interface Recording {
  audio_url: string | null;
  boards: RecordedBoard[];
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
  rooms: RecordedRoom[];
  slides: RecordedSlide[];
  storyboard_url: string | null;
  summary: RecordingSummary;
  tracks: Track[];
  version: number;
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
  snippet_room: FoundRoom | null;
  stage: 'failed' | 'live' | 'processing' | 'provisional' | 'published';
  thumbnail: string | null;
  title: string;
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
export interface RenameSlides {
  name: string;
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
/**
 * One of the ``changes`` of a ``poll_counted``: in ``entries`` and ``tally`` alike, from place
 *     ``at`` on, ``gone`` lines make way for these. They are done in the order given.
 */
export interface ResultChange {
  at: number;
  entries: string[];
  gone: number;
  tally: number[];
}
export interface ReturnedNotesView {
  at_ms: number;
  name: string;
  room_id: string;
  task: string;
  text: string;
}
export interface RoomHit {
  room: FoundRoom;
  snippet: string;
  speaker_name: string;
  start_ms: number;
}
/**
 * All of it; ``revision`` is that of the agenda it was made from.
 */
export interface SaveAgenda {
  /**
   * @maxItems 50
   */
  activities: PlannedActivity[];
  revision: number;
}
export interface SaveDebateFormat {
  format: DebateFormat;
  version?: number | null;
}
export interface SaveObjectives {
  /**
   * @maxItems 20
   */
  objectives: PlannedObjective[];
  revision: number;
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
/**
 * What its admins should know of the server.
 */
export interface ServerStatus {
  media_plane: 'native' | 'python';
  media_plane_lack: string | null;
  version: string;
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
  is_observer: boolean;
  lobby_is_on: boolean;
  material_count: number;
  material_done_count: number;
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
export interface SessionPlan {
  agenda: AgendaView;
  now_ms: number;
  objectives: ObjectivesView;
}
/**
 * Everything one viewer needs: the fold of the log, cut to what that viewer may see.
 */
export interface SessionSnapshot {
  agenda: AgendaView;
  breakout_sets: BreakoutSetView[];
  breakouts: BreakoutsView | null;
  channels: {
    [k: string]: number;
  };
  chat: ChatView[];
  chat_from: {
    [k: string]: string;
  };
  chat_quoted: ChatView[];
  confusion: number[];
  course_title: string | null;
  debate_formats: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
  debates: DebateView[];
  decks: DeckView[];
  hand_order: 'equity' | 'fifo';
  hands: string[];
  lobby_is_on: boolean;
  locks: (
    | 'camera'
    | 'chat'
    | 'files'
    | 'microphone'
    | 'notes'
    | 'private_chat'
    | 'reactions'
    | 'room'
    | 'screen'
    | 'unattended'
    | 'whiteboard'
  )[];
  me: string;
  moments: MomentView[];
  now_ms: number;
  objectives: ObjectivesView;
  participants: ParticipantView[];
  polls: PollView[];
  presentation: PresentationView | null;
  quiet_since_ms: number | null;
  recording: RecordingView;
  returned_notes: ReturnedNotesView[];
  room_id: string;
  seq: number;
  session_id: string;
  spotlight: string | null;
  state: 'ended' | 'live' | 'scheduled';
  talked_ms: {
    [k: string]: number;
  };
  title: string;
  unattended_since_ms: number | null;
  utc_ms: number;
  web_page: WebPageView | null;
  whiteboard: WhiteboardView;
}
export interface WebPageView {
  participant_id: string;
  since_ms: number;
  title: string;
  url: string;
}
export interface WhiteboardView {
  opened_at_ms: number | null;
  opened_by: string | null;
}
export interface SetPassword {
  password: string;
}
/**
 * Of a participant, from inside the class: a member's, or a guest's.
 */
export interface SetRole {
  role: 'facilitator' | 'learner' | 'observer';
}
export interface Setup {
  email: string;
  name: string;
  password: string;
  token: string;
}
/**
 * The notes of a session as they stand, live and later.
 */
export interface SharedNotes {
  text: string;
}
export interface SignIn {
  email: string;
  password: string;
}
/**
 * On its way to a deck. Kept for ten minutes after its end, by this process alone.
 */
export interface SlideUpload {
  deck_id: string | null;
  error: ErrorBody | null;
  name: string;
  page_count: number | null;
  pages_done: number;
  state: 'converting' | 'done' | 'failed' | 'waiting';
  upload_id: string;
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
export interface StoredDebateFormat {
  format: DebateFormat;
  summary: DebateFormatSummary;
}
/**
 * One seat for one program. The secret is shown once, when it is made.
 */
export interface StreamToken {
  created_at: string;
  is_revoked: boolean;
  is_used: boolean;
  may_be_recorded: boolean;
  name: string;
  path: string;
  token: string | null;
  token_id: string;
  use: 'camera' | 'screen' | 'watch';
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
/**
 * For the chat; `send_chat` sends it.
 */
export interface UploadedFile {
  file_id: string;
  media_type: string;
  name: string;
  octets: number;
}
export interface WatchProgress {
  position_ms: number;
}
/**
 * A site whose pages may be shown in class, as ``https://host``.
 */
export interface WebOrigin {
  origin: string;
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
