import { ActionIcon, Button, Select, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconChartBar,
  IconChevronLeft,
  IconChevronRight,
  IconHandFinger,
  IconLayoutSidebarRight,
  IconLock,
  IconLockOpen,
  IconPlayerStop,
} from '@tabler/icons-react';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { PresentationView, SlidePage } from '../../../protocol';
import { pictureUrl } from '../../../ui/slides';
import { useClassroom } from '../context';
import { isPhone } from '../phone';
import { isFacilitator } from '../selectors';
import { usePage, useSession } from '../store';
import { usePages, usePreloaded, useSlides } from './pages';
import { pollTextOf } from './poll';
import { PresenterSide, PresenterStrip } from './PresenterView';
import { SlidePicture } from './SlidePicture';
import classes from './slides.module.css';

/** The presented page, as large as fits, with what one may do about it. */
export function SlidesStage({ now }: { now: PresentationView }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const leads = useSession(isFacilitator);
  const ownPage = useSlides((view) => view.ownPage);
  const wantsPresenterView = useSlides((view) => view.isPresenterView);
  const page = now.may_browse && !leads ? (ownPage ?? now.page) : now.page;
  const pages = usePages(now.deck_id, leads || now.may_browse ? 'all' : now.page);
  const described = pages.find((one) => one.number === page);
  const next = page < now.page_count ? page + 1 : null;
  const section = useRef<HTMLDivElement>(null);
  const textId = useId();
  const mayTurn = leads || now.may_browse;
  const isPresenter = leads && wantsPresenterView;
  usePreloaded(
    mayTurn && next !== null ? pictureUrl(classroom.sessionId, now.deck_id, next) : null,
  );
  // Who browsed and may not any more, or sees other slides, is with the presenter again.
  useEffect(() => classroom.slides.look(null), [classroom, now.deck_id, now.may_browse]);

  function turn(to: number) {
    if (!mayTurn || to < 1 || to > now.page_count || to === page) return;
    if (leads) void classroom.command({ type: 'turn_page', deck_id: now.deck_id, page: to });
    else classroom.slides.look(to === now.page ? null : to);
  }
  useTurningKeys(section, (by) => turn(by === 'first' ? 1 : by === 'last' ? now.page_count : page + by));

  const title = described?.title || (page === now.page ? now.title : '');
  const label = t('page', { page, count: now.page_count });
  return (
    <div
      ref={section}
      className={classes.stage}
      data-presenter={isPresenter || undefined}
      data-testid="slides"
      data-page={page}
    >
      <div className={classes.view}>
        <SlidePicture
          deckId={now.deck_id}
          page={page}
          alt={title ? `${label}: ${title}` : label}
          describedBy={textId}
          isPointable={leads}
        />
        <div id={textId} className="sr-only">
          {described?.text || t('noText')}
        </div>
      </div>
      {isPresenter && <PresenterSide now={now} pages={pages} />}
      <div className={classes.bar} role="group" aria-label={t('controls')}>
        {mayTurn && (
          <>
            <ActionIcon
              variant="subtle"
              color="gray.0"
              size={36}
              aria-label={t('previous')}
              disabled={page <= 1}
              onClick={() => turn(page - 1)}
            >
              <IconChevronLeft size={20} />
            </ActionIcon>
            <Jump now={now} page={page} pages={pages} onJump={turn} />
            <ActionIcon
              variant="subtle"
              color="gray.0"
              size={36}
              aria-label={t('next')}
              disabled={next === null}
              onClick={() => turn(page + 1)}
            >
              <IconChevronRight size={20} />
            </ActionIcon>
          </>
        )}
        {!mayTurn && <span className={classes.count}>{label}</span>}
        {page !== now.page && (
          <Button
            size="compact-sm"
            leftSection={<IconArrowBackUp size={16} />}
            onClick={() => classroom.slides.look(null)}
          >
            {t('back')}
          </Button>
        )}
        {leads && <LeadButtons now={now} described={described} />}
      </div>
      {isPresenter && <PresenterStrip now={now} pages={pages} onJump={turn} />}
    </div>
  );
}

