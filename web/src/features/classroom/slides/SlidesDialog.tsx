import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Dialog } from '../../../ui/Dialog';
import { type DeckPort, Decks } from '../../../ui/slides';
import { useClassroom } from '../context';
import { usePage, useSession } from '../store';

/** The decks of the session, to be presented. Facilitators only. */
export function SlidesDialog() {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const opened = usePage((state) => state.dialog === 'slides');
  const close = () => classroom.store.setState({ dialog: null });
  return (
    <Dialog isOpen={opened} onClose={close} title={t('title')} size="lg">
      <ClassDecks onPresented={close} />
    </Dialog>
  );
}

export function ClassDecks({ onPresented }: { onPresented: () => void }) {
  const classroom = useClassroom();
  const decks = useSession((session) => session.decks);
  const presentedId = useSession((session) => session.presentation?.deck_id ?? null);
  const changes = useMemo(
    () => ({
      sessionId: classroom.sessionId,
      uploads: classroom.uploads,
      rename: (deckId: string, name: string) =>
        classroom.command({ type: 'rename_deck', deck_id: deckId, name }),
      order: (deckIds: string[]) =>
        classroom.command({ type: 'order_decks', deck_ids: deckIds }),
      remove: (deckId: string) => classroom.command({ type: 'delete_deck', deck_id: deckId }),
      restore: (deckId: string) => classroom.command({ type: 'restore_deck', deck_id: deckId }),
    }),
    [classroom],
  );
  async function present(deckId: string, page: number) {
    if (await classroom.command({ type: 'present_deck', deck_id: deckId, page })) onPresented();
  }
  const port: DeckPort = {
    ...changes,
    decks,
    stage: {
      presentedId,
      present: (deckId, page) => void present(deckId, page),
      stop: () => void classroom.command({ type: 'stop_presenting' }),
    },
  };
  return <Decks port={port} />;
}
