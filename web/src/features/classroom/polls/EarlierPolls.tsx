import { Button, Stack, Title } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { formatDate } from '../../../i18n';
import type { EarlierPolls as Earlier } from '../../../protocol';
import { useResource } from '../../../transport/resource';
import { EmptyState, ErrorState, Loading } from '../../../ui';
import panel from '../Panel.module.css';
import { useSession } from '../store';
import { draftOf, type PollDraft } from './kinds';
import classes from './Polls.module.css';

/** Polls of other sessions of the course, to be asked again. */
export function EarlierPolls({
  onUse,
  onDone,
}: {
  onUse: (draft: PollDraft) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation('polls');
  const sessionId = useSession((session) => session.session_id);
  const { data, error, reload } = useResource<Earlier[]>(`/sessions/${sessionId}/polls/earlier`);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('earlier.title')}
      </Title>
      {error && <ErrorState error={error} onRetry={reload} />}
      {!error && data === null && <Loading />}
      {data?.length === 0 && (
        <EmptyState
          title={t('earlier.none')}
          hint={t('earlier.noneHint')}
          icon={<IconHistory size={28} />}
        />
      )}
      {data?.map((session) => (
        <section key={session.session_id}>
          <h3 className={panel.heading}>
            {session.session_title} · {formatDate(session.at)}
          </h3>
          {session.polls.map((poll) => (
            <div key={poll.poll_id} className={panel.person}>
              <span className={panel.who}>
                <span className={classes.grow}>{poll.question}</span>
                <br />
                <span className={classes.note}>
                  {t(`kinds.${poll.kind}`)} ·{' '}
                  {poll.state === 'draft'
                    ? t('earlier.notAsked')
                    : t('earlier.people', { count: poll.voted_count })}
                </span>
              </span>
              <Button
                size="compact-sm"
                variant="light"
                aria-label={t('earlier.useName', { question: poll.question })}
                onClick={() => onUse(draftOf(poll))}
              >
                {t('earlier.use')}
              </Button>
            </div>
          ))}
        </section>
      ))}
      <Button variant="default" onClick={onDone}>
        {t('earlier.back')}
      </Button>
    </Stack>
  );
}
