import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Dialog } from '../../../ui/Dialog';
import { LinksCard, StreamsCard } from '../../../ui/invite';
import { useClassroom } from '../context';
import { isFacilitator } from '../selectors';
import { usePage, useSession } from '../store';

/** Links for people and tokens for programs, made while the class goes on. Facilitators only. */
export function InviteDialog() {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const hosts = useSession(isFacilitator);
  const opened = usePage((state) => state.dialog === 'invite');
  return (
    <Dialog
      isOpen={hosts && opened}
      onClose={() => classroom.store.setState({ dialog: null })}
      title={t('invite.title')}
      closesOutside={false} // secrets are shown once
      size="lg"
    >
      <Stack>
        <LinksCard sessionId={classroom.sessionId} />
        <StreamsCard sessionId={classroom.sessionId} />
      </Stack>
    </Dialog>
  );
}
