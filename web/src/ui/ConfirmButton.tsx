import { Button, type ButtonProps, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props extends ButtonProps {
  title: string;
  body?: ReactNode;
  confirmLabel: string;
  onConfirm: () => Promise<void> | void;
  children: ReactNode;
  'aria-label'?: string;
}

/** A button that asks first. Stays open, busy, until `onConfirm` has settled. */
export function ConfirmButton({ title, body, confirmLabel, onConfirm, children, ...props }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const [isBusy, setBusy] = useState(false);
  return (
    <>
      <Button {...props} onClick={open}>
        {children}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        centered
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {body && <Text component="div">{body}</Text>}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button
            color="coral.7"
            loading={isBusy}
            onClick={() => {
              setBusy(true);
              void Promise.resolve(onConfirm())
                .then(close)
                .finally(() => setBusy(false));
            }}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
