import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Avatar } from '../../../ui';
import { useClassroom } from '../context';
import panel from '../Panel.module.css';
import { bannedFrom } from '../selectors';
import { useSession } from '../store';

/** Who cannot come back, until a facilitator says otherwise. */
export function Banned() {
  const { t } = useTranslation('room');
  const classroom = useClassroom();
  const people = useSession(bannedFrom);
  if (people.length === 0) return null;
  return (
    <>
      <h2 className={panel.heading} id="banned">
        {t('people.banned')}
      </h2>
      <ul className={panel.list} aria-labelledby="banned">
        {people.map((one) => (
          <li key={one.participant_id} className={panel.person}>
            <Avatar name={one.name} size={28} />
            <span className={panel.name}>{one.name}</span>
            <Button
              size="compact-xs"
              variant="light"
              aria-label={t('people.unbanName', { name: one.name })}
              onClick={() =>
                void classroom.command({ type: 'admit', participant_id: one.participant_id })
              }
            >
              {t('people.unban')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
