import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  size?: string;
  /** Off where closing by accident loses something that is shown once. */
  closesOutside?: boolean;
}

/**
 * A dialog with a heading and a close button. Put together by hand because the ready-made one has
 * a `<header>`, which inside a dialog counts as a second banner of the page.
 */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  size = 'md',
  closesOutside = true,
}: Props) {
  const { t } = useTranslation();
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size={size}
      centered
      closeOnClickOutside={closesOutside}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div
          style={{ display: 'flex', alignItems: 'center', gap: 16, padding: '14px 14px 4px 20px' }}
        >
          <Modal.Title flex={1} fw={700} fz={18}>
            {title}
          </Modal.Title>
          <Modal.CloseButton aria-label={t('action.close')} size={36} />
        </div>
        <Modal.Body px={20} pb={20}>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
