import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { isFacilitator } from '../selectors';
import { useSession } from '../store';
import shared from './parts.module.css';
import { DebateResults } from '../../../ui/debate';
import { isScored, resultOf } from './judging';
import { formOf, isOver } from './model';
import { Heading, useName, useSend, useText } from './parts';

/** Hidden until a facilitator reveals it; then the same for everyone. */
export function ResultCard({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const hosts = useSession(isFacilitator);
  const text = useText();
  const name = useName();
  const result = resultOf(debate);
  if (!result) {
    if (!isOver(debate)) return null;
    const missing = debate.adjudicators.length - debate.sheets.length;
    return (
      <section aria-label={t('result.title')}>
        <Heading>{t('result.title')}</Heading>
        <div className={shared.note}>
          {debate.ballot !== null ? t('result.ballotOpen') : t('result.hidden')}
          {missing > 0 && isScored(debate) && ` ${t('result.sheetsMissing', { count: missing })}`}
        </div>
        {hosts && (
          <Button
            mt={8}
            fullWidth
            disabled={debate.ballot !== null}
            onClick={() => void send({ type: 'reveal_debate', debate_id: debate.debate_id })}
          >
            {t('result.reveal')}
          </Button>
        )}
      </section>
    );
  }
  const sides = formOf(debate).sides.map((one) => ({
    side: one.id,
    name: text(one.name),
    stance: one.stance,
  }));
  return (
    <section aria-label={t('result.title')} data-testid="debate-result">
      <Heading>{t('result.title')}</Heading>
      <DebateResults result={result} sides={sides} nameOf={name} />
    </section>
  );
}
