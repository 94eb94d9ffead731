import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { formatDateTime } from '../../i18n';
import { copyText } from '../../ui/copy';
import { Dialog } from '../../ui/Dialog';

export interface ShownLink {
  readonly kind: 'invitation' | 'reset';
  readonly name: string;
  readonly url: string;
  readonly expiresAt: string;
}

/** A secret link is shown here and nowhere again: the server keeps only its digest. */
export function LinkDialog({ link, onClose }: { link: ShownLink | null; onClose: () => void }) {
  const { t } = useTranslation(['users', 'common']);
  return (
    <Dialog
      isOpen={link !== null}
      onClose={onClose}
      title={link ? t(`link.${link.kind}`, { name: link.name }) : ''}
      size="lg"
      closesOutside={false}
    >
      {link && <Link key={link.url} link={link} onClose={onClose} />}
    </Dialog>
  );
}

function Link({ link, onClose }: { link: ShownLink; onClose: () => void }) {
  const { t } = useTranslation(['users', 'common']);
  const [isCopied, setCopied] = useState(false);
  const url = new URL(link.url, window.location.origin).href;
  return (
    <Stack gap="md">
      <Text>{t('link.once', { name: link.name, when: formatDateTime(link.expiresAt) })}</Text>
      <TextInput
        readOnly
        value={url}
        aria-label={t('link.label')}
        onFocus={(event) => event.currentTarget.select()}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>{t('link.done')}</Button>
        <Button
          data-autofocus
          leftSection={isCopied ? <IconCheck size={17} /> : <IconCopy size={17} />}
          onClick={() => void copyText(url).then(setCopied)}
        >
          {t(isCopied ? 'common:action.copied' : 'link.copy')}
        </Button>
      </Group>
      <span className="sr-only" role="status">{isCopied ? t('common:action.copied') : ''}</span>
    </Stack>
  );
}
