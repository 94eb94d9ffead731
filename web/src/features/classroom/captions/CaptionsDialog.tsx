import { Modal, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { formatClock } from '../../../i18n';
import { useClassroom } from '../context';
import { usePage } from '../store';
import { Line } from './CaptionArea';
import classes from './captions.module.css';
import { type CaptionSize, SIZES } from './state';

/** Settings, and all that was said since captions were on. */
export function CaptionsDialog() {
  const { t } = useTranslation(['captions', 'common']);
  const classroom = useClassroom();
  const opened = usePage((state) => state.dialog === 'captions');
  const close = () => classroom.store.setState({ dialog: null });
  return (
    <Modal
      opened={opened}
      onClose={close}
      centered
      title={t('title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <Content />
    </Modal>
  );
}

function Content() {
  const { t } = useTranslation('captions');
  const classroom = useClassroom();
  const { wants, size, isSpoken, lines, language } = usePage((state) => state.captions);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // In braces: new browsers answer with a promise, which React would take for a way to clean up.
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [lines.length]);
  return (
    <Stack gap="md">
      <Switch
        label={t('wants')}
        checked={wants}
        onChange={() => void classroom.captions.toggle()}
      />
      <div>
        <Text size="sm" fw={500} id="caption-size">
          {t('size.label')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="caption-size"
          value={size}
          onChange={(value) => classroom.captions.set({ size: value as CaptionSize })}
          data={SIZES.map((value) => ({ value, label: t(`size.${value}`) }))}
        />
      </div>
      <Switch
        label={t('spoken')}
        description={t('spokenHint')}
        checked={isSpoken}
        onChange={(event) => classroom.captions.set({ isSpoken: event.currentTarget.checked })}
      />
      <div>
        <Text size="sm" fw={500}>
          {t('said')}
        </Text>
        {lines.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('nothing')}
          </Text>
        ) : (
          // A list that scrolls must be reachable by the keyboard.
          <ol className={classes.said} tabIndex={0} aria-label={t('said')} lang={language}>
            {lines.map((line) => (
              <li key={line.line_id} ref={line === lines.at(-1) ? end : undefined}>
                <time className={classes.time}>{formatClock(line.at_ms)}</time>
                <Line line={line} />
              </li>
            ))}
          </ol>
        )}
        <Text size="xs" c="dimmed" mt={6}>
          {t('notKept')}
        </Text>
      </div>
    </Stack>
  );
}
