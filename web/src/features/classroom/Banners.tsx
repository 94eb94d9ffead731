import { Button, CloseButton, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import classes from './Banners.module.css';
import { useClassroom } from './context';
import { isFacilitator } from './selectors';
import { type Notice, usePage, useSession } from './store';

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
  const notices = usePage((state) => state.notices);
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
      {isBlocked && (
        <Banner
          name="blocked"
          tone="warn"
          action={
            <Button size="compact-sm" onClick={() => void classroom.media?.allowSound()}>
              {t('banner.hear')}
            </Button>
          }
        >
          {t('banner.blocked')}
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
      {notices.map((notice) => (
        <NoticeBanner key={notice} notice={notice} />
      ))}
    </div>
  );
}

function NoticeBanner({ notice }: { notice: Notice }) {
  const { t } = useTranslation('classroom');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const isDevice = notice === 'micGone' || notice === 'cameraGone';
  return (
    <Banner
      name={notice}
      tone={isDevice ? 'bad' : 'plain'}
      action={
        <>
          {isDevice && (
            <Button
              size="compact-sm"
              onClick={() => {
                classroom.dismiss(notice);
                classroom.store.setState({ dialog: 'devices' });
              }}
            >
              {t('banner.choose')}
            </Button>
          )}
          <CloseButton
            size="sm"
            aria-label={common('action.dismiss')}
            onClick={() => classroom.dismiss(notice)}
          />
        </>
      }
    >
      {t(`banner.${notice}`)}
    </Banner>
  );
}
