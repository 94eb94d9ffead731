/**
 * The one PeerConnection: four sending m-lines and a fixed set of receive slots, negotiated once.
 *
 * Nothing is renegotiated while it lives. What is sent changes by `replaceTrack`; what is received
 * changes on the server. When nothing comes any more, when the network changes or the socket comes
 * back, a new connection is brought up beside the old one and replaces it once it is connected. A
 * stage's sound plays in an `<audio>` of its own: a `<video>` with both stays silent until a picture
 * has come, so a speaker with the camera off would not be heard.
 */
import type { MediaAnswer, MediaOffer, SlotAssignment, TrackKind } from '../protocol';
import { type DeviceStats, deviceStats } from './device_stats';
import { ApiError } from './http';
import { onNetworkChanged } from './network';
import { packetsOver, Pulse } from './pulse';
import { hasPicture, type Occupants, slotNames, Slots } from './slots';

/**
 * `blocked`: the server answers, and nothing gets through to where its media is. `full`: it has no
 * room for more pictures and takes in who wants sound only.
 */
export type MediaStatus = 'connecting' | 'connected' | 'failed' | 'blocked' | 'full' | 'closed';

export interface MediaListener {
  onStatus: (status: MediaStatus) => void;
  onOccupants: (occupants: Occupants) => void;
  onSoundOnly: (isSoundOnly: boolean) => void;
  /** The browser plays no sound before a click. */
  onBlocked: (isBlocked: boolean) => void;
}

export interface MediaOptions {
  galleryCount: number;
  offer: (offer: MediaOffer) => Promise<MediaAnswer>;
  /** TURN servers with a credential that holds now; empty where there are none. */
  servers: () => Promise<RTCIceServer[]>;
  /** Whether a connection that is brought up now offers to send anything. */
  sends: () => boolean;
  listener: MediaListener;
}

const SEND: readonly { kind: TrackKind; medium: 'audio' | 'video' }[] = [
  { kind: 'microphone', medium: 'audio' },
  { kind: 'camera', medium: 'video' },
  { kind: 'screen', medium: 'video' },
  { kind: 'screen_audio', medium: 'audio' },
];

const CAMERA_LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
const SCREEN_LAYERS: RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000 }];

/** How long a named frame may take before the server is believed without it. */
const FRAME_PATIENCE_MS = 1500;
/** How often to ask again where there was no room for pictures. */
const FULL_MS = 15_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
/** Even by TCP to a TURN server it takes no longer, where there is a way at all. */
const BLOCKED_AFTER_MS = 12_000;
/** `disconnected` often heals by itself; longer than this it does not. */
const DISCONNECTED_PATIENCE_MS = 4000;

const WANTED_CODECS = {
  audio: ['audio/opus'],
  video: ['video/vp8', 'video/h264', 'video/rtx'],
  /** Where streams of programs are shown, which may send nothing else (decision 015). */
  stage: ['video/vp8', 'video/h264', 'video/vp9', 'video/av1', 'video/rtx'],
} as const;

/** The one kind every receiver decodes: of ten H.264 each would make every section longer. */
function isPlain(codec: RTCRtpCodec): boolean {
  const parameters = codec.sdpFmtpLine?.toLowerCase() ?? '';
  switch (codec.mimeType.toLowerCase()) {
    case 'video/h264':
      return (
        parameters.includes('packetization-mode=1') && parameters.includes('profile-level-id=42e0')
      );
    case 'video/vp9':
      return !/profile-id=[1-9]/.test(parameters);
    case 'video/av1':
      return !/(^|[;\s])profile=[1-9]/.test(parameters);
    default:
      return true;
  }
}

function preferCodecs(
  transceiver: RTCRtpTransceiver,
  medium: 'audio' | 'video',
  isLarge = false,
): void {
  const wanted: readonly string[] = WANTED_CODECS[isLarge ? 'stage' : medium];
  const all = RTCRtpReceiver.getCapabilities(medium)?.codecs ?? [];
  const codecs = all.filter(
    (codec) => wanted.includes(codec.mimeType.toLowerCase()) && isPlain(codec),
  );
  // RTX alone is no codec; a browser without VP8 sends what it has and the server says no.
  if (codecs.some((codec) => !codec.mimeType.toLowerCase().endsWith('/rtx'))) {
    transceiver.setCodecPreferences(codecs);
  }
}

