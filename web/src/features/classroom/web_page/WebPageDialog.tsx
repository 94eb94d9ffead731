import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { WebOrigin } from '../../../protocol';
import { useResource } from '../../../transport/resource';
import { useClassroom } from '../context';
import { usePage } from '../store';
import { hostOf } from './fold';

/** Show a simulation or a web page to the class. */
export function WebPageDialog() {
  const opened = usePage((state) => state.dialog === 'webPage');
  const classroom = useClassroom();
  const { t } = useTranslation('room');
  const { t: common } = useTranslation();
  const close = () => classroom.store.setState({ dialog: null });
  return (
    <Modal
      opened={opened}
      onClose={close}
      centered
      title={t('webPage.dialog')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      {opened && <Form onDone={close} />}
    </Modal>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('room');
  const { t: common } = useTranslation();
  const classroom = useClassroom();
  const sites = useResource<WebOrigin[]>('/web-origins');
  const [url, setUrl] = useState('');
  const [title, setTitle] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const trouble =
    code === null
      ? null
      : code === 'site_not_listed'
        ? t('webPage.notListed')
        : code === 'bad_web_address'
          ? t('webPage.badAddress')
          : t('webPage.failed');

  async function share() {
    setSending(true);
    const refused = await classroom.attempt({ type: 'share_web_page', url: url.trim(), title });
    setSending(false);
    setCode(refused);
    if (refused === null) onDone();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void share();
      }}
    >
      <Stack gap="sm">
        <TextInput
          data-autofocus
          type="url"
          required
          label={t('webPage.address')}
          placeholder="https://phet.colorado.edu/…"
          maxLength={2000}
          value={url}
          error={trouble}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
            setCode(null);
          }}
        />
        <TextInput
          label={t('webPage.name')}
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          {t('webPage.sites', {
            sites: sites.data?.map((one) => hostOf(one.origin)).join(', ') ?? '…',
          })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('webPage.each')}
        </Text>
        <Group gap="xs">
          <Button type="submit" loading={isSending} disabled={url.trim() === ''}>
            {t('webPage.show')}
          </Button>
          <Button variant="subtle" onClick={onDone}>
            {common('action.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
