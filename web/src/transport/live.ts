/**
 * The live socket, and the only module that knows it. One connection is one seat in one session.
 *
 * Commands carry a UUID and are sent again, under the same id, until they are acknowledged: the
 * server drops repeats, so a cut connection neither loses nor doubles one. Events are handed on
 * without gaps or repeats; a gap is filled over HTTP, and where that is no longer possible by a
 * snapshot. Every connect begins with a snapshot, so a reconnect needs nothing else.
 */
import { io, type Socket } from 'socket.io-client';

import type {
  Acknowledgement,
  AnyCommand,
  CaptionLine,
  CaptionStatus,
  ChatEarlier,
  ChatPage,
  ConnectionQuality,
  ErrorBody,
  Following,
  MediaAnswer,
  MediaOffer,
  MediaServers,
  MediaView,
  PadCursor,
  PadCursorShown,
  PadName,
  PersonQuality,
  PictureWanted,
  Pointer,
  PointerShown,
  ReactionKind,
  ReactionShown,
  SessionSnapshot,
  SlotAssignment,
  WireEvent,
} from '../protocol';
import { Channels } from './channels';
import { ApiError, http } from './http';

export type LiveStatus = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface Levels {
  speakers: string[];
  levels: number[];
}

/** Who speaks in a room that a facilitator is not in. */
export interface RoomSpeakers {
  room_id: string;
  speakers: string[];
}

export interface LiveListener {
  onStatus: (status: LiveStatus) => void;
  onSnapshot: (snapshot: SessionSnapshot) => void;
  onEvents: (events: WireEvent[]) => void;
  /** We moved to another room and follow other channels from here on. */
  onFollowing: (following: Following) => void;
  /** Chat from before the snapshot, in order with the events. */
  onChatPage: (page: ChatPage) => void;
  onSlots: (slots: SlotAssignment[]) => void;
  onLevels: (levels: Levels) => void;
  onRoomSpeakers: (spoken: RoomSpeakers) => void;
  onQuality: (quality: ConnectionQuality) => void;
  /** To facilitators: what has changed about everybody's connection. */
  onPeopleQuality: (news: PersonQuality[]) => void;
  /** What floats over the class just now. */
  onReactions: (reactions: ReactionShown[]) => void;
  /** What somebody else changed in the whiteboard or the notes. */
  onPadUpdate: (pad: PadName, update: Uint8Array) => void;
  onPadCursors: (cursors: PadCursorShown[]) => void;
  /** The recording wants to see the whiteboard as it is. */
  onPictureWanted: (wanted: PictureWanted) => void;
  /** What somebody says, for a page that wants captions. */
  onCaption: (line: CaptionLine) => void;
  onCaptionStatus: (status: CaptionStatus) => void;
  /** Where somebody points on the slide just now. */
  onPointer: (pointers: PointerShown[]) => void;
  /** Final: the server said so (`reason`) or refused the connection (`error`). */
  onClosed: (reason: string, error: ApiError | null) => void;
}

export interface Live {
  command: (command: AnyCommand) => Promise<Acknowledgement>;
  offer: (offer: MediaOffer) => Promise<MediaAnswer>;
  /** TURN servers with a credential of one's own. */
  mediaServers: () => Promise<MediaServers>;
  view: (view: MediaView) => void;
  pads: PadWire;
  /** Of many some may be lost: it is presence. */
  point: (pointer: Pointer) => void;
  /** Shown to whoever is there; not repeated when the connection is cut. */
  react: (kind: ReactionKind) => Promise<void>;
  /** Captions from now on or no more; null when there is no connection. */
  wishCaptions: (wants: boolean) => Promise<CaptionStatus | null>;
  /** What was said before; it comes as `onChatPage`. */
  earlier: (asked: ChatEarlier) => Promise<void>;
  close: () => void;
}

/** The whiteboard and the notes: binary updates, each answered once it is on disk. */
export interface PadWire {
  open: (pad: PadName, vector: Uint8Array) => Promise<{ vector: Uint8Array; update: Uint8Array }>;
  update: (pad: PadName, update: Uint8Array) => Promise<void>;
  close: (pad: PadName) => void;
  point: (cursor: PadCursor) => void;
  picture: (token: string, svg: Uint8Array) => Promise<void>;
}

const ACK_TIMEOUT_MS = 5000;
const MAX_PENDING = 64;
const GAP_RETRY_MS = 1000;

interface Pending {
  id: string;
  command: AnyCommand;
  isSent: boolean;
  resolve: (acknowledgement: Acknowledgement) => void;
  reject: (error: ApiError) => void;
}

const failure = (code: string, message: string): ApiError => new ApiError(0, { code, message });

