import { Button, Group } from '@mantine/core';
import { IconHandStop, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { DebateView } from '../../../protocol';
import { useSession } from '../store';
import shared from './parts.module.css';
import { formOf, isChair, partOf, pointOffer, sideOf, speakerOf } from './model';
import { Heading, SideName, useName, useNow, useSend } from './parts';

/** Points of information: offering one, answering those offered, cutting one off. */
export function Points({ debate }: { debate: DebateView }) {
  const { t } = useTranslation('debate');
  const send = useSend();
  const name = useName();
  const now = useNow(debate.since_ms !== null, 500);
  const session = useSession((state) => state);
  const part = partOf(debate);
  if (!part || debate.stage !== 'running' || !formOf(debate).poi.allowed) return null;
  const debate_id = debate.debate_id;
  const offer = pointOffer(debate, session.me, now);
  const isSpeaker = speakerOf(debate) === session.me;
  const chairs = isChair(session, debate);
  const isOffering = debate.points.includes(session.me);
  const makes = debate.point === session.me;
  if (offer === 'never' && debate.points.length === 0 && debate.point === null) return null;
  return (
    <section aria-label={t('point.title')}>
      {offer !== 'never' && !makes && (
        <Button
          fullWidth
          size="md"
          variant={isOffering ? 'light' : 'filled'}
          disabled={!isOffering && offer === 'closed'}
          leftSection={<IconHandStop size={18} aria-hidden />}
          onClick={() =>
            void send({ type: isOffering ? 'withdraw_point' : 'offer_point', debate_id })
          }
        >
          {isOffering ? t('point.withdraw') : t('point.offer')}
        </Button>
      )}
      {offer === 'closed' && !isOffering && (
        <div className={shared.note}>{t('point.closed')}</div>
      )}
      {isOffering && <div className={shared.note}>{t('point.waiting')}</div>}
      {debate.point !== null && (isSpeaker || chairs || makes) && (
        <Button
          fullWidth
          mt={6}
          color="coral.7"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() => void send({ type: 'end_point', debate_id })}
        >
          {makes ? t('point.finish') : t('point.cutOff')}
        </Button>
      )}
      {debate.points.length > 0 && (
        <>
          <Heading>{t('point.offered')}</Heading>
          <ul className={shared.list}>
            {debate.points.map((id) => (
              <li key={id} className={shared.personLine}>
                <span className={shared.personName}>{name(id)}</span>
                <SideName debate={debate} side={sideOf(debate, id)} />
                {(isSpeaker || chairs) && (
                  <Group gap={4} wrap="nowrap">
                    {isSpeaker && (
                      <Button
                        size="compact-sm"
                        color="teal.7"
                        disabled={debate.point !== null}
                        aria-label={t('point.acceptName', { name: name(id) })}
                        onClick={() =>
                          void send({
                            type: 'answer_point',
                            debate_id,
                            participant_id: id,
                            is_accepted: true,
                          })
                        }
                      >
                        {t('point.accept')}
                      </Button>
                    )}
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('point.declineName', { name: name(id) })}
                      onClick={() =>
                        void send({
                          type: 'answer_point',
                          debate_id,
                          participant_id: id,
                          is_accepted: false,
                        })
                      }
                    >
                      {t('point.decline')}
                    </Button>
                  </Group>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
