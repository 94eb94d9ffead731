import { Button, Group, Kbd, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { toast } from '../../ui';
import { ALL_ACTIONS } from './actions';
import { shortcutText } from './keys';
import { useClassroom } from './context';
import { DeviceControls } from './DeviceControls';
import { isFacilitator, me, takesPart } from './selectors';
import { usePage, useSession } from './store';

/** Every dialog of the classroom; the store says which one is open. */
export function Dialogs() {
  return (
    <>
      <LeaveDialog />
      <MomentDialog />
      <ShortcutHelp />
      <DevicesDialog />
      <ConsentDialog />
    </>
  );
}

function useDialog(name: 'leave' | 'shortcuts' | 'devices' | 'moment') {
  const classroom = useClassroom();
  const { t } = useTranslation();
  const opened = usePage((state) => state.dialog === name);
  const close = () => classroom.store.setState({ dialog: null });
  return {
    close,
    props: {
      opened,
      onClose: close,
      centered: true,
      closeButtonProps: { 'aria-label': t('action.close') },
    },
  };
}

function LeaveDialog() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const mayEnd = useSession((session) => isFacilitator(session) && session.state === 'live');
  const { props, close } = useDialog('leave');
  return (
    <Modal {...props} title={mayEnd ? t('leave.endTitle') : t('leave.title')}>
      <Text>{mayEnd ? t('leave.endBody') : t('leave.body')}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={close} data-autofocus>
          {t('leave.stay')}
        </Button>
        <Button
          variant={mayEnd ? 'default' : 'filled'}
          color="coral.7"
          onClick={() => classroom.leave()}
        >
          {t('leave.leave')}
        </Button>
        {mayEnd && (
          <Button color="coral.7" onClick={() => void classroom.command({ type: 'end_session' })}>
            {t('leave.end')}
          </Button>
        )}
      </Group>
    </Modal>
  );
}

function MomentDialog() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const { t: room } = useTranslation('room');
  const hosts = useSession(isFacilitator);
  const { props, close } = useDialog('moment');
  const [label, setLabel] = useState('');
  function mark(event: FormEvent) {
    event.preventDefault();
    close();
    setLabel('');
    void classroom
      .command({ type: 'mark_moment', label: label.trim() })
      .then(
        (isMarked) =>
          isMarked && toast(hosts ? t('moment.marked') : room('moment.marked'), { tone: 'good' }),
      );
  }
  return (
    <Modal {...props} title={hosts ? t('moment.title') : room('moment.mineTitle')}>
      <form onSubmit={mark}>
        <TextInput
          data-autofocus
          label={t('moment.label')}
          description={hosts ? undefined : room('moment.mineHint')}
          placeholder={t('moment.placeholder')}
          maxLength={80}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg">
          <Button type="submit">{t('moment.mark')}</Button>
        </Group>
      </form>
    </Modal>
  );
}

function ShortcutHelp() {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const page = usePage((state) => state);
  const { props } = useDialog('shortcuts');
  return (
    <Modal {...props} title={t('shortcuts.title')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('shortcuts.action')}</Table.Th>
            <Table.Th>{t('shortcuts.keys')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ALL_ACTIONS.filter((action) => shortcutText(action) && action.isAvailable(page)).map((action) => (
            <Table.Tr key={action.name}>
              <Table.Td>{t(action.label(page))}</Table.Td>
              <Table.Td>
                <Kbd>{shortcutText(action)}</Kbd>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function DevicesDialog() {
  const { t } = useTranslation('device');
  const { props, close } = useDialog('devices');
  return (
    <Modal {...props} title={t('settings')}>
      <Stack>
        <DeviceControls />
        <Button onClick={close}>{t('done')}</Button>
      </Stack>
    </Modal>
  );
}

/** Asked when recording runs and this person has not said; it cannot be closed unanswered. */
function ConsentDialog() {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const isAsked = useSession((session) => {
    const own = me(session);
    return (
      session.recording.state === 'on' &&
      own?.presence === 'present' &&
      takesPart(own) &&
      own.consent === 'unasked' &&
      !classroom.answersConsent
    );
  });
  const answer = (is_given: boolean) => void classroom.command({ type: 'give_consent', is_given });
  return (
    <Modal
      opened={isAsked}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      title={t('consent.title')}
    >
      <Text>{t('consent.body')}</Text>
      <Text size="sm" c="dimmed" mt="xs">
        {t('consent.later')}
      </Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={() => answer(false)}>
          {t('consent.decline')}
        </Button>
        <Button onClick={() => answer(true)} data-autofocus>
          {t('consent.give')}
        </Button>
      </Group>
    </Modal>
  );
}
