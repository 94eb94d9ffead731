/**
 * The classroom's one store. The socket's snapshots and events are folded into `session` by
 * state.ts; everything beside it is about this page: devices, what is shown, what to say aloud.
 */
import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';

import type { ConnectionQuality, PersonQuality, ReactionKind } from '../../protocol';
import type { ApiError } from '../../transport/http';
import type { LiveStatus } from '../../transport/live';
import type { DeviceChoice, DeviceTrouble } from '../../transport/devices';
import type { MediaStatus } from '../../transport/media';
import type { Occupants } from '../../transport/slots';
import { type CaptionsView, newCaptions } from './captions/state';
import type { DeviceView } from './quality/device';
import type { ClassroomState } from './state';

export type Tab = 'people' | 'chat' | 'poll' | 'rooms' | 'debate' | 'notes';
export type Dialog =
  | 'leave'
  | 'shortcuts'
  | 'devices'
  | 'moment'
  | 'palette'
  | 'locks'
  | 'invite'
  | 'webPage'
  | 'captions'
  | 'slides'
  | 'plan'
  | null;
export type Notice =
  | 'back'
  | 'muted'
  | 'cameraStopped'
  | 'micGone'
  | 'cameraGone'
  | 'micTrouble'
  | 'cameraTrouble'
  | 'backgroundSlow'
  | 'speakerGone';

export const LAYOUTS = ['speaker', 'gallery', 'side'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A reaction on its way up the page. */
export interface Floating {
  id: number;
  participantId: string;
  kind: ReactionKind;
  /** 0…1 across the page */
  across: number;
}

const LAYOUT_KEY = 'reprise-layout';

function rememberedLayout(): Layout {
  try {
    const stored = window.localStorage.getItem(LAYOUT_KEY);
    return LAYOUTS.find((one) => one === stored) ?? 'speaker';
  } catch {
    return 'speaker';
  }
}

export function rememberLayout(layout: Layout): void {
  try {
    window.localStorage.setItem(LAYOUT_KEY, layout);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

export interface LocalView {
  hasMicrophone: boolean;
  hasCamera: boolean;
  hasScreen: boolean;
  choice: DeviceChoice;
  trouble: { microphone?: DeviceTrouble; camera?: DeviceTrouble };
  /** Goes up whenever a track was replaced, so that previews attach the new one. */
  turn: number;
}

export interface PageState {
  status: LiveStatus;
  closed: { reason: string; error: ApiError | null } | null;
  session: ClassroomState | null;
  /** Session clock `nowMs` was true at `performance.now()` = `atMs`. */
  clock: { nowMs: number; utcMs: number; atMs: number };
  occupants: Occupants;
  speakers: string[];
  /** Breakout room → who speaks there; facilitators are told of rooms they are not in. */
  roomSpeakers: Record<string, string[]>;
  quality: ConnectionQuality | null;
  /** What this browser says of itself. */
  device: DeviceView | null;
  /** Everybody's, as facilitators are told. */
  peopleQuality: Record<string, PersonQuality>;
  media: MediaStatus;
  /** Joined without pictures, because the server had no room for them. */
  isSoundOnly: boolean;
  isSoundBlocked: boolean;
  local: LocalView;
  tab: Tab;
  /** The debate beside the stage on a wide page; null: whenever there is one. */
  isDebateShown: boolean | null;
  dialog: Dialog;
  unread: number;
  /** Chat from before the snapshot, on its way. */
  earlier: 'idle' | 'loading' | 'failed';
  /** Whom the next chat message is for; null is everyone. */
  chatTo: string | null;
  /** Name of the facilitator who asked to speak. */
  askedBy: string;
  layout: Layout;
  /** Breakout room whose whiteboard has this person's stage. */
  roomBoard: string | null;
  /** Whom this person alone holds large. */
  pinned: string | null;
  floating: Floating[];
  captions: CaptionsView;
  /** The last bell of a debate; a turn more with each. */
  rung: { debateId: string; strokes: number; turn: number };
  /** `performance.now()` until which one has said to be lost; 0 when not. */
  lostUntil: number;
  galleryPage: number;
  /** Text that a poll is to be made of; the panel takes it. */
  pollText: string | null;
  galleryPages: number;
  /** Who speaks and stands on another page of the gallery. */
  aside: { participantId: string; page: number } | null;
  notices: Notice[];
  announcement: { text: string; turn: number };
}

export type PageStore = StoreApi<PageState>;

export const newStore = (choice: DeviceChoice): PageStore =>
  createStore<PageState>()(() => ({
    status: 'connecting',
    closed: null,
    session: null,
    clock: { nowMs: 0, utcMs: 0, atMs: 0 },
    occupants: {},
    speakers: [],
    roomSpeakers: {},
    quality: null,
    device: null,
    peopleQuality: {},
    media: 'connecting',
    isSoundOnly: false,
    isSoundBlocked: false,
    local: {
      hasMicrophone: false,
      hasCamera: false,
      hasScreen: false,
      choice,
      trouble: {},
      turn: 0,
    },
    tab: 'chat',
    isDebateShown: null,
    dialog: null,
    unread: 0,
    earlier: 'idle',
    chatTo: null,
    askedBy: '',
    layout: rememberedLayout(),
    roomBoard: null,
    pinned: null,
    floating: [],
    captions: newCaptions(),
    rung: { debateId: '', strokes: 0, turn: 0 },
    lostUntil: 0,
    galleryPage: 0,
    pollText: null,
    galleryPages: 1,
    aside: null,
    notices: [],
    announcement: { text: '', turn: 0 },
  }));

export const sessionNow = (state: PageState): number =>
  state.clock.nowMs + (performance.now() - state.clock.atMs);

/** The page's clock may have stood (a laptop that slept); it is never before what has happened. */
export function notBefore(clock: PageState['clock'], atMs: number): PageState['clock'] {
  const ahead = atMs - (clock.nowMs + (performance.now() - clock.atMs));
  if (ahead <= 0) return clock;
  return { ...clock, nowMs: clock.nowMs + ahead, utcMs: clock.utcMs + ahead };
}

/** Wall-clock time of a moment on the session clock. */
export const utcOf = (state: PageState, sessionMs: number): number =>
  state.clock.utcMs + (sessionMs - state.clock.nowMs);

export const StoreContext = createContext<PageStore | null>(null);

export function usePageStore(): PageStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('Outside the classroom');
  return store;
}

export const usePage = <T>(select: (state: PageState) => T): T => useStore(usePageStore(), select);

/** For components that are only mounted once a snapshot has come. */
export function useSession<T>(select: (session: ClassroomState) => T): T {
  return usePage((state) => {
    if (!state.session) throw new Error('No snapshot yet');
    return select(state.session);
  });
}

/** A list or record of plain values or people: draws again only when one of them is another. */
export const useSessionList = <T>(select: (session: ClassroomState) => T): T =>
  useSession(useShallow(select));
