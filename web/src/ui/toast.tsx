import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

import { i18next } from '../i18n';

interface ToastOptions {
  tone?: 'plain' | 'good' | 'bad';
  /** Shows an Undo button for as long as the toast stays. */
  onUndo?: () => void;
}

const COLOURS = { plain: 'indigo', good: 'teal', bad: 'coral' } as const;

export function toast(message: string, { tone = 'plain', onUndo }: ToastOptions = {}): void {
  const id = notifications.show({
    color: COLOURS[tone],
    autoClose: onUndo ? 8000 : 5000,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('action.dismiss') },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        {onUndo && (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              notifications.hide(id);
              onUndo();
            }}
          >
            {i18next.t('action.undo')}
          </Button>
        )}
      </Group>
    ),
  });
}
