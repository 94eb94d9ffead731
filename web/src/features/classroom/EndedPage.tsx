import { Button, Group, Text } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import type { ApiError } from '../../transport/http';
import { useUser } from '../../transport/me';
import { EmptyState } from '../../ui';
import { isFocusLost } from './focus';

const REASONS = [
  'ended',
  'removed',
  'sent_out',
  'denied',
  'room_locked',
  'taken_over',
  'signed_out',
  'left',
] as const;
type Reason = (typeof REASONS)[number];

interface Props {
  reason: string;
  error: ApiError | null;
  recordingId: string | null;
  onRejoin: () => void;
}

const signInPath = (): string =>
  `/sign-in?next=${encodeURIComponent(window.location.pathname)}`;

/** Why one is outside again, and where to go from here. */
export function EndedPage({ reason, error, recordingId, onRejoin }: Props) {
  const { t } = useTranslation('classroom');
  useEffect(() => {
    // The class has gone with whatever had the focus.
    if (isFocusLost()) document.getElementById('main')?.focus();
  }, []);
  const user = useUser();
  const known: Reason | 'refused' =
    error?.code === 'session_ended'
      ? 'ended'
      : (REASONS.find((one) => one === reason || one === error?.code) ?? 'refused');
  const hint = known === 'refused' ? (error?.message ?? '') : t(`ended.${known}Body`);
  const canRejoin = ['left', 'taken_over', 'sent_out', 'room_locked'].includes(known);
  const showsRecording = known === 'ended' && recordingId !== null;
  return (
    <EmptyState
      order={1}
      title={t(`ended.${known}`)}
      hint={hint}
      icon={<IconDoorExit size={28} />}
      action={
        <>
          {showsRecording && (
            <Text c="dimmed" maw={440}>
              {t('ended.recordingSoon')}
            </Text>
          )}
          <Group mt="sm" justify="center">
            {showsRecording && (
              <Button component={Link} href={`/recordings/${recordingId}`}>
                {t('ended.recording')}
              </Button>
            )}
            {canRejoin && (
              <Button onClick={onRejoin}>
                {known === 'taken_over' ? t('ended.useHere') : t('ended.rejoin')}
              </Button>
            )}
            {known === 'signed_out' && (
              // A new page, for this one still believes that one is signed in.
              <Button component="a" href={signInPath()}>
                {t('ended.signIn')}
              </Button>
            )}
            {user && known !== 'signed_out' && (
              <Button component={Link} href="/" variant="light">
                {t('ended.home')}
              </Button>
            )}
          </Group>
        </>
      }
    />
  );
}
