import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import classes from './PlayerFrame.module.css';
import { RATES, usePlayer, usePlayerState } from './player';

/** Not in a portal: what is outside the frame does not show in fullscreen. */
export function RateMenu() {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const rate = usePlayerState((state) => state.rate);
  return (
    <Menu position="top-end" withinPortal={false} width={120} offset={8} zIndex={10}>
      <Menu.Target>
        <button type="button" className={classes.textButton} aria-label={t('speed', { rate })}>
          {rate}x
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.rates}>
        {RATES.map((each) => (
          <Menu.Item
            key={each}
            role="menuitemradio"
            aria-checked={each === rate}
            rightSection={each === rate && <IconCheck size={15} />}
            onClick={() => player.setRate(each)}
          >
            {each}x
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
