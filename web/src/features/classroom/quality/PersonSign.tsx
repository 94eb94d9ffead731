import { useTranslation } from 'react-i18next';

import { usePage } from '../store';
import { BARS, TONES } from './signs';

/** How somebody else's connection does; the server tells facilitators only. */
export function PersonSign({ participantId }: { participantId: string }) {
  const { t } = useTranslation('quality');
  const known = usePage((state) => state.peopleQuality[participantId]);
  if (!known?.level) return null;
  const Bars = BARS[known.level];
  const level = t(`level.${known.level}`);
  const label = known.cause ? t('person', { level, cause: t(`first.${known.cause}`) }) : level;
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      data-person-quality={known.level}
      style={{ display: 'flex', color: TONES[known.level] }}
    >
      <Bars size={18} opacity={known.level === 'good' ? 0.6 : 1} aria-hidden />
    </span>
  );
}
