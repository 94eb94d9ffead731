import { useTranslation } from 'react-i18next';

import type { Recording } from '../../protocol';
import { usePlayerState } from './player';
import { boardAt, slideAt } from './slides';

/** What stands on the stage, for who cannot see it. Found when looked for, not said. */
export function StageText({ recording }: { recording: Recording }) {
  const hasBoard = usePlayerState((state) => boardAt(recording.boards, state.timeMs) !== null);
  return hasBoard ? <BoardText recording={recording} /> : <SlideText recording={recording} />;
}

function BoardText({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const { boards } = recording;
  const id = usePlayerState((state) => boardAt(boards, state.timeMs)?.picture_id ?? null);
  const board = boards.find((one) => one.picture_id === id);
  if (board === undefined) return null;
  return (
    <section className="sr-only" aria-label={t('board.label')} data-testid="board-text">
      <p>{board.text === '' ? t('board.noText') : board.text}</p>
    </section>
  );
}

function SlideText({ recording }: { recording: Recording }) {
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
