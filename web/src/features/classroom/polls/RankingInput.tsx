import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import classes from './Polls.module.css';

/** The list with one item at another place. */
export function moved(order: number[], from: number, to: number): number[] {
  if (to < 0 || to >= order.length) return order;
  const rest = order.filter((_, at) => at !== from);
  return [...rest.slice(0, to), order[from] ?? 0, ...rest.slice(to)];
}

/** Items in order, by dragging or with a button for each direction. */
export function RankingInput({
  options,
  order,
  onChange,
}: {
  options: string[];
  order: number[];
  onChange: (order: number[]) => void;
}) {
  const { t } = useTranslation('polls');
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);

  function move(from: number, to: number, focus: 'up' | 'down') {
    if (to < 0 || to >= order.length) return;
    onChange(moved(order, from, to));
    setSaid(t('answer.moved', { name: options[order[from] ?? 0], place: to + 1 }));
    // The button went along with its item; at an end the other one takes the focus.
    window.requestAnimationFrame(() => {
      const row = list.current?.children[to];
      const wanted = row?.querySelector<HTMLButtonElement>(`[data-move="${focus}"]`);
      const other = row?.querySelector<HTMLButtonElement>('[data-move]:not(:disabled)');
      (wanted?.disabled ? other : wanted)?.focus();
    });
  }

  return (
    <>
      <ol className={classes.rows} ref={list} aria-label={t('answer.order')}>
        {order.map((option, place) => {
          const name = options[option] ?? '';
          return (
            <li
              key={option}
              className={classes.item}
              draggable
              data-dragged={dragged === option || undefined}
              onDragStart={(event) => {
                setDragged(option);
                event.dataTransfer.effectAllowed = 'move';
                event.dataTransfer.setData('text/plain', name);
              }}
              onDragOver={(event) => {
                if (dragged === null) return;
                event.preventDefault();
                const from = order.indexOf(dragged);
                if (from !== place) onChange(moved(order, from, place));
              }}
              onDrop={(event) => event.preventDefault()}
              onDragEnd={() => setDragged(null)}
            >
              <IconGripVertical size={16} aria-hidden color="var(--mantine-color-dimmed)" />
              <span className={classes.place} aria-hidden>
                {place + 1}
              </span>
              <span className={classes.grow}>{name}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                c="var(--mantine-color-text)"
                size={34}
                data-move="up"
                disabled={place === 0}
                aria-label={t('answer.up', { name })}
                onClick={() => move(place, place - 1, 'up')}
              >
                <IconArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                c="var(--mantine-color-text)"
                size={34}
                data-move="down"
                disabled={place === order.length - 1}
                aria-label={t('answer.down', { name })}
                onClick={() => move(place, place + 1, 'down')}
              >
                <IconArrowDown size={17} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      <span className="sr-only" aria-live="polite">
        {said}
      </span>
    </>
  );
}
