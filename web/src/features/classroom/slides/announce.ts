import { i18next } from '../../../i18n';
import type { SessionSnapshot, WireEvent } from '../../../protocol';

/** What the polite live region says about slides. Whoever turned the page knows. */
export function announceSlides(session: SessionSnapshot, event: WireEvent): string | null {
  const now = session.presentation;
  switch (event.type) {
    case 'slides_presented':
    case 'slide_changed':
      if (!now || event.data.by === session.me) return null;
      return i18next.t('slides:say.page', {
        page: now.page,
        count: now.page_count,
        title: now.title,
      });
    case 'slides_browsing_changed':
      return i18next.t(event.data.may_browse ? 'slides:say.browse' : 'slides:say.follow');
    case 'slides_stopped':
      return i18next.t('slides:say.stopped');
    default:
      return null;
  }
}
