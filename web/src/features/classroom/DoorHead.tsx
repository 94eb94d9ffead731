import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { formatDateTime } from '../../i18n';
import type { JoinWishes } from './classroom';

export interface Lobby {
  title: string;
  name: string;
  facilitators: string[];
  startsAt: string | null;
  state: 'scheduled' | 'live' | 'ended';
  records: boolean;
  /** Only here to watch: no device is needed. */
  watches: boolean;
  startsSession: boolean;
}

export interface DoorProps {
  lobby: Lobby;
  onJoin: (wishes: JoinWishes) => void;
}

/** What every door says: into which class, when it is and who holds it. */
export function DoorHead({ lobby }: { lobby: Lobby }) {
  const { t } = useTranslation('device');
  const parts = [
    lobby.state === 'live' ? t('live') : null,
    lobby.state === 'scheduled' && lobby.startsAt
      ? t('scheduled', { time: formatDateTime(lobby.startsAt) })
      : null,
    lobby.facilitators.length > 0 ? t('by', { names: lobby.facilitators.join(', ') }) : null,
  ];
  return (
    <div>
      <Title order={1} size="h3">
        {t('title')}
      </Title>
      <Text fw={600} mt={4}>
        {lobby.title}
      </Text>
      <Text c="dimmed" size="sm">
        {parts.filter(Boolean).join(' · ')}
      </Text>
    </div>
  );
}
