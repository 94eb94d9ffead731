import { Text, Title } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DeckView, OrderSlides, RenameSlides } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { Card, ErrorState, Loading, toast, useErrorText } from '../../ui';
import { Decks, Uploads } from '../../ui/slides';

/** What will be shown in class, made ready before it. */
export function SlidesCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('slides');
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/slides`;
  const { data, error, reload } = useResource<DeckView[]>(path);
  const [uploads] = useState(() => new Uploads(sessionId, reload));
  useEffect(() => () => uploads.close(), [uploads]);

  const changes = useMemo(() => {
    async function done(work: Promise<unknown>): Promise<boolean> {
      try {
        await work;
        return true;
      } catch (reason) {
        toast(errorText(reason), { tone: 'bad' });
        return false;
      } finally {
        reload();
      }
    }
    const one = (deckId: string) => `${path}/${deckId}`;
    return {
      rename: (deckId: string, name: string) =>
        done(http.patch(one(deckId), { name } satisfies RenameSlides)),
      order: (deckIds: string[]) =>
        done(http.put(`${path}/order`, { deck_ids: deckIds } satisfies OrderSlides)),
      remove: (deckId: string) => done(http.delete(one(deckId))),
      restore: (deckId: string) => done(http.post(`${one(deckId)}/restore`)),
    };
  }, [path, reload, errorText]);

  return (
    <Card component="section" p="lg" aria-label={t('title')}>
      <Title order={2} size="h4">
        {t('title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('before')}
      </Text>
      {error && !data ? (
        <ErrorState error={error} onRetry={reload} />
      ) : !data ? (
        <Loading rows={1} height={76} />
      ) : (
        <Decks port={{ sessionId, decks: data, uploads, ...changes }} />
      )}
    </Card>
  );
}