/** One PeerConnection and what belongs to it alone. */
interface Link {
  pc: RTCPeerConnection;
  senders: Partial<Record<TrackKind, RTCRtpSender>>;
  streams: Map<string, MediaStream>;
  slots: Slots;
  pulse: Pulse;
}

export class Media {
  /** What is shown and heard. */
  private current: Link | null = null;
  /** A rejoin on its way; it takes over once it is up, so that a good picture stays till then. */
  private incoming: Link | null = null;
  private outgoing: Partial<Record<TrackKind, MediaStreamTrack | null>> = {};
  private readonly videos = new Map<string, HTMLVideoElement>();
  private readonly audios = new Map<string, HTMLAudioElement>();
  private readonly names: string[];
  private isSoundOnly = false;
  private attempt = 0;
  private timer: number | undefined;
  private blockedTimer: number | undefined;
  private isBlocked = false;
  /** Counts what `connect` was asked for: of two at a time the later one goes on. */
  private turn = 0;
  private isClosed = false;
  private sinkId: string | null = null;
  private readonly stopWatchingNetwork: () => void;

  constructor(private readonly options: MediaOptions) {
    this.names = slotNames(options.galleryCount);
    this.stopWatchingNetwork = onNetworkChanged(() => this.renew());
  }

  /** Bring up a connection; one that lives already stays until the new one can replace it. */
  async connect(): Promise<void> {
    if (this.isClosed) return;
    window.clearTimeout(this.timer);
    this.turn += 1;
    const turn = this.turn;
    const servers = await this.options.servers();
    if (turn !== this.turn || !this.isOpen()) return;
    if (this.incoming) close(this.incoming);
    const link = this.newLink(servers);
    this.incoming = link;
    if (!this.current) this.takeOver(link);
    if (this.current?.pc.connectionState !== 'connected') {
      this.tell('connecting');
    }
    const { pc } = link;
    try {
      const all = this.options.sends() ? SEND : [];
      const lines = this.isSoundOnly ? all.filter(({ kind }) => kind === 'microphone') : all;
      const sending = lines.map(({ kind, medium }) => addSender(link, kind, medium));
      // Without a stage all voices go to the slots that are nobody's.
      const names = this.isSoundOnly
        ? this.names.filter((slot) => /^audio\d+$/.test(slot))
        : this.names;
      const receiving = names.map((slot) => addSlot(link, slot));
      if (this.current === link) this.attach(link);
      // Not waiting for candidates: the server is ICE-lite and learns where we are from our checks.
      await pc.setLocalDescription(await pc.createOffer());
      const answer = await this.options.offer({
        sdp: pc.localDescription?.sdp ?? '',
        tracks: byMid(sending),
        slots: byMid(receiving),
      });
      if (!this.isOurs(link)) return;
      await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      this.expect(link);
      for (const { kind } of SEND) await this.put(link, kind);
    } catch (error) {
      if (!this.isOurs(link)) return;
      if (error instanceof ApiError && error.code === 'sound_only') {
        this.noRoom(link);
        return;
      }
      const isAway = error instanceof ApiError && error.code === 'unreachable';
      if (!isAway) console.warn('media: no connection', error);
      this.retry();
    }
  }

  /** Voices without pictures, or both again. */
  async hearOnly(isSoundOnly: boolean): Promise<void> {
    this.setSoundOnly(isSoundOnly);
    await this.connect();
  }

  private setSoundOnly(isSoundOnly: boolean): void {
    this.isSoundOnly = isSoundOnly;
    this.options.listener.onSoundOnly(isSoundOnly);
  }

  /** Not for pictures: who hears already goes on hearing, others may ask again or hear only. */
  private noRoom(link: Link): void {
    if (link !== this.current && this.current?.pc.connectionState === 'connected') {
      close(link);
      this.incoming = null;
      this.setSoundOnly(true);
      return;
    }
    this.options.listener.onStatus('full');
    this.timer = window.setTimeout(() => void this.connect(), FULL_MS);
  }

  /** The way the media took is gone, or another one is better: beside it, at once. */
  renew(): void {
    if (this.isClosed || this.incoming !== null || this.current === null) return;
    void this.connect();
  }

