import { Button } from '@mantine/core';
import { IconChalkboard } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Dialog } from '../../../ui/Dialog';
import { boardOf } from '../pads/access';
import { Whiteboard } from '../whiteboard/Whiteboard';

/** What a room drew, to look at once it is closed (WB9). */
export function RoomBoard({ roomId, name }: { roomId: string; name: string }) {
  const { t } = useTranslation('breakouts');
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        mt={4}
        leftSection={<IconChalkboard size={16} aria-hidden />}
        aria-label={t('board.of', { name })}
        onClick={() => setIsOpen(true)}
      >
        {t('board.show')}
      </Button>
      <Dialog isOpen={isOpen} onClose={close} size="xl" title={t('board.of', { name })}>
        <div style={{ position: 'relative', height: '60vh', display: 'grid' }}>
          <Whiteboard name={boardOf(roomId)} isClosed />
        </div>
      </Dialog>
    </>
  );
}
