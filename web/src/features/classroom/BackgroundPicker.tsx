import { Button, FileButton, Group, Select, Text } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import {
  type Background,
  backgroundOf,
  BACKGROUNDS,
  keepOwnPicture,
  ownPicture,
} from '../../transport/background_choice';

interface Props {
  value: Background;
  isBusy: boolean;
  onChange: (background: Background) => void;
}

/** What others see behind one: the room, the room blurred, a picture that is there or one's own. */
export function BackgroundPicker({ value, isBusy, onChange }: Props) {
  const { t } = useTranslation('device');
  const [hasOwn, setOwn] = useState(() => ownPicture() !== null);
  const [hasFailed, setFailed] = useState(false);

  async function keep(file: File | null): Promise<void> {
    if (!file) return;
    setFailed(false);
    try {
      await keepOwnPicture(file);
    } catch {
      setFailed(true);
      return;
    }
    setOwn(true);
    onChange('own');
  }

  return (
    <div>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Select
          style={{ flex: 1 }}
          label={isBusy ? `${t('background.label')} · ${t('blurBusy')}` : t('background.label')}
          value={value}
          allowDeselect={false}
          data={BACKGROUNDS.filter((one) => one !== 'own' || hasOwn).map((one) => ({
            value: one,
            label: t(`background.${one}`),
          }))}
          onChange={(chosen) => onChange(backgroundOf(chosen))}
        />
        <FileButton accept="image/png,image/jpeg,image/webp" onChange={(file) => void keep(file)}>
          {(props) => (
            <Button {...props} variant="light" leftSection={<IconPhoto size={18} />}>
              {t('background.upload')}
            </Button>
          )}
        </FileButton>
      </Group>
      {hasFailed && (
        <Text size="sm" c="var(--rp-bad-text)" role="alert" mt={4}>
          {t('background.bad')}
        </Text>
      )}
    </div>
  );
}
