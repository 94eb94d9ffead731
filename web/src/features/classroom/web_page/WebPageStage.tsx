import { Button, Group } from '@mantine/core';
import { IconExternalLink, IconWorld } from '@tabler/icons-react';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { WebPageView } from '../../../protocol';
import { ACTIONS } from '../actions';
import { useClassroom } from '../context';
import { isFacilitator, personOf } from '../selectors';
import { useSession } from '../store';
import { framedUrl, hostOf } from './fold';
import classes from './web_page.module.css';

/** What the page may do: run, be filled in, show films; never leave its frame by itself. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-presentation';
const PATIENCE_MS = 10_000;

/** A web page takes the stage: the same address for everyone, each with a page of their own. */
export function WebPageStage({ page }: { page: WebPageView }) {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const hosts = useSession(isFacilitator);
  const by = useSession((session) => personOf(session, page.participant_id)?.name ?? '');
  const after = useId();
  const url = framedUrl(page.url);
  const state = useFrameState(page.url);
  const title = page.title || hostOf(page.url);
  return (
    <div className={classes.page} data-testid="web-page">
      <div className={classes.bar}>
        <IconWorld size={16} aria-hidden />
        <span className={classes.title} title={page.url}>
          {t('webPage.shown', { title, name: by })}
        </span>
        <Group gap={6} wrap="nowrap">
          <a className={classes.skip} href={`#${after}`}>
            {t('webPage.skip')}
          </a>
          <Button
            component="a"
            href={page.url}
            target="_blank"
            rel="noopener noreferrer"
            size="compact-xs"
            variant="white"
            leftSection={<IconExternalLink size={14} aria-hidden />}
          >
            {t('webPage.open')}
          </Button>
          {hosts && (
            <Button
              size="compact-xs"
              color="coral.7"
              onClick={() => ACTIONS.stopWebPage.perform(classroom)}
            >
              {t('webPage.stop')}
            </Button>
          )}
        </Group>
      </div>
      {url === null || state.isBlocked ? (
        <p className={classes.message} role="alert">
          {t('webPage.blocked')}
        </p>
      ) : (
        <iframe
          key={page.url}
          className={classes.frame}
          src={url}
          title={t('webPage.frame', { title })}
          sandbox={SANDBOX}
          allow="fullscreen; autoplay; encrypted-media"
          referrerPolicy="strict-origin"
          // @ts-expect-error -- React's types do not know it yet
          credentialless
          onLoad={state.loaded}
        />
      )}
      <p id={after} tabIndex={-1} className={classes.hint} role={state.isLate ? 'alert' : undefined}>
        {state.isLate ? t('webPage.late') : t('webPage.hint')}
      </p>
    </div>
  );
}

/** Whether our own policy keeps it out (listed after this page was loaded), or it never comes. */
function useFrameState(url: string) {
  const [blocked, setBlocked] = useState<string | null>(null);
  const [late, setLate] = useState<string | null>(null);
  const [here, setHere] = useState<string | null>(null);
  useEffect(() => {
    const host = hostOf(url);
    const onViolation = (event: SecurityPolicyViolationEvent) => {
      const isFrame = event.effectiveDirective === 'frame-src';
      if (isFrame && hostOf(event.blockedURI) === host) setBlocked(url);
    };
    document.addEventListener('securitypolicyviolation', onViolation);
    const timer = window.setTimeout(() => setLate(url), PATIENCE_MS);
    return () => {
      document.removeEventListener('securitypolicyviolation', onViolation);
      window.clearTimeout(timer);
    };
  }, [url]);
  return {
    isBlocked: blocked === url,
    isLate: late === url && here !== url,
    loaded: () => setHere(url),
  };
}
