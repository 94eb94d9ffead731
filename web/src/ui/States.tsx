import { Button, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconMoodEmpty } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../transport/http';

interface StateProps {
  title: string;
  /** 1 where the state is the whole page. */
  order?: 1 | 2;
  hint?: string;
  icon?: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet, and what to do about it. */
export function EmptyState({ title, hint, icon, action, order = 2 }: StateProps) {
  return (
    <Stack align="center" gap="xs" py="clamp(16px, 3vh, 40px)" px="md" ta="center">
      <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
        {icon ?? <IconMoodEmpty size={28} />}
      </ThemeIcon>
      <Title order={order} size="h4">
        {title}
      </Title>
      {hint && (
        <Text c="dimmed" maw={440}>
          {hint}
        </Text>
      )}
      {action}
    </Stack>
  );
}

const KNOWN = [
  'unreachable',
  'not_signed_in',
  'not_allowed',
  'not_found',
  'throttled',
  'internal',
] as const;

/** The reader's words for an error: ours when the code is known, the server's otherwise. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return t('error.title');
    const known = KNOWN.find((code) => code === error.code);
    return known ? t(`error.${known}`) : error.message || t('error.title');
  };
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  return (
    <Stack align="center" gap="xs" py={40} px="md" ta="center" role="alert">
      <ThemeIcon size={56} radius="xl" variant="light" color="coral" aria-hidden>
        <IconAlertTriangle size={28} />
      </ThemeIcon>
      <Title order={2} size="h4">
        {t('error.title')}
      </Title>
      <Text c="dimmed" maw={440}>
        {text(error)}
      </Text>
      {onRetry && (
        <Button variant="light" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </Stack>
  );
}

export function Loading({ rows = 3, height = 72 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} radius="lg" />
      ))}
    </Stack>
  );
}
