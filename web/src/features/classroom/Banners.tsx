import { Button, CloseButton, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import classes from './Banners.module.css';
import { useClassroom, useTick } from './context';
import { isFacilitator, isUnattended } from './selectors';
import { type Notice, sessionNow, usePage, usePageStore, useSession } from './store';

interface BannerProps {
  tone?: 'plain' | 'warn' | 'bad';
  children: ReactNode;
  action?: ReactNode;
  name: string;
}

function Banner({ tone = 'plain', children, action, name }: BannerProps) {
  return (
    <div className={classes.banner} data-tone={tone} data-banner={name}>
      <span>{children}</span>
      {action}
    </div>
  );
}

/** What needs saying now, most urgent first. */
export function Banners() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const status = usePage((state) => state.status);
  const media = usePage((state) => state.media);
  const isBlocked = usePage((state) => state.isSoundBlocked);
  const isSoundOnly = usePage((state) => state.isSoundOnly);
  const hearOnly = async () => {
    if (classroom.tracks.isOn('camera')) await classroom.tracks.toggleCamera();
    classroom.tracks.stopScreen();
    await classroom.incoming.hearOnly(true);
  };
  const hasPaused = usePage((state) => (state.quality?.paused.length ?? 0) > 0);
  const notices = usePage((state) => state.notices);
  const hosts = useSession(isFacilitator);
  const canStart = useSession((session) => session.state === 'scheduled' && isFacilitator(session));
  return (
    <div className={classes.banners} role="status">
      {status === 'reconnecting' && (
        <Banner name="reconnecting" tone="warn" action={<Loader size="xs" color="currentcolor" />}>
          {t('banner.reconnecting')}
        </Banner>
      )}
      {status === 'connected' && media === 'failed' && (
        <Banner name="media" tone="warn" action={<Loader size="xs" color="currentcolor" />}>
          {t('banner.media')}
        </Banner>
      )}
      {status === 'connected' && media === 'blocked' && (
        <Banner name="no-way" tone="bad">
          {t('banner.noWay')} {hosts && t('banner.noWayHost')}
        </Banner>
      )}
      {status === 'connected' && media === 'full' && (
        <Banner
          name="full"
          tone="warn"
          action={
            <Button size="compact-sm" onClick={() => void hearOnly()}>
              {t('banner.soundOnly')}
            </Button>
          }
        >
          {t('banner.full')}
        </Banner>
      )}
      {status === 'connected' && media === 'connected' && isSoundOnly && (
        <Banner
          name="sound-only"
          action={
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void classroom.incoming.hearOnly(false)}
            >
              {t('banner.withPictures')}
            </Button>
          }
        >
          {t('banner.isSoundOnly')}
        </Banner>
      )}
      {isBlocked && (
        <Banner
          name="blocked"
          tone="warn"
          action={
            <Button size="compact-sm" onClick={() => void classroom.incoming.media?.allowSound()}>
              {t('banner.hear')}
            </Button>
          }
        >
          {t('banner.blocked')}
        </Banner>
      )}
      {status === 'connected' && media === 'connected' && hasPaused && (
        <Banner name="paused" tone="warn">
          {t('banner.paused')}
        </Banner>
      )}
      {canStart && (
        <Banner
          name="start"
          action={
            <Button
              size="compact-sm"
              onClick={() => void classroom.command({ type: 'start_session' })}
            >
              {t('start.button')}
            </Button>
          }
        >
          {t('start.banner')}
        </Banner>
      )}
      <UnattendedBanner />
      {notices.map((notice) => (
        <NoticeBanner key={notice} notice={notice} />
      ))}
    </div>
  );
}

const DEVICE: Partial<Record<Notice, 'microphone' | 'camera'>> = {
  micGone: 'microphone',
  micTrouble: 'microphone',
  cameraGone: 'camera',
  cameraTrouble: 'camera',
};

function UnattendedBanner() {
  const { t } = useTranslation('room');
  const store = usePageStore();
  const hosts = useSession(isFacilitator);
  const isAlone = useSession((session) => session.unattended_since_ms !== null);
  useTick(1000, isAlone);
  const { session } = store.getState();
  if (hosts || !session || !isUnattended(session, sessionNow(store.getState()))) return null;
  return (
    <Banner name="unattended" tone="warn">
      {t('locks.unattended')}
    </Banner>
  );
}

function NoticeBanner({ notice }: { notice: Notice }) {
  const { t } = useTranslation('classroom');
  const { t: common } = useTranslation();
  const { t: device } = useTranslation('device');
  const classroom = useClassroom();
  const kind = DEVICE[notice];
  const isDevice = kind !== undefined || notice === 'speakerGone';
  const cause = usePage((state) => (kind ? state.local.trouble[kind] : undefined));
  // That it was unplugged is in the sentence; why else it does not start is not.
  const reason = cause && cause !== 'unplugged' ? ` ${device(`trouble.${cause}`)}` : '';
  return (
    <Banner
      name={notice}
      tone={isDevice ? 'bad' : 'plain'}
      action={
        <>
          {isDevice && (
            <Button
              size="compact-sm"
              onClick={() => classroom.store.setState({ dialog: 'devices' })}
            >
              {t('banner.choose')}
            </Button>
          )}
          <CloseButton
            size="sm"
            aria-label={common('action.dismiss')}
            onClick={() => classroom.tracks.dismiss(notice)}
          />
        </>
      }
    >
      {t(`banner.${notice}`) + reason}
    </Banner>
  );
}
