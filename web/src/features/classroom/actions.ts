/** What a person can do in class, once: toolbar, menu, keys and help all read this list. */
import type { HandOrder, ReactionKind } from '../../protocol';
import { canShareScreen } from '../../transport/devices';
import type { Action } from './action';
import {
  boardRoom,
  handIsUp,
  hasPages,
  hosts,
  isAsked,
  isBoardOpen,
  isDebateSeen,
  isLive,
  isPresent,
  isTakingPart,
  mayReact,
  own,
  recording,
} from './conditions';
import { hasDebateTab } from './debate/model';
import { isWide } from './debate/wide';
import { focusOn } from './focus';
import { type Layout, LAYOUTS } from './store';

const never = (): boolean => false;

const reaction = (kind: ReactionKind): Action => ({
  name: `react-${kind}`,
  label: () => `room:reactions.${kind}`,
  short: `room:reactions.${kind}`,
  code: null,
  isAvailable: mayReact,
  isOn: never,
  perform: (classroom) => void classroom.react(kind),
});

const layout = (to: Layout): Action => ({
  name: `layout-${to}`,
  label: () => `room:layout.${to}`,
  short: `room:layout.${to}`,
  code: null,
  isAvailable: isPresent,
  isOn: (state) => state.layout === to,
  perform: (classroom) => classroom.setLayout(to),
});

const handOrder = (order: HandOrder): Action => ({
  name: `hands-${order}`,
  label: () => `room:hands.${order}`,
  short: `room:hands.${order}`,
  code: null,
  isAvailable: hosts,
  isOn: (state) => state.session?.hand_order === order,
  perform: (classroom) => void classroom.command({ type: 'set_hand_order', order }),
});