  /** The server has let go of the connection: the browser would take half a minute to notice. */
  lost(): void {
    if (this.isClosed || this.incoming !== null) return;
    this.retry();
  }

  send(kind: TrackKind, track: MediaStreamTrack | null): void {
    this.outgoing[kind] = track;
    for (const link of this.links()) void this.put(link, kind);
  }

  assign(assignments: SlotAssignment[]): void {
    // While two connections live, nothing says which of them is meant: the one that loses is
    // closed, the other gets its full list again.
    let hasChanged = false;
    for (const assignment of assignments) {
      for (const link of this.links()) {
        hasChanged = link.slots.assign(assignment) || hasChanged;
        if (assignment.rtp !== null && assignment.participant_id !== null) {
          window.setTimeout(() => {
            if (link.slots.settle(assignment.slot, assignment)) this.tellOccupants();
          }, FRAME_PATIENCE_MS);
        }
      }
    }
    if (hasChanged) this.tellOccupants();
  }

  /** The element that shows a slot; whoever shows it moves it into their part of the page. */
  videoOf(slot: string): HTMLVideoElement | null {
    return this.videos.get(slot) ?? null;
  }

  /** After the click that the browser wanted. */
  async allowSound(): Promise<void> {
    this.options.listener.onBlocked(false);
    await Promise.all([...this.audios.values()].map((audio) => this.play(audio)));
  }

  async setSpeaker(sinkId: string | null): Promise<void> {
    if (this.sinkId === sinkId) return;
    this.sinkId = sinkId;
    await Promise.all([...this.audios.values()].map((audio) => this.route(audio)));
  }

