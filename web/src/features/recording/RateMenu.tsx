import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import classes from './PlayerFrame.module.css';
import { RATES, usePlayer, usePlayerState } from './player';

/** Not in a portal: what is outside the frame does not show in fullscreen. */
export function RateMenu() {
  const { t } = useTranslation('recording');
  const player = usePlayer();
  const rate = usePlayerState((state) => state.rate);
  return (
    <Menu
      position="top-end"
      withinPortal={false}
      width={120}
      offset={8}
      zIndex={10}
    >
      <Menu.Target>
        <button type="button" className={classes.textButton} aria-label={t('speed', { rate })}>
          {rate}x
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.rates}>
        <Menu.RadioGroup value={String(rate)} onChange={(value) => player.setRate(Number(value))}>
          {RATES.map((each) => (
            <Menu.RadioItem key={each} value={String(each)} closeMenuOnClick>
              {each}x
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
