import { i18next } from '../../../i18n';
import type { SessionSnapshot, WireEvent } from '../../../protocol';
import { ownRoom } from './select';

const nameOf = (session: SessionSnapshot, id: unknown): string =>
  session.participants.find((one) => one.participant_id === id)?.name ?? '';

const hosts = (session: SessionSnapshot): boolean =>
  session.participants.some(
    (one) => one.participant_id === session.me && one.role === 'facilitator',
  );

/** What the polite live region says about rooms; null for what does not concern oneself. */
export function announceRooms(session: SessionSnapshot, event: WireEvent): string | null {
  const { data, type } = event;
  const room = ownRoom(session);
  switch (type) {
    case 'breakouts_opened':
      return room
        ? i18next.t('breakouts:say.opened', { name: room.name })
        : i18next.t('breakouts:say.openedHost');
    case 'participant_moved':
      if (data.participant_id !== session.me) return null;
      return room
        ? i18next.t('breakouts:say.moved', { name: room.name })
        : i18next.t('breakouts:say.back');
    case 'breakouts_warned':
      return i18next.t('breakouts:say.warned', {
        count: Math.round(Number(data.left_ms) / 60_000),
      });
    case 'breakouts_extended':
      return i18next.t('breakouts:say.extended');
    case 'breakouts_closing':
      return i18next.t('breakouts:say.closing', {
        count: Math.max(0, Math.round((Number(data.closes_at_ms) - event.at_ms) / 1000)),
      });
    case 'breakouts_closed':
      return i18next.t('breakouts:say.closed');
    case 'help_called':
      return hosts(session)
        ? i18next.t('breakouts:say.help', { name: nameOf(session, data.participant_id) })
        : null;
    case 'broadcast_sent':
      return i18next.t('breakouts:say.broadcast', {
        name: nameOf(session, data.participant_id),
        text: String(data.text ?? ''),
      });
    default:
      return null;
  }
}
