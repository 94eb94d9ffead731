import { useLayoutEffect, useRef } from 'react';

import { useClassroom } from './context';
import { usePage } from './store';

/**
 * A slot's picture. Its `<video>` belongs to the connection and lives as long as that does; this
 * only borrows it for its place in the page, so a new layout never interrupts a picture.
 */
export function SlotVideo({ slot, fit }: { slot: string; fit: 'cover' | 'contain' }) {
  const classroom = useClassroom();
  const media = usePage((state) => state.media);
  const holder = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const video = classroom.incoming.media?.videoOf(slot);
    const place = holder.current;
    if (!video || !place) return;
    Object.assign(video.style, { width: '100%', height: '100%', objectFit: fit, display: 'block' });
    place.append(video);
    void video.play().catch(() => undefined);
    return () => {
      if (video.parentElement === place) video.remove();
    };
  }, [classroom, slot, fit, media]);
  return <div ref={holder} style={{ position: 'absolute', inset: 0 }} />;
}

/** One's own camera or screen, straight from the device; the camera as in a mirror. */
export function LocalVideo({ kind }: { kind: 'camera' | 'screen' }) {
  const classroom = useClassroom();
  const turn = usePage((state) => state.local.turn);
  const video = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const element = video.current;
    const track = classroom.local.track(kind);
    if (!element) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (track) void element.play().catch(() => undefined);
  }, [classroom, kind, turn]);
  return (
    <video
      ref={video}
      data-local={kind}
      muted
      autoPlay
      playsInline
      style={{
        position: 'absolute',
        inset: 0,
        width: '100%',
        height: '100%',
        objectFit: kind === 'camera' ? 'cover' : 'contain',
        transform: kind === 'camera' ? 'scaleX(-1)' : undefined,
      }}
    />
  );
}
