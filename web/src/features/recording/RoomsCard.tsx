import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { formatClock } from '../../i18n';
import type { RecordedRoom, Recording } from '../../protocol';
import { Card } from '../../ui';
import { usePlayer } from './player';
import { canBeWatched, roomName } from './rooms';

/** Breakout rooms one may enter again; the recording itself stayed in the main room meanwhile. */
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
            key={room.number}
            room={room}
            isOpen={canBeWatched(recording, room)}
            recordingId={recording.summary.recording_id}
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
  isOpen,
  recordingId,
  names,
  onSeek,
}: {
  room: RecordedRoom;
  isOpen: boolean;
  recordingId: string;
  names: string[];
  onSeek: (ms: number) => void;
}) {
  const { t, i18n } = useTranslation('recording');
  const own = roomName(room, i18n.language);
  const name = room.debate_id === null ? own : t('rooms.side', { name: own });
  const isHeard = room.audio_url !== null;
  return (
    <section aria-label={name}>
      <Text fw={650}>{name}</Text>
      {room.task !== '' && <Text size="sm">{room.task}</Text>}
      <Text size="sm" c="dimmed">
        {isHeard ? names.filter((one) => one !== '').join(', ') : t(isOpen ? 'rooms.seen' : 'rooms.silent')}
      </Text>
      <Group gap="xs" mt={4}>
        {isOpen && (
          <Button
            component={Link}
            href={`/recordings/${recordingId}?room=${room.number}`}
            size="compact-sm"
            variant="light"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            aria-label={t('rooms.watch', { name })}
          >
            {t('rooms.enter', { time: formatClock(room.end_ms - room.start_ms) })}
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={() => onSeek(room.start_ms)}>
          {t('rooms.goTo', { time: formatClock(room.start_ms) })}
        </Button>
      </Group>
    </section>
  );
}
