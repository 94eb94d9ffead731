import { ActionIcon, Alert, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { IconMicrophone, IconMicrophoneOff, IconVideo, IconVideoOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isMediaBlocked } from '../../transport/reach';
import { Avatar, Card } from '../../ui';
import { useClassroom } from './context';
import classes from './DeviceCheck.module.css';
import { DeviceControls } from './DeviceControls';
import { DoorHead, type DoorProps } from './DoorHead';
import { LocalVideo } from './SlotVideo';
import { usePage } from './store';

/** Before the door: see and hear oneself, choose devices, answer about recording, go in. */
export function DeviceCheck({ lobby, onJoin }: DoorProps) {
  const { t } = useTranslation('device');
  const classroom = useClassroom();
  const { hasMicrophone, hasCamera, trouble } = usePage((state) => state.local);
  const [wantsMic, setWantsMic] = useState(true);
  const [wantsCamera, setWantsCamera] = useState(true);
  const [consent, setConsent] = useState<string | null>(null);
  useEffect(() => {
    void classroom.local.open('microphone');
    void classroom.local.open('camera');
  }, [classroom]);
  const isAsking = !hasMicrophone && !hasCamera && !trouble.microphone && !trouble.camera;

  function toggle(kind: 'microphone' | 'camera', isWanted: boolean) {
    if (kind === 'microphone') setWantsMic(isWanted);
    else setWantsCamera(isWanted);
    if (isWanted) void classroom.local.open(kind);
    else classroom.local.close(kind);
  }

  const join = (isQuiet: boolean) =>
    onJoin({
      microphone: !isQuiet && wantsMic && hasMicrophone,
      camera: !isQuiet && wantsCamera && hasCamera,
      consent: consent === null ? null : consent === 'yes',
      startsSession: lobby.startsSession,
    });

  return (
    <div className={classes.layout}>
      <div>
        <div className={classes.preview} aria-label={t('preview')} role="img">
          {hasCamera ? (
            <LocalVideo kind="camera" />
          ) : (
            <div className={classes.center}>
              {lobby.name ? (
                <Avatar name={lobby.name} size={96} />
              ) : (
                <IconVideoOff size={56} aria-hidden />
              )}
              <span>{isAsking ? t('asking') : t('cameraOffPreview')}</span>
            </div>
          )}
        </div>
        <Group justify="center" mt="sm" gap="sm">
          <Switcher
            isOn={hasMicrophone}
            onLabel={t('turnMicOff')}
            offLabel={t('turnMicOn')}
            icons={[
              <IconMicrophone key="on" size={22} />,
              <IconMicrophoneOff key="off" size={22} />,
            ]}
            onChange={(isOn) => toggle('microphone', isOn)}
          />
          <Switcher
            isOn={hasCamera}
            onLabel={t('turnCameraOff')}
            offLabel={t('turnCameraOn')}
            icons={[<IconVideo key="on" size={22} />, <IconVideoOff key="off" size={22} />]}
            onChange={(isOn) => toggle('camera', isOn)}
          />
        </Group>
      </div>
      <Card component="section" p="lg">
        <Stack gap="md">
          <DoorHead lobby={lobby} />
          <DeviceControls />
          <NoWay />
          {lobby.records && (
            <Radio.Group
              label={t('consent')}
              description={t('consentBody')}
              value={consent}
              onChange={setConsent}
            >
              <Stack gap={6} mt="xs">
                <Radio value="yes" label={t('agree')} />
                <Radio value="no" label={t('disagree')} />
              </Stack>
            </Radio.Group>
          )}
          {lobby.state === 'scheduled' && !lobby.startsSession && (
            <Text size="sm" c="dimmed">
              {t('notYet')}
            </Text>
          )}
          <Button size="md" onClick={() => join(false)} data-testid="join">
            {lobby.startsSession ? t('start') : t('join')}
          </Button>
          {(hasMicrophone || hasCamera) && (
            <Button variant="subtle" onClick={() => join(true)}>
              {t('joinQuiet')}
            </Button>
          )}
        </Stack>
      </Card>
    </div>
  );
}

/** Said before joining rather than after: the network lets no sound and picture through. */
function NoWay() {
  const { t } = useTranslation('classroom');
  const [isBlocked, setBlocked] = useState(false);
  useEffect(() => {
    let isGone = false;
    isMediaBlocked()
      .then((found) => !isGone && setBlocked(found))
      .catch(() => undefined); // Not knowing is no reason to worry anybody.
    return () => void (isGone = true);
  }, []);
  if (!isBlocked) return null;
  return (
    <Alert color="red" role="alert" data-testid="no-way">
      {t('banner.noWay')}
    </Alert>
  );
}

interface SwitcherProps {
  isOn: boolean;
  onLabel: string;
  offLabel: string;
  icons: [React.ReactNode, React.ReactNode];
  onChange: (isOn: boolean) => void;
}

function Switcher({ isOn, onLabel, offLabel, icons, onChange }: SwitcherProps) {
  const label = isOn ? onLabel : offLabel;
  return (
    <ActionIcon
      size={48}
      radius={16}
      variant="light"
      color={isOn ? 'indigo' : 'coral'}
      c={isOn ? 'var(--rp-accent-text)' : 'var(--rp-bad-text)'}
      aria-label={label}
      title={label}
      onClick={() => onChange(!isOn)}
    >
      {isOn ? icons[0] : icons[1]}
    </ActionIcon>
  );
}