  /** Null when there is no connection, or none that tells. */
  async stats(): Promise<DeviceStats | null> {
    const report = await this.current?.pc.getStats().catch(() => null);
    return report ? deviceStats(report.values() as Iterable<Record<string, unknown>>) : null;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.blockedTimer);
    this.stopWatchingNetwork();
    for (const link of this.links()) close(link);
    this.current = null;
    this.incoming = null;
    for (const audio of this.audios.values()) audio.remove();
    for (const video of this.videos.values()) video.remove();
    this.audios.clear();
    this.videos.clear();
    this.options.listener.onStatus('closed');
  }

  private newLink(iceServers: RTCIceServer[]): Link {
    const pc = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceServers,
    });
    const pulse = new Pulse(
      () => packetsOver(pc),
      () => {
        if (this.current?.pc === pc) this.renew();
      },
    );
    const link: Link = {
      pc,
      senders: {},
      streams: new Map(),
      slots: new Slots(),
      pulse,
    };
    pc.addEventListener('connectionstatechange', () => this.stateChanged(link));
    return link;
  }

  private links(): Link[] {
    return [...new Set([this.current, this.incoming])].filter((link) => link !== null);
  }

  // Asked after waiting, when `isClosed` may have changed.
  private isOpen(): boolean {
    return !this.isClosed;
  }

  /** It should connect soon; when it does not, the network lets nothing through. */
  private expect(link: Link): void {
    window.clearTimeout(this.blockedTimer);
    this.blockedTimer = window.setTimeout(() => {
      if (!this.isOurs(link) || this.current?.pc.connectionState === 'connected') return;
      this.isBlocked = true;
      this.tell('blocked');
    }, BLOCKED_AFTER_MS);
  }

  /** Blocked stays blocked, however often it is tried again, until a connection comes up. */
  private tell(status: 'connecting' | 'connected' | 'failed' | 'blocked'): void {
    if (status === 'connected') this.isBlocked = false;
    this.options.listener.onStatus(this.isBlocked ? 'blocked' : status);
  }

  private isOurs(link: Link): boolean {
    return !this.isClosed && (link === this.incoming || link === this.current);
  }

  private takeOver(link: Link): void {
    const old = this.current;
    this.current = link;
    if (this.incoming === link) this.incoming = null;
    if (old && old !== link) close(old);
    this.attach(link);
    this.tellOccupants();
  }

  private attach(link: Link): void {
    for (const [slot, stream] of link.streams) {
      if (hasPicture(slot)) this.showIn(slot, stream);
      else this.playIn(slot, stream);
    }
  }

  private showIn(slot: string, stream: MediaStream): void {
    let video = this.videos.get(slot);
    if (!video) {
      video = document.createElement('video');
      video.muted = true;
      video.autoplay = true;
      video.playsInline = true;
      video.disablePictureInPicture = true;
      video.dataset.slot = slot;
      this.videos.set(slot, video);
      this.watchFrames(slot, video);
    }
    video.srcObject = stream;
    void video.play().catch(() => undefined);
  }

  private watchFrames(slot: string, video: HTMLVideoElement): void {
    if (!('requestVideoFrameCallback' in video)) return; // `assign` settles by time instead.
    const onFrame: VideoFrameRequestCallback = (_now, frame) => {
      if (this.isClosed) return;
      if (frame.rtpTimestamp !== undefined && this.current?.slots.frame(slot, frame.rtpTimestamp)) {
        this.tellOccupants();
      }
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  private playIn(slot: string, stream: MediaStream): void {
    let audio = this.audios.get(slot);
    if (!audio) {
      audio = document.createElement('audio');
      audio.autoplay = true;
      audio.hidden = true;
      audio.dataset.slot = slot;
      document.body.append(audio);
      this.audios.set(slot, audio);
      void this.route(audio);
    }
    audio.srcObject = stream;
    void this.play(audio);
  }

  private async play(audio: HTMLAudioElement): Promise<void> {
    try {
      await audio.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        this.options.listener.onBlocked(true);
      }
    }
  }

  private async route(audio: HTMLAudioElement): Promise<void> {
    if (!('setSinkId' in audio) || this.sinkId === null) return;
    await audio.setSinkId(this.sinkId).catch(() => undefined);
  }

  private async put(link: Link, kind: TrackKind): Promise<void> {
    const sender = link.senders[kind];
    const track = this.outgoing[kind] ?? null;
    if (!sender || sender.track === track) return;
    await sender.replaceTrack(track).catch(() => undefined);
  }

  private stateChanged(link: Link): void {
    if (!this.isOurs(link)) return;
    const state = link.pc.connectionState;
    if (state === 'connected') {
      window.clearTimeout(this.timer);
      window.clearTimeout(this.blockedTimer);
      this.attempt = 0;
      // An old one that heals while its successor comes up changes nothing: the server has been
      // told of the new one and lets go of the old.
      if (link !== this.current) this.takeOver(link);
      this.tell('connected');
      link.pulse.start();
    } else if (this.incoming !== null && link !== this.incoming) {
      // The old one dies while its successor is on the way: no news.
    } else if (state === 'failed' || state === 'closed') {
      this.retry();
    } else if (state === 'disconnected') {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.retry(), DISCONNECTED_PATIENCE_MS);
    }
  }

  private retry(): void {
    if (this.current?.pc.connectionState !== 'connected') {
      this.tell('failed');
    }
    const wait = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)] ?? 1000;
    this.attempt += 1;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.connect(), wait);
  }

  private tellOccupants(): void {
    this.options.listener.onOccupants(this.current?.slots.shown ?? {});
  }
}

function addSender(link: Link, kind: TrackKind, medium: 'audio' | 'video') {
  const transceiver = link.pc.addTransceiver(medium, {
    direction: 'sendonly',
    sendEncodings:
      kind === 'camera' ? CAMERA_LAYERS : kind === 'screen' ? SCREEN_LAYERS : undefined,
  });
  preferCodecs(transceiver, medium);
  link.senders[kind] = transceiver.sender;
  return { transceiver, name: kind };
}

function addSlot(link: Link, slot: string) {
  const medium = hasPicture(slot) ? 'video' : 'audio';
  const transceiver = link.pc.addTransceiver(medium, { direction: 'recvonly' });
  preferCodecs(transceiver, medium, slot === 'stage' || slot === 'screen');
  link.streams.set(slot, new MediaStream([transceiver.receiver.track]));
  return { transceiver, name: slot };
}

function byMid<T extends string>(
  lines: { transceiver: RTCRtpTransceiver; name: T }[],
): Record<string, T> {
  return Object.fromEntries(lines.map(({ transceiver, name }) => [transceiver.mid ?? '', name]));
}

function close(link: Link): void {
  link.pulse.stop();
  link.pc.close();
}
