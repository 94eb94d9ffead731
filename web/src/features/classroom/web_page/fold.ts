/** The web page in everyone's frame, as the events say (docs/rules.md, WE). */
import type { SessionSnapshot, WireEvent } from '../../../protocol';

type Fold = (state: SessionSnapshot, event: WireEvent) => SessionSnapshot;

export const WEB_PAGE_FOLDS: Record<string, Fold> = {
  web_page_shared: (state, { data, at_ms }) => ({
    ...state,
    web_page: {
      url: String(data.url ?? ''),
      title: String(data.title ?? ''),
      participant_id: String(data.participant_id ?? ''),
      since_ms: at_ms,
    },
  }),
  web_page_stopped: (state) => ({ ...state, web_page: null }),
};

/** What is put into the frame; null for anything but https, whatever a server says. */
export function framedUrl(url: string): string | null {
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'https:' && parsed.origin !== window.location.origin
      ? parsed.href
      : null;
  } catch {
    return null;
  }
}

export const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
};
