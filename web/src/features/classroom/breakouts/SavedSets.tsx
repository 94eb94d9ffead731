import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { BreakoutSetView } from '../../../protocol';
import { http } from '../../../transport/http';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { useSession } from '../store';

interface EarlierSet {
  set_id: string;
  session_id: string;
  session_title: string;
  name: string;
  rooms: { name: string; task: string; participant_ids: string[]; missing: number }[];
}

type Usable = Pick<BreakoutSetView, 'set_id' | 'name'> & {
  rooms: { name: string; task: string; participant_ids: string[] }[];
};

/** Sets of this session and of others of the course, to be used once more. */
export function SavedSets({ onUsed }: { onUsed: () => void }) {
  const { t } = useTranslation('breakouts');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const sets = useSession((session) => session.breakout_sets);
  const hasRooms = useSession((session) => session.breakouts !== null);
  const [earlier, setEarlier] = useState<EarlierSet[]>([]);
  const [name, setName] = useState('');
  const { sessionId } = classroom;
  useEffect(() => {
    let isGone = false;
    http
      .get<EarlierSet[]>(`/sessions/${sessionId}/breakout-sets`)
      .then((found) => {
        if (!isGone) setEarlier(found);
      })
      // Without them there are this session's own.
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [sessionId]);

  async function use(set: Usable) {
    const isUsed = await classroom.command({
      type: 'draft_breakouts',
      names: set.rooms.map((room) => room.name),
      tasks: set.rooms.map((room) => room.task),
      assignment: Object.fromEntries(
        set.rooms.flatMap((room, index) => room.participant_ids.map((id) => [id, index])),
      ),
      duration_ms: 600_000,
    });
    if (isUsed) onUsed();
  }

  return (
    <section>
      <h3 className={panel.heading}>{t('sets')}</h3>
      {sets.length === 0 && earlier.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noSets')}
        </Text>
      )}
      <ul className={panel.list}>
        {sets.map((set) => (
          <li key={set.set_id} className={panel.person}>
            <span className={panel.name}>{set.name}</span>
            <Button size="compact-sm" variant="light" onClick={() => void use(set)}>
              {t('use')}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('deleteSet', { name: set.name })}
              onClick={() =>
                void classroom.command({ type: 'delete_breakout_set', set_id: set.set_id })
              }
            >
              {common('action.delete')}
            </Button>
          </li>
        ))}
        {earlier.map((set) => (
          <li key={set.set_id} className={panel.person}>
            <span className={panel.who}>
              <span className={panel.name}>{set.name}</span>
              <br />
              <span className={panel.note}>{set.session_title}</span>
            </span>
            <Button size="compact-sm" variant="light" onClick={() => void use(set)}>
              {t('use')}
            </Button>
          </li>
        ))}
      </ul>
      {hasRooms && (
        <Group
          component="form"
          gap="xs"
          mt="xs"
          wrap="nowrap"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault();
            const wanted = name.trim();
            if (wanted === '') return;
            void classroom
              .command({ type: 'save_breakout_set', name: wanted })
              .then((isSaved) => isSaved && setName(''));
          }}
        >
          <TextInput
            flex={1}
            size="sm"
            value={name}
            maxLength={80}
            aria-label={t('setName')}
            placeholder={t('setName')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" variant="light" disabled={name.trim() === ''}>
            {t('saveSet')}
          </Button>
        </Group>
      )}
    </section>
  );
}