export const ACTIONS = {
  microphone: {
    name: 'microphone',
    label: (state) =>
      own(state)?.tracks.microphone ? 'action.microphoneOff' : 'action.microphoneOn',
    short: 'action.microphone',
    code: 'KeyM',
    isAvailable: isTakingPart,
    isOn: (state) => own(state)?.tracks.microphone === true,
    perform: (classroom) => void classroom.tracks.toggleMicrophone(),
  },
  camera: {
    name: 'camera',
    label: (state) => (own(state)?.tracks.camera ? 'action.cameraOff' : 'action.cameraOn'),
    short: 'action.camera',
    code: 'KeyV',
    isAvailable: (state) => isTakingPart(state) && !state.isSoundOnly,
    isOn: (state) => own(state)?.tracks.camera === true,
    perform: (classroom) => void classroom.tracks.toggleCamera(),
  },
  share: {
    name: 'share',
    label: (state) => (own(state)?.tracks.screen ? 'action.shareOff' : 'action.shareOn'),
    short: 'action.share',
    code: 'KeyS',
    isAvailable: (state) =>
      isTakingPart(state) &&
      !state.isSoundOnly &&
      canShareScreen(),
    isOn: (state) => own(state)?.tracks.screen === true,
    perform: (classroom) => void classroom.tracks.toggleScreen(),
  },
  slides: {
    name: 'slides',
    label: () => 'room:slides.open',
    short: 'room:slides.short',
    code: 'KeyI',
    isAvailable: hosts,
    isOn: (state) => state.session?.presentation != null,
    perform: (classroom) => classroom.store.setState({ dialog: 'slides' }),
  },
  hand: {
    name: 'hand',
    label: (state) => (handIsUp(state) ? 'action.handDown' : 'action.handUp'),
    short: 'action.hand',
    code: 'KeyH',
    isAvailable: isTakingPart,
    isOn: handIsUp,
    perform: (classroom) => {
      const isUp = handIsUp(classroom.store.getState());
      void classroom.command({ type: isUp ? 'lower_hand' : 'raise_hand' });
    },
  },
  whiteboard: {
    name: 'whiteboard',
    label: (state) => (isBoardOpen(state) ? 'room:pads.closeBoard' : 'room:pads.openBoard'),
    short: 'room:pads.board',
    code: 'KeyW',
    isAvailable: (state) => hosts(state) || (isPresent(state) && boardRoom(state) !== null),
    isOn: isBoardOpen,
    perform: (classroom) => {
      const state = classroom.store.getState();
      const isOpen = isBoardOpen(state);
      const room = boardRoom(state);
      if (room !== null) return classroom.store.setState({ roomBoard: isOpen ? null : room });
      void classroom.command({ type: isOpen ? 'close_whiteboard' : 'open_whiteboard' });
    },
  },
  notes: {
    name: 'notes',
    label: () => 'room:pads.showNotes',
    short: 'room:pads.notes',
    code: null,
    isAvailable: isPresent,
    isOn: (state) => state.tab === 'notes',
    perform: (classroom) => classroom.show('notes'),
  },
  record: {
    name: 'record',
    label: () => 'action.recordOn',
    short: 'action.record',
    code: 'KeyR',
    isAvailable: (state) =>
      hosts(state) && isLive(state) && ['off', 'stopped'].includes(recording(state)),
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'start_recording' }),
  },
  pauseRecording: {
    name: 'pauseRecording',
    label: (state) =>
      recording(state) === 'paused' ? 'action.resumeRecordingLong' : 'action.pauseRecordingLong',
    short: 'action.pauseRecording',
    code: 'KeyP',
    isAvailable: (state) =>
      hosts(state) && isLive(state) && ['on', 'paused'].includes(recording(state)),
    isOn: (state) => recording(state) === 'paused',
    perform: (classroom) => {
      const isPaused = recording(classroom.store.getState()) === 'paused';
      void classroom.command({ type: isPaused ? 'resume_recording' : 'pause_recording' });
    },
  },
  stopRecording: {
    name: 'stopRecording',
    label: () => 'action.stopRecording',
    short: 'action.stopRecordingShort',
    code: null,
    isAvailable: (state) =>
      hosts(state) && isLive(state) && ['on', 'paused'].includes(recording(state)),
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'stop_recording' }),
  },
  moment: {
    name: 'moment',
    label: (state) => (hosts(state) ? 'action.momentLong' : 'room:moment.mine'),
    short: 'action.moment',
    code: 'KeyK',
    isAvailable: (state) => isPresent(state) && isLive(state),
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'moment' }),
  },
  devices: {
    name: 'devices',
    label: () => 'action.devicesLong',
    short: 'action.devices',
    code: 'KeyD',
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'devices' }),
  },
  people: {
    name: 'people',
    label: () => 'action.people',
    short: 'panel.people',
    code: 'Digit1',
    isAvailable: isPresent,
    isOn: (state) => state.tab === 'people',
    perform: (classroom) => {
      classroom.show('people');
      focusOn('panel');
    },
  },
  chat: {
    name: 'chat',
    label: () => 'action.chat',
    short: 'panel.chat',
    code: 'Digit2',
    isAvailable: isPresent,
    isOn: (state) => state.tab === 'chat',
    perform: (classroom) => {
      classroom.show('chat');
      focusOn('panel');
    },
  },
  poll: {
    name: 'poll',
    label: () => 'action.poll',
    short: 'panel.poll',
    code: 'Digit3',
    isAvailable: isPresent,
    isOn: (state) => state.tab === 'poll',
    perform: (classroom) => {
      classroom.show('poll');
      focusOn('panel');
    },
  },
  debate: {
    name: 'debate',
    label: () => 'action.debate',
    short: 'panel.debate',
    code: 'KeyB',
    isAvailable: (state) => isPresent(state) && state.session !== null && hasDebateTab(state.session),
    isOn: (state) => (isWide() ? isDebateSeen(state) : state.tab === 'debate'),
    perform: (classroom) => {
      const isShown = !isWide() || !isDebateSeen(classroom.store.getState());
      classroom.showDebate(isShown);
      if (isShown) focusOn(isWide() ? 'debate' : 'panel');
    },
  },
  lost: {
    name: 'lost',
    label: () => 'room:lost.tap',
    short: 'room:lost.short',
    code: 'KeyL',
    isAvailable: (state) => isTakingPart(state) && isLive(state) && !hosts(state),
    isOn: (state) => state.lostUntil > performance.now(),
    perform: (classroom) => void classroom.sayLost(),
  },
  captions: {
    name: 'captions',
    label: (state) => (state.captions.wants ? 'room:captions.off' : 'room:captions.on'),
    short: 'room:captions.short',
    code: 'KeyC',
    isAvailable: (state) => isPresent(state) && state.captions.state !== 'unavailable',
    isOn: (state) => state.captions.wants,
    perform: (classroom) => void classroom.captions.toggle(),
  },
  captionSettings: {
    name: 'captionSettings',
    label: () => 'room:captions.settings',
    short: 'room:captions.settings',
    code: null,
    isAvailable: (state) => isPresent(state) && state.captions.state !== 'unavailable',
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'captions' }),
  },
  next: {
    name: 'next',
    label: () => 'room:hands.nextLabel',
    short: 'room:hands.next',
    code: 'KeyN',
    isAvailable: (state) => hosts(state) && (state.session?.hands.length ?? 0) > 0,
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'call_next' }),
  },
  unmuteAsked: {
    name: 'unmuteAsked',
    label: () => 'room:speak.unmute',
    short: 'room:speak.unmute',
    code: null,
    isAvailable: isAsked,
    isOn: never,
    perform: (classroom) => void classroom.tracks.toggleMicrophone(),
  },
  declineToSpeak: {
    name: 'declineToSpeak',
    label: () => 'room:speak.decline',
    short: 'room:speak.decline',
    code: null,
    isAvailable: isAsked,
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'decline_to_speak' }),
  },
  muteAll: {
    name: 'muteAll',
    label: () => 'room:locks.muteAll',
    short: 'room:locks.muteAllShort',
    code: 'KeyA',
    isAvailable: hosts,
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'mute_all' }),
  },
  locks: {
    name: 'locks',
    label: () => 'room:locks.title',
    short: 'room:locks.show',
    code: 'KeyO',
    isAvailable: hosts,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'locks' }),
  },
  invite: {
    name: 'invite',
    label: () => 'room:invite.title',
    short: 'room:invite.short',
    code: null,
    isAvailable: hosts,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'invite' }),
  },
  webPage: {
    name: 'webPage',
    label: () => 'room:webPage.action',
    short: 'room:webPage.short',
    code: null,
    isAvailable: hosts,
    isOn: (state) => state.session?.web_page != null,
    perform: (classroom) => classroom.store.setState({ dialog: 'webPage' }),
  },
  stopWebPage: {
    name: 'stopWebPage',
    label: () => 'room:webPage.stopLong',
    short: 'room:webPage.stop',
    code: null,
    isAvailable: (state) => hosts(state) && state.session?.web_page != null,
    isOn: never,
    perform: (classroom) => {
      void classroom.command({ type: 'stop_web_page' });
      focusOn('class');
    },
  },
  start: {
    name: 'start',
    label: () => 'start.button',
    short: 'start.button',
    code: null,
    isAvailable: (state) => hosts(state) && state.session?.state === 'scheduled',
    isOn: never,
    perform: (classroom) => void classroom.command({ type: 'start_session' }),
  },
  layout: {
    name: 'layout',
    label: () => 'room:layout.next',
    short: 'room:layout.short',
    code: 'KeyY',
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => {
      const now = LAYOUTS.indexOf(classroom.store.getState().layout);
      classroom.setLayout(LAYOUTS[(now + 1) % LAYOUTS.length] ?? 'speaker');
    },
  },
  galleryNext: {
    name: 'galleryNext',
    label: () => 'gallery.next',
    short: 'gallery.next',
    code: 'PageDown',
    isAvailable: hasPages,
    isOn: never,
    perform: (classroom) => classroom.turnGallery(1),
  },
  galleryPrevious: {
    name: 'galleryPrevious',
    label: () => 'gallery.previous',
    short: 'gallery.previous',
    code: 'PageUp',
    isAvailable: hasPages,
    isOn: never,
    perform: (classroom) => classroom.turnGallery(-1),
  },
  gallerySpeaker: {
    name: 'gallerySpeaker',
    label: () => 'gallery.toSpeaker',
    short: 'gallery.toSpeaker',
    code: 'KeyG',
    isAvailable: (state) => hasPages(state) && state.aside !== null,
    isOn: never,
    perform: (classroom) => classroom.showSpeaker(),
  },
  layoutSpeaker: layout('speaker'),
  layoutGallery: layout('gallery'),
  layoutSide: layout('side'),
  handsFifo: handOrder('fifo'),
  handsEquity: handOrder('equity'),
  thumbsUp: reaction('thumbs_up'),
  clap: reaction('clap'),
  heart: reaction('heart'),
  laugh: reaction('laugh'),
  surprised: reaction('surprised'),
  yes: reaction('yes'),
  no: reaction('no'),
  slower: reaction('slower'),
  faster: reaction('faster'),
  plan: {
    name: 'plan',
    label: () => 'plan:show',
    short: 'plan:plan',
    code: 'KeyJ',
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'plan' }),
  },
  palette: {
    name: 'palette',
    label: () => 'room:palette.open',
    short: 'room:palette.open',
    code: null,
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'palette' }),
  },
  shortcuts: {
    name: 'shortcuts',
    label: () => 'action.shortcuts',
    short: 'action.shortcuts',
    code: 'Slash',
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'shortcuts' }),
  },
  leave: {
    name: 'leave',
    label: () => 'action.leave',
    short: 'action.leave',
    code: 'KeyQ',
    isAvailable: isPresent,
    isOn: never,
    perform: (classroom) => classroom.store.setState({ dialog: 'leave' }),
  },
} satisfies Record<string, Action>;

export const ALL_ACTIONS: Action[] = Object.values(ACTIONS);

export const REACTIONS: Action[] = [
  ACTIONS.thumbsUp,
  ACTIONS.clap,
  ACTIONS.heart,
  ACTIONS.laugh,
  ACTIONS.surprised,
  ACTIONS.yes,
  ACTIONS.no,
  ACTIONS.slower,
  ACTIONS.faster,
];
