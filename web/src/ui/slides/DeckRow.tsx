import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronUp,
  IconDots,
  IconGripVertical,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { DeckView } from '../../protocol';
import planClasses from '../plan/plan.module.css';
import type { useReorder } from '../plan/useReorder';
import type { DeckPort } from './Decks';
import classes from './decks.module.css';
import { pictureUrl } from './picture_url';

const LONGEST_NAME = 120;

interface Props {
  deck: DeckView;
  at: number;
  count: number;
  port: DeckPort;
  order: ReturnType<typeof useReorder>;
  onMove: (to: number) => void;
  onRemove: () => void;
}

export function DeckRow({ deck, at, count, port, order, onMove, onRemove }: Props) {
  const { t } = useTranslation('slides');
  const { t: plan } = useTranslation('plan');
  const [isOpen, setOpen] = useState(false);
  const [isRenaming, setRenaming] = useState(false);
  const pagesId = useId();
  return (
    <li className={classes.deck} {...order.row(at)}>
      <div className={classes.row}>
        <button
          type="button"
          className={`${planClasses.handle} ${classes.handle}`}
          data-handle
          aria-label={plan('moveEntry', { title: deck.name, place: at + 1 })}
          title={plan('moveHint')}
          {...order.handle(at)}
        >
          <IconGripVertical size={18} aria-hidden />
        </button>
        <img
          className={classes.cover}
          src={pictureUrl(port.sessionId, deck.deck_id, 1, 'thumb')}
          alt=""
          loading="lazy"
        />
        {isRenaming ? (
          <Rename
            deck={deck}
            onSave={(name) => port.rename(deck.deck_id, name)}
            onClose={() => setRenaming(false)}
          />
        ) : (
          <>
            <span className={classes.what}>
              <span className={classes.name} title={deck.name}>
                {deck.name}
              </span>
              <Button
                className={classes.count}
                variant="subtle"
                size="compact-sm"
                aria-expanded={isOpen}
                aria-controls={isOpen ? pagesId : undefined}
                aria-label={t('showPages', { name: deck.name, count: deck.titles.length })}
                rightSection={isOpen ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
                onClick={() => setOpen(!isOpen)}
              >
                {t('pages', { count: deck.titles.length })}
              </Button>
            </span>
            <PresentButton deck={deck} stage={port.stage} />
            <Menu position="bottom-end" width={200} withinPortal>
              <Menu.Target>
                <ActionIcon
                  variant="subtle"
                  size={36}
                  aria-label={t('more', { name: deck.name })}
                >
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<IconPencil size={16} />}
                  onClick={() => setRenaming(true)}
                >
                  {t('rename')}
                </Menu.Item>
                {at > 0 && (
                  <Menu.Item
                    leftSection={<IconArrowUp size={16} />}
                    onClick={() => onMove(at - 1)}
                  >
                    {t('moveUp')}
                  </Menu.Item>
                )}
                {at < count - 1 && (
                  <Menu.Item
                    leftSection={<IconArrowDown size={16} />}
                    onClick={() => onMove(at + 1)}
                  >
                    {t('moveDown')}
                  </Menu.Item>
                )}
                <Menu.Item
                  color="var(--rp-bad-text)"
                  leftSection={<IconTrash size={16} />}
                  onClick={onRemove}
                >
                  {t('delete')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        )}
      </div>
      {isOpen && <Pages id={pagesId} deck={deck} port={port} />}
    </li>
  );
}

function PresentButton({ deck, stage }: { deck: DeckView; stage: DeckPort['stage'] }) {
  const { t } = useTranslation('slides');
  if (!stage) return null;
  return stage.presentedId === deck.deck_id ? (
    <Button
      className={classes.present}
      size="compact-md"
      variant="default"
      onClick={stage.stop}
    >
      {t('stop')}
    </Button>
  ) : (
    <Button
      className={classes.present}
      size="compact-md"
      aria-label={t('presentDeck', { name: deck.name })}
      onClick={() => stage.present(deck.deck_id, 1)}
    >
      {t('present')}
    </Button>
  );
}

interface RenameProps {
  deck: DeckView;
  onSave: (name: string) => Promise<boolean>;
  onClose: () => void;
}

function Rename({ deck, onSave, onClose }: RenameProps) {
  const { t } = useTranslation('slides');
  const { t: common } = useTranslation();
  const [name, setName] = useState(deck.name);
  const [isBusy, setBusy] = useState(false);
  const isEmpty = name.trim() === '';
  async function save() {
    setBusy(true);
    const isDone = await onSave(name.trim());
    setBusy(false);
    if (isDone) onClose();
  }
  function onKey(event: KeyboardEvent) {
    if (event.key !== 'Escape') return;
    // The dialog around the list stays open.
    event.stopPropagation();
    onClose();
  }
  return (
    <form
      className={classes.rename}
      onKeyDown={onKey}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty) void save();
      }}
    >
      <TextInput
        aria-label={t('nameOf', { name: deck.name })}
        value={name}
        maxLength={LONGEST_NAME}
        data-autofocus
        autoFocus
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-md" disabled={isEmpty} loading={isBusy}>
        {common('action.save')}
      </Button>
      <Button size="compact-md" variant="default" onClick={onClose}>
        {common('action.cancel')}
      </Button>
    </form>
  );
}

/** What is in it; in class each page can be presented. */
function Pages({ id, deck, port }: { id: string; deck: DeckView; port: DeckPort }) {
  const { t } = useTranslation('slides');
  const { stage } = port;
  return (
    <ol id={id} className={classes.thumbs} aria-label={t('pagesOf', { name: deck.name })}>
      {deck.titles.map((title, index) => {
        const page = index + 1;
        const label = t('page', { page, count: deck.titles.length });
        const name = title ? `${label}: ${title}` : label;
        const content = (
          <>
            <img
              src={pictureUrl(port.sessionId, deck.deck_id, page, 'thumb')}
              alt={stage ? '' : name}
              loading="lazy"
            />
            <span aria-hidden={!stage}>
              {stage && <span className="sr-only">{t('present')}</span>}{' '}
              {title ? `${page} · ${title}` : page}
            </span>
          </>
        );
        return (
          <li key={page}>
            {stage ? (
              <button
                type="button"
                className={classes.page}
                onClick={() => stage.present(deck.deck_id, page)}
              >
                {content}
              </button>
            ) : (
              <div className={classes.page}>{content}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
