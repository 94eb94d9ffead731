import { ActionIcon, Button, Group, Stack, Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { FormatSide } from '../../protocol';
import { Card } from '../../ui';
import { useEditing, useProblems } from './editor';
import { ChoiceField, NameField, NumberField } from './fields';
import classes from './Formats.module.css';
import { addSeat, addSide, removeSeat, removeSide, textIn, withSide } from './state';

export function SidesCard() {
  const { t } = useTranslation('formats');
  const { format, change } = useEditing();
  const { errorAt } = useProblems();
  const { size } = format;
  const counts = format.sides.map((side) => side.seats.length);
  return (
    <Card component="section" aria-labelledby="edit-sides" p="lg">
      <h2 id="edit-sides" className={classes.heading}>{t('editor.sides')}</h2>
      <Stack gap="md">
        <div className={classes.columns}>
          {format.sides.map((side, index) => (
            <SideBox key={side.id} side={side} index={index} />
          ))}
        </div>
        {errorAt('sides') && <p className={classes.error} role="alert">{errorAt('sides')}</p>}
        {format.sides.length < 4 && (
          <Group>
            <Button variant="default" size="compact-md" leftSection={<IconPlus size={16} />} onClick={() => change(addSide(format))}>
              {t('editor.addSide')}
            </Button>
          </Group>
        )}
        <Switch
          label={t('editor.freeSize')}
          checked={size !== null}
          onChange={(event) =>
            change({
              ...format,
              size: event.currentTarget.checked
                ? { least: Math.min(...counts), most: Math.max(...counts, 6) }
                : null,
            })
          }
        />
        {size && (
          <Group align="flex-start">
            <NumberField label={t('editor.least')} path="size.least" value={size.least} onChange={(least) => change({ ...format, size: { ...size, least } })} />
            <NumberField label={t('editor.most')} path="size.most" value={size.most} onChange={(most) => change({ ...format, size: { ...size, most } })} />
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function SideBox({ side, index }: { side: FormatSide; index: number }) {
  const { t } = useTranslation('formats');
  const { format, change, language } = useEditing();
  const { errorAt } = useProblems();
  const path = `sides[${index}]`;
  const name = textIn(side.name, language);
  const put = (next: Partial<FormatSide>): void => change(withSide(format, index, { ...side, ...next }));
  return (
    <fieldset className={classes.sideBox}>
      <legend className="sr-only">{t('editor.side', { number: index + 1 })}</legend>
      <Stack gap="sm">
        <NameField label={t('editor.sideName', { number: index + 1 })} path={`${path}.name`} value={side.name} onChange={(next) => put({ name: next })} />
        <ChoiceField
          label={t('editor.stanceOf', { name })} hidesLabel path={`${path}.stance`} value={side.stance}
          data={(['for', 'against'] as const).map((value) => ({ value, label: t(`stance.${value}`) }))}
          onChange={(event) => put({ stance: event.currentTarget.value as FormatSide['stance'] })}
        />
        {side.seats.map((seat, place) => (
          <Group key={seat.id} gap="xs" wrap="nowrap" align="flex-start">
            <div style={{ flex: 1 }}>
              <NameField
                label={t('editor.seatName', { number: place + 1, side: name })} hidesLabel
                path={`${path}.seats[${place}].name`} value={seat.name}
                onChange={(next) =>
                  put({ seats: side.seats.map((each) => (each.id === seat.id ? { ...each, name: next } : each)) })
                }
              />
            </div>
            <ActionIcon
              variant="subtle" color="gray" c="dimmed" size={36}
              aria-label={t('editor.removeSeat', { name: `${name} · ${textIn(seat.name, language)}` })}
              onClick={() => change(removeSeat(format, index, place))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        {errorAt(`${path}.seats`) && <p className={classes.error} role="alert">{errorAt(`${path}.seats`)}</p>}
        <Group gap="xs" justify="space-between">
          <Button
            variant="subtle" size="compact-md" leftSection={<IconPlus size={16} />}
            aria-label={t('editor.addSeatTo', { side: name })} onClick={() => change(addSeat(format, index))}
          >
            {t('editor.addSeat')}
          </Button>
          {format.sides.length > 2 && (
            <ActionIcon variant="subtle" color="gray" c="dimmed" size={36} aria-label={t('editor.removeSide', { name })} onClick={() => change(removeSide(format, index))}>
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      </Stack>
    </fieldset>
  );
}
