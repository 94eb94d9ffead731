import { Button, Stack } from '@mantine/core';
import { IconPresentation } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DeckView } from '../../protocol';
import { moved } from '../plan/progress';
import { useReorder } from '../plan/useReorder';
import { EmptyState } from '../States';
import { toast } from '../toast';
import { DeckRow } from './DeckRow';
import classes from './decks.module.css';
import { UploadList } from './UploadList';
import type { Uploads } from './uploads';

/**
 * How the list reaches the session: by commands in class, over HTTP before it. Each change says
 * whether it was made; who makes it also says what stood in its way.
 */
export interface DeckPort {
  sessionId: string;
  /** In their order, the deleted ones too. */
  decks: DeckView[];
  uploads: Uploads;
  rename: (deckId: string, name: string) => Promise<boolean>;
  order: (deckIds: string[]) => Promise<boolean>;
  remove: (deckId: string) => Promise<boolean>;
  restore: (deckId: string) => Promise<boolean>;
  /** In class. */
  stage?: {
    presentedId: string | null;
    present: (deckId: string, page: number) => void;
    stop: () => void;
  };
}

/** The decks of the session: upload, look through, order, rename, delete and bring back. */
export function Decks({ port }: { port: DeckPort }) {
  const { t } = useTranslation('slides');
  const { t: plan } = useTranslation('plan');
  const [said, setSaid] = useState('');
  const [wished, setWished] = useState<Wish | null>(null);
  // A wish is what is seen until the list that comes back says how it went.
  const isWaiting = wished !== null && wished.from === port.decks;
  const kept = (isWaiting ? wished.to : port.decks).filter((deck) => !deck.is_deleted);

  function move(from: number, to: number) {
    const next = moved(kept, from, to);
    setSaid(plan('movedTo', { title: kept[from]?.name ?? '', place: to + 1, count: kept.length }));
    setWished({ from: port.decks, to: next });
    void port.order(next.map((deck) => deck.deck_id)).then((isDone) => {
      if (!isDone) setWished(null);
    });
  }
  async function remove(deck: DeckView) {
    if (!(await port.remove(deck.deck_id))) return;
    toast(t('deleted', { name: deck.name }), { onUndo: () => void port.restore(deck.deck_id) });
  }
  const order = useReorder(kept.length, move);

  return (
    <Stack gap="md">
      <UploadList uploads={port.uploads} />
      {kept.length === 0 && (
        <EmptyState
          title={t('none')}
          hint={t('noneHint')}
          icon={<IconPresentation size={28} />}
        />
      )}
      {kept.length > 0 && (
        <ol className={classes.list} ref={order.list} aria-label={t('decks')}>
          {kept.map((deck, at) => (
            <DeckRow
              key={deck.deck_id}
              deck={deck}
              at={at}
              count={kept.length}
              port={port}
              order={order}
              onMove={(to) => move(at, to)}
              onRemove={() => void remove(deck)}
            />
          ))}
        </ol>
      )}
      <div className="sr-only" aria-live="polite">
        {said}
      </div>
      <Deleted port={port} />
    </Stack>
  );
}

interface Wish {
  from: DeckView[];
  to: DeckView[];
}

/** Brought back long after the toast has gone. */
function Deleted({ port }: { port: DeckPort }) {
  const { t } = useTranslation('slides');
  const decks = port.decks.filter((deck) => deck.is_deleted);
  if (decks.length === 0) return null;
  return (
    <details>
      <summary className={classes.summary}>{t('deletedDecks', { count: decks.length })}</summary>
      <ul className={classes.list}>
        {decks.map((deck) => (
          <li key={deck.deck_id} className={classes.uploading}>
            <span className={classes.what}>{deck.name}</span>
            <Button
              size="compact-md"
              variant="light"
              aria-label={t('restoreDeck', { name: deck.name })}
              onClick={() => void port.restore(deck.deck_id)}
            >
              {t('restore')}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