/** Any page at once, by its number and title. */
function Jump({
  now,
  page,
  pages,
  onJump,
}: {
  now: PresentationView;
  page: number;
  pages: SlidePage[];
  onJump: (page: number) => void;
}) {
  const { t } = useTranslation('slides');
  const titles = new Map(pages.map((one) => [one.number, one.title]));
  const data = Array.from({ length: now.page_count }, (_, index) => {
    const number = index + 1;
    const title = titles.get(number);
    // A phone has no room for more than the number.
    const label = title && !isPhone() ? `${number} · ${title}` : String(number);
    return { value: String(number), label };
  });
  return (
    <Select
      className={classes.jump}
      size="xs"
      aria-label={t('jump')}
      data={data}
      value={String(page)}
      allowDeselect={false}
      comboboxProps={{ width: 280, position: 'top-start' }}
      maxDropdownHeight={320}
      onChange={(value) => value !== null && onJump(Number(value))}
      rightSection={<span className={classes.of}>{t('of', { count: now.page_count })}</span>}
      rightSectionWidth={46}
    />
  );
}

function LeadButtons({ now, described }: { now: PresentationView; described?: SlidePage }) {
  const { t } = useTranslation('slides');
  const classroom = useClassroom();
  const isPointing = useSlides((view) => view.isPointing);
  const isPresenterView = useSlides((view) => view.isPresenterView);
  const pollText = described ? pollTextOf(described.text) || described.text : '';
  const toggles = [
    {
      label: t('pointer'),
      isOn: isPointing,
      icon: <IconHandFinger size={18} />,
      click: () => classroom.slides.setPointing(!isPointing),
    },
    {
      label: t('browse'),
      isOn: now.may_browse,
      icon: now.may_browse ? <IconLockOpen size={18} /> : <IconLock size={18} />,
      click: () => void classroom.command({ type: 'let_browse', is_on: !now.may_browse }),
    },
    {
      label: t('presenterView'),
      isOn: isPresenterView,
      icon: <IconLayoutSidebarRight size={18} />,
      click: () => classroom.slides.setPresenterView(!isPresenterView),
    },
  ];
  return (
    <>
      {toggles.map(({ label, isOn, icon, click }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon
            variant={isOn ? 'filled' : 'subtle'}
            color={isOn ? 'indigo' : 'gray.0'}
            size={36}
            aria-label={label}
            aria-pressed={isOn}
            className={label === t('presenterView') ? classes.wide : undefined}
            onClick={click}
          >
            {icon}
          </ActionIcon>
        </Tooltip>
      ))}
      <Tooltip label={t('poll')}>
        <ActionIcon
          variant="subtle"
          color="gray.0"
          size={36}
          aria-label={t('poll')}
          onClick={() => classroom.askFrom(pollText)}
        >
          <IconChartBar size={18} />
        </ActionIcon>
      </Tooltip>
      <Button
        className={classes.stop}
        size="compact-sm"
        color="coral.7"
        leftSection={<IconPlayerStop size={16} />}
        onClick={() => void classroom.command({ type: 'stop_presenting' })}
      >
        {t('stop')}
      </Button>
    </>
  );
}

const KEYS: Record<string, number | 'first' | 'last'> = {
  ArrowRight: 1,
  ArrowDown: 1,
  PageDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  PageUp: -1,
  Home: 'first',
  End: 'last',
};

/**
 * Arrows and what a presenter's remote sends, wherever nothing else wants them: on the slide, or
 * with the focus on nothing.
 */
function useTurningKeys(
  section: React.RefObject<HTMLElement | null>,
  turn: (by: number | 'first' | 'last') => void,
): void {
  const dialog = usePage((state) => state.dialog);
  const newest = useRef(turn);
  useEffect(() => {
    newest.current = turn;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const by = KEYS[event.key];
      if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const focused = document.activeElement;
      const isFree = focused === null || focused === document.body;
      const isOurs = section.current?.contains(focused) === true;
      if (!isFree && (!isOurs || focused instanceof HTMLInputElement)) return;
      event.preventDefault();
      newest.current(by);
    }
    if (dialog !== null) return;
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [section, dialog]);
}
