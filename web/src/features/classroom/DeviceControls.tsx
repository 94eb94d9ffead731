import { Button, Group, Progress, Select, Stack, Switch, Text } from '@mantine/core';
import { IconVolume } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import {
  canChooseSpeaker,
  type DeviceChoice,
  type Devices,
  type DeviceTrouble,
  listDevices,
  meterLevel,
  onDevicesChanged,
  playTestTone,
} from '../../transport/devices';
import { BackgroundPicker } from './BackgroundPicker';
import { useClassroom } from './context';
import { usePage } from './store';

const NO_DEVICES: Devices = { microphones: [], cameras: [], speakers: [] };

/** Pickers, level meter, test sound, noise and background: before joining and in class alike. */
export function DeviceControls() {
  const { t } = useTranslation('device');
  const classroom = useClassroom();
  const { choice, trouble, hasCamera, hasMicrophone, turn } = usePage((state) => state.local);
  const [devices, setDevices] = useState(NO_DEVICES);
  const [isTesting, setTesting] = useState(false);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    // Labels are only given once a device has been allowed: ask again when tracks change.
    const refresh = () => void listDevices().then(setDevices);
    refresh();
    return onDevicesChanged(refresh);
  }, [turn]);
  const choose = (change: Partial<DeviceChoice>) => {
    setBusy(true);
    void classroom.tracks.choose(change).finally(() => setBusy(false));
  };
  return (
    <Stack gap="sm">
      <Picker
        label={t('microphone')}
        devices={devices.microphones}
        value={choice.microphoneId}
        trouble={trouble.microphone}
        onChange={(microphoneId) => choose({ microphoneId })}
        onRetry={() => void classroom.tracks.retry('microphone')}
      />
      {hasMicrophone && <LevelMeter />}
      <Switch
        label={t('noise')}
        checked={choice.suppressesNoise}
        onChange={(event) => choose({ suppressesNoise: event.currentTarget.checked })}
      />
      <Picker
        label={t('camera')}
        devices={devices.cameras}
        value={choice.cameraId}
        trouble={trouble.camera}
        onChange={(cameraId) => choose({ cameraId })}
        onRetry={() => void classroom.tracks.retry('camera')}
      />
      <BackgroundPicker
        value={choice.background}
        isBusy={isBusy && choice.background !== 'none' && hasCamera}
        onChange={(background) => choose({ background })}
      />
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <div style={{ flex: 1 }}>
          <Picker
            label={t('speaker')}
            devices={canChooseSpeaker() ? devices.speakers : []}
            value={choice.speakerId}
            emptyLabel={t('default')}
            onChange={(speakerId) => choose({ speakerId })}
          />
        </div>
        <Button
          variant="light"
          leftSection={<IconVolume size={18} />}
          loading={isTesting}
          onClick={() => {
            setTesting(true);
            void playTestTone(choice.speakerId).finally(() => setTesting(false));
          }}
        >
          {t('test')}
        </Button>
      </Group>
    </Stack>
  );
}

interface PickerProps {
  label: string;
  devices: MediaDeviceInfo[];
  value: string | null;
  trouble?: DeviceTrouble;
  emptyLabel?: string;
  onChange: (id: string | null) => void;
  onRetry?: () => void;
}

function Picker({ label, devices, value, trouble, emptyLabel, onChange, onRetry }: PickerProps) {
  const { t } = useTranslation('device');
  const known = devices.some((device) => device.deviceId === value);
  const [first] = devices;
  // Where none works none is chosen, so that the only one there is can be chosen, too.
  const shown = first === undefined ? '' : trouble ? null : known ? value : first.deviceId;
  const nothing = trouble === 'denied' ? t('notAllowed') : (emptyLabel ?? t('none'));
  return (
    <div>
      <Select
        label={label}
        value={shown}
        placeholder={t('choose')}
        allowDeselect={false}
        disabled={devices.length === 0}
        data={
          devices.length === 0
            ? [{ value: '', label: nothing }]
            : devices.map((device, index) => ({
                value: device.deviceId,
                label: device.label || `${label} ${index + 1}`,
              }))
        }
        onChange={(id) => onChange(id || null)}
      />
      {trouble && (
        <Group gap="xs" mt={4} wrap="nowrap" align="flex-start">
          <Text size="sm" c="var(--rp-bad-text)" role="alert" flex={1}>
            {t(`trouble.${trouble}`)}
          </Text>
          {onRetry && trouble !== 'insecure' && (
            <Button size="compact-xs" variant="light" onClick={onRetry}>
              {t('retry')}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}

function LevelMeter() {
  const { t } = useTranslation('device');
  const classroom = useClassroom();
  const turn = usePage((state) => state.local.turn);
  const [level, setLevel] = useState(0);
  useEffect(() => {
    // The raw track, cloned: the meter shows what the microphone hears while one is muted too.
    const track = classroom.local.rawTrack('microphone')?.clone();
    if (!track) return;
    track.enabled = true;
    const stop = meterLevel(track, setLevel);
    return () => {
      stop();
      track.stop();
    };
  }, [classroom, turn]);
  return (
    <div>
      <Progress
        value={level * 100}
        color="teal"
        size="md"
        transitionDuration={60}
        aria-label={t('level')}
        data-testid="mic-level"
      />
      <Text size="xs" c="dimmed" mt={2}>
        {t('levelHint')}
      </Text>
    </div>
  );
}
