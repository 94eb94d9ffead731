import { Kbd } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Dialog } from '../../ui/Dialog';
import { ACTIONS } from './actions';
import classes from './RecordingPage.module.css';

export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('recording');
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('shortcuts.title')}>
      <dl className={classes.shortcuts}>
        {ACTIONS.map((action) => (
          <div key={action.name}>
            <dt>{t(`shortcuts.${action.name}`)}</dt>
            <dd>
              {action.shown.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
