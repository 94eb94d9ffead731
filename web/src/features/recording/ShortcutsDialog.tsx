import { Kbd, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { ACTIONS } from './actions';
import classes from './RecordingPage.module.css';

export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('recording');
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('shortcuts.title')}
      centered
      closeButtonProps={{ 'aria-label': t('shortcuts.close') }}
    >
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
    </Modal>
  );
}
