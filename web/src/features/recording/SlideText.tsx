import { useTranslation } from 'react-i18next';

import type { Recording } from '../../protocol';
import { usePlayerState } from './player';
import { slideAt } from './slides';

/** What stands on the page in the picture, for who cannot see it. Found when looked for, not said. */
export function SlideText({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const { slides } = recording;
  const url = usePlayerState((state) => slideAt(slides, state.timeMs)?.url ?? null);
  const slide = slides.find((one) => one.url === url);
  if (slide === undefined) return null;
  return (
    <section className="sr-only" aria-label={t('slide.label')} data-testid="slide-text">
      <p>{t('slide.page', { page: slide.page, title: slide.title })}</p>
      <p>{slide.text}</p>
    </section>
  );
}
