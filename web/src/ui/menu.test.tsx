import { Button, Menu } from '@mantine/core';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import axe from 'axe-core';
import { expect, test } from 'vitest';

import { renderUi } from './test_render';

const focused = () => document.activeElement?.textContent;

async function open() {
  renderUi(
    <Menu>
      <Menu.Target>
        <Button>More</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled>Not now</Menu.Item>
        <Menu.Item>Edit</Menu.Item>
        <Menu.Item>Delete</Menu.Item>
      </Menu.Dropdown>
    </Menu>,
  );
  const target = screen.getByRole('button', { name: 'More' });
  act(() => target.focus());
  fireEvent.click(target);
  await waitFor(() => expect(focused()).toBe('Edit'));
  return target;
}

test('a menu has items and nothing else in it that takes the focus', async () => {
  await open();
  const menu = screen.getByRole('menu');
  const holders = [...menu.querySelectorAll('[tabindex]')].map((one) => one.getAttribute('role'));
  expect(holders).toEqual(['menuitem', 'menuitem']);
  const rules = { 'color-contrast': { enabled: false } };
  const found = await axe.run(menu, { runOnly: ['wcag2a', 'wcag2aa'], rules });
  expect(found.violations).toEqual([]);
});

test('the first item that can be chosen has the focus, arrows go on, Escape goes back', async () => {
  const target = await open();
  fireEvent.keyDown(document.activeElement ?? target, { key: 'ArrowDown' });
  expect(focused()).toBe('Delete');
  fireEvent.keyDown(document.activeElement ?? target, { key: 'ArrowDown' });
  expect(focused()).toBe('Edit');
  fireEvent.keyDown(document.activeElement ?? target, { key: 'Escape' });
  await waitFor(() => expect(document.activeElement).toBe(target));
  expect(screen.queryByRole('menu')).toBeNull();
});

test('a menu with nothing to choose holds the focus itself', async () => {
  renderUi(
    <Menu>
      <Menu.Target>
        <Button>More</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled>Nobody is free</Menu.Item>
      </Menu.Dropdown>
    </Menu>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'More' }));
  const menu = await screen.findByRole('menu');
  await waitFor(() => expect(document.activeElement).toBe(menu));
});