/** `crypto.randomUUID` exists in secure contexts only; plain HTTP on a LAN is none. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function refusalOf(error: Error & { data?: unknown }): ErrorBody | null {
  for (const candidate of [error.data, error.message] as unknown[]) {
    if (typeof candidate === 'object' && candidate !== null) {
      const body = ('error' in candidate ? candidate.error : candidate) as Partial<ErrorBody>;
      if (typeof body.code === 'string') return { code: body.code, message: body.message ?? '' };
    }
  }
  return null;
}

export function connectLive(sessionId: string, listener: LiveListener): Live {
  const channels = new Channels();
  const pending: Pending[] = [];
  let isClosed = false;
  let isFilling = false;
  let hasSnapshot = false;
  let queued: WireEvent[] = [];

  const socket: Socket = io('/live', {
    transports: ['websocket'],
    auth: (send) => send({ session_id: sessionId, channels: channels.all }),
    reconnectionDelay: 300,
    reconnectionDelayMax: 3000,
    randomizationFactor: 0.5,
    forceNew: true,
  });

  function finish(reason: string, error: ApiError | null): void {
    if (isClosed) return;
    isClosed = true;
    socket.disconnect();
    for (const one of pending.splice(0)) one.reject(failure('closed', reason));
    listener.onStatus('closed');
    listener.onClosed(reason, error);
  }

  async function send(one: Pending): Promise<void> {
    if (one.isSent || !socket.connected) return;
    one.isSent = true;
    try {
      const answer = (await socket
        .timeout(ACK_TIMEOUT_MS)
        .emitWithAck('command', { command_id: one.id, command: one.command })) as Acknowledgement;
      const index = pending.indexOf(one);
      if (index === -1) return;
      pending.splice(index, 1);
      if (answer.ok) one.resolve(answer);
      else one.reject(new ApiError(0, answer.error ?? { code: 'internal', message: '' }));
    } catch {
      // No word in time: the command may or may not have arrived. The same id is safe to repeat.
      one.isSent = false;
      if (!isClosed) void send(one);
    }
  }

  function resend(): void {
    for (const one of pending) {
      one.isSent = false;
      void send(one);
    }
  }

  async function fillGap(): Promise<void> {
    if (isFilling || isClosed) return;
    isFilling = true;
    try {
      const events = await http.get<WireEvent[]>(`/sessions/${sessionId}/events`, {
        query: { after: channels.seq },
      });
      const ready = channels.takeFetched(events);
      if (ready.length > 0) listener.onEvents(ready);
      isFilling = false;
      take(queued.splice(0));
    } catch (error) {
      isFilling = false;
      if (error instanceof ApiError && error.code === 'below_retention') {
        await takeSnapshot();
      } else if (socket.connected && !isClosed) {
        window.setTimeout(() => void fillGap(), GAP_RETRY_MS);
      }
    }
  }

  async function takeSnapshot(): Promise<void> {
    try {
      const answer: unknown = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck('snapshot', {});
      if (answer && typeof answer === 'object' && 'session_id' in answer) {
        restart(answer as SessionSnapshot);
      }
    } catch {
      // The connection is gone; the next one starts with a snapshot.
    }
  }

  function restart(snapshot: SessionSnapshot): void {
    hasSnapshot = true;
    channels.reset(snapshot.channels, snapshot.seq);
    listener.onSnapshot(snapshot);
    listener.onStatus('connected');
    const later = queued.splice(0).filter((event) => event.seq > snapshot.seq);
    if (later.length > 0) take(later);
  }

  function take(events: WireEvent[]): void {
    if (events.length === 0) return;
    if (!hasSnapshot || isFilling) {
      queued.push(...events);
      return;
    }
    const { ready, hasGap } = channels.take(events);
    if (ready.length > 0) listener.onEvents(ready);
    if (hasGap) {
      queued = events.filter((event) => event.seq > channels.seq);
      void fillGap();
    }
  }

  function follow(following: Following): void {
    if (!hasSnapshot) return;
    if (isFilling) {
      // What is being fetched may be of rooms we have left; a snapshot has no doubts.
      void takeSnapshot();
      return;
    }
    channels.reset(following.channels, channels.seq);
    listener.onFollowing(following);
  }

  listener.onStatus('connecting');
  socket.on('connect', () => resend());
  socket.on('disconnect', (reason) => {
    if (isClosed) return;
    hasSnapshot = false;
    queued = [];
    listener.onStatus('reconnecting');
    // The library does not come back by itself when it was the server who hung up.
    if (reason === 'io server disconnect') window.setTimeout(() => socket.connect(), 500);
  });
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    if (isClosed) return;
    const refusal = refusalOf(error);
    if (refusal) finish('refused', new ApiError(0, refusal));
    else if (socket.active) listener.onStatus('reconnecting');
    else window.setTimeout(() => socket.connect(), 1000);
  });
  socket.on('snapshot', restart);
  socket.on('events', take);
  socket.on('following', follow);
  socket.on('chat_page', (page: ChatPage) => listener.onChatPage(page));
  socket.on('slots', (slots: SlotAssignment[]) => listener.onSlots(slots));
  socket.on('levels', (levels: Levels) => listener.onLevels(levels));
  socket.on('captions', (line: CaptionLine) => listener.onCaption(line));
  socket.on('caption_status', (status: CaptionStatus) => listener.onCaptionStatus(status));
  socket.on('reactions', (shown: ReactionShown[]) => listener.onReactions(shown));
  socket.on('pointer', (pointers: PointerShown[]) => listener.onPointer(pointers));
  socket.on('room_speakers', (spoken: RoomSpeakers) => listener.onRoomSpeakers(spoken));
  socket.on('quality', (quality: ConnectionQuality) => listener.onQuality(quality));
  socket.on('people_quality', (news: PersonQuality[]) => listener.onPeopleQuality(news));
  socket.on('pad_update', (message: { pad: PadName; update: ArrayBuffer }) =>
    listener.onPadUpdate(message.pad, new Uint8Array(message.update)),
  );
  socket.on('pad_cursors', (cursors: PadCursorShown[]) => listener.onPadCursors(cursors));
  socket.on('picture_wanted', (wanted: PictureWanted) => listener.onPictureWanted(wanted));
  socket.on('closed', ({ reason }: { reason: string }) => finish(reason, null));

  /** Not repeated here: who asks knows what to send after a reconnect. */
  async function ask(event: string, message: unknown): Promise<Record<string, unknown>> {
    if (!socket.connected) throw failure('unreachable', 'There is no connection to the server.');
    let answer: Record<string, unknown>;
    try {
      answer = (await socket.timeout(3 * ACK_TIMEOUT_MS).emitWithAck(event, message)) as Record<
        string,
        unknown
      >;
    } catch {
      throw failure('unreachable', 'The server did not answer.');
    }
    if ('error' in answer) throw new ApiError(0, answer.error as ErrorBody);
    return answer;
  }

  return {
    pads: {
      open: async (pad, vector) => {
        const answer = await ask('pad_open', { pad, vector });
        return {
          vector: new Uint8Array(answer.vector as ArrayBuffer),
          update: new Uint8Array(answer.update as ArrayBuffer),
        };
      },
      update: async (pad, update) => void (await ask('pad_update', { pad, update })),
      close: (pad) => {
        if (socket.connected) socket.emit('pad_close', { pad });
      },
      point: (cursor) => {
        if (socket.connected) socket.volatile.emit('pad_cursor', cursor);
      },
      picture: async (token, svg) => void (await ask('picture', { token, svg })),
    },
    earlier: async (asked) => void (await ask('chat_earlier', asked)),
    command: (command) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(failure('closed', 'The connection is closed.'));
        if (pending.length >= MAX_PENDING) {
          return reject(failure('too_many_pending', 'Too many commands wait for the server.'));
        }
        const one: Pending = { id: newId(), command, isSent: false, resolve, reject };
        pending.push(one);
        void send(one);
      }),
    offer: async (offer) => {
      // Unsent messages would wait for the next connection, which needs an offer of its own.
      if (!socket.connected) throw failure('unreachable', 'There is no connection to the server.');
      let answer: unknown;
      try {
        answer = await socket.timeout(3 * ACK_TIMEOUT_MS).emitWithAck('media_offer', offer);
      } catch {
        throw failure('unreachable', 'The server did not answer the media offer.');
      }
      if (answer && typeof answer === 'object') {
        if ('sdp' in answer) return answer as MediaAnswer;
        const body = ('error' in answer ? answer.error : answer) as ErrorBody;
        throw new ApiError(0, body);
      }
      throw failure('internal', 'The server refused the media offer.');
    },
    react: async (kind) => {
      if (!socket.connected) return;
      let answer: unknown;
      try {
        answer = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck('reaction', { kind });
      } catch {
        return; // its moment is over
      }
      if (answer && typeof answer === 'object' && 'error' in answer) {
        throw new ApiError(0, answer.error as ErrorBody);
      }
    },
    wishCaptions: async (wants) => {
      if (!socket.connected) return null;
      let answer: CaptionStatus | { error: ErrorBody };
      try {
        answer = (await socket.timeout(ACK_TIMEOUT_MS).emitWithAck('caption_wish', {
          wants,
        })) as typeof answer;
      } catch {
        return null; // the next connection says it again
      }
      if ('error' in answer) throw new ApiError(0, answer.error);
      return answer;
    },
    mediaServers: async () => (await ask('media_servers', {})) as unknown as MediaServers,
    view: (view) => {
      if (socket.connected) socket.volatile.emit('media_view', view);
    },
    point: (pointer) => {
      if (socket.connected) socket.volatile.emit('pointer', pointer);
    },
    close: () => {
      isClosed = true;
      socket.disconnect();
      for (const one of pending.splice(0)) one.reject(failure('closed', 'left'));
    },
  };
}
