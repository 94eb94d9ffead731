import { Button, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../i18n';
import type { RecordedRoom, Recording } from '../../protocol';
import { Card } from '../../ui';
import { usePlayer } from './player';

/** What was said in breakout rooms; the recording itself stayed in the main room meanwhile. */
export function RoomsCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const rooms = recording.rooms ?? [];
  if (rooms.length === 0) return null;
  return (
    <Card component="section" aria-label={t('rooms.title')}>
      <Title order={2} size="h4" mb="xs">
        {t('rooms.title')}
      </Title>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('rooms.hint')}
        </Text>
        {rooms.map((room) => (
          <Room
            key={`${room.room_id} ${room.start_ms}`}
            room={room}
            names={room.participant_ids.map((id) => recording.participant_names[id] ?? '')}
            onSeek={(ms) => player.seek(ms)}
          />
        ))}
      </Stack>
    </Card>
  );
}

function Room({
  room,
  names,
  onSeek,
}: {
  room: RecordedRoom;
  names: string[];
  onSeek: (ms: number) => void;
}) {
  const { t } = useTranslation('recording');
  return (
    <section aria-label={room.name}>
      <Text fw={650}>{room.name}</Text>
      {room.task !== '' && <Text size="sm">{room.task}</Text>}
      <Text size="sm" c="dimmed">
        {names.filter((name) => name !== '').join(', ')}
      </Text>
      <audio
        controls
        preload="none"
        src={room.audio_url}
        aria-label={t('rooms.listen', { name: room.name })}
        style={{ width: '100%', marginTop: 4 }}
      />
      <Button size="compact-sm" variant="subtle" onClick={() => onSeek(room.start_ms)}>
        {t('rooms.goTo', { time: formatClock(room.start_ms) })}
      </Button>
    </section>
  );
}
