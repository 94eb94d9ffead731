import { Button, Menu, Text } from '@mantine/core';
import {
  IconChalkboard,
  IconNotes,
  IconArrowRight,
  IconBadgeCc,
  IconBookmark,
  IconCommand,
  IconDots,
  IconHandStop,
  IconHeadset,
  IconHelpCircle,
  IconKeyboard,
  IconLayoutGrid,
  IconLock,
  IconListCheck,
  IconMessages,
  IconMicrophone,
  IconMicrophoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconPlayerStop,
  IconPresentation,
  IconScreenShare,
  IconScreenShareOff,
  IconVideo,
  IconVideoOff,
  IconWorld,
  IconWorldOff,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';

import type { Action } from './action';
import { ACTIONS } from './actions';
import { shortcutText } from './keys';
import { isPhone } from './phone';
import { useClassroom } from './context';
import { useHeldMicrophone } from './debate/useFloor';
import { ReactionMenu } from './room/ReactionMenu';
import { usePage } from './store';
import classes from './Toolbar.module.css';

type Icon = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;

/** [while on, while off] */
const ICONS: Record<string, [Icon, Icon]> = {
  microphone: [IconMicrophone, IconMicrophoneOff],
  camera: [IconVideo, IconVideoOff],
  share: [IconScreenShareOff, IconScreenShare],
  slides: [IconPresentation, IconPresentation],
  hand: [IconHandStop, IconHandStop],
  whiteboard: [IconChalkboard, IconChalkboard],
  notes: [IconNotes, IconNotes],
  record: [IconPlayerRecord, IconPlayerRecord],
  pauseRecording: [IconPlayerPlay, IconPlayerPause],
  stopRecording: [IconPlayerStop, IconPlayerStop],
  moment: [IconBookmark, IconBookmark],
  captions: [IconBadgeCc, IconBadgeCc],
  lost: [IconHelpCircle, IconHelpCircle],
  next: [IconArrowRight, IconArrowRight],
  muteAll: [IconMicrophoneOff, IconMicrophoneOff],
  locks: [IconLock, IconLock],
  webPage: [IconWorld, IconWorld],
  stopWebPage: [IconWorldOff, IconWorldOff],
  layout: [IconLayoutGrid, IconLayoutGrid],
  palette: [IconCommand, IconCommand],
  debate: [IconMessages, IconMessages],
  plan: [IconListCheck, IconListCheck],
  devices: [IconHeadset, IconHeadset],
  shortcuts: [IconKeyboard, IconKeyboard],
};

const DESKTOP: Action[] = [
  ACTIONS.microphone,
  ACTIONS.camera,
  ACTIONS.share,
  ACTIONS.slides,
  ACTIONS.hand,
  ACTIONS.whiteboard,
  ACTIONS.record,
  ACTIONS.pauseRecording,
  ACTIONS.stopRecording,
  ACTIONS.captions,
  ACTIONS.lost,
  ACTIONS.moment,
  ACTIONS.debate,
];
const PHONE: Action[] = [ACTIONS.microphone, ACTIONS.camera, ACTIONS.hand];

const MORE: Action[] = [
  ...DESKTOP,
  ACTIONS.plan,
  ACTIONS.notes,
  ACTIONS.layout,
  ACTIONS.next,
  ACTIONS.muteAll,
  ACTIONS.locks,
  ACTIONS.webPage,
  ACTIONS.stopWebPage,
  ACTIONS.devices,
  ACTIONS.palette,
  ACTIONS.shortcuts,
];

export function Toolbar() {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const classroom = useClassroom();
  const course = usePage((state) => state.session?.course_title);
  const inReach = isPhone() ? PHONE : DESKTOP;
  const shown = usePage(useShallow((state) => inReach.filter((one) => one.isAvailable(state))));
  const rest = usePage(
    useShallow((state) => MORE.filter((one) => !inReach.includes(one) && one.isAvailable(state))),
  );
  return (
    <footer className={classes.footer}>
      <div className={classes.toolbar} role="toolbar" aria-label={t('toolbar.label')}>
        <div className={classes.left}>{course}</div>
        <div className={classes.actions}>
          {shown.map((action) => (
            <ToolbarButton key={action.name} action={action} />
          ))}
          <ReactionMenu />
          <Menu position="top" width={280}>
            <Menu.Target>
              <button type="button" className={classes.action}>
                <span className={classes.icon}>
                  <IconDots size={20} aria-hidden />
                </span>
                {t('toolbar.more')}
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              {rest.map((action) => (
                <MoreItem key={action.name} action={action} />
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
        <div className={classes.right}>
          <Button
            color="coral.7"
            size="md"
            radius={14}
            onClick={() => ACTIONS.leave.perform(classroom)}
          >
            {t('toolbar.leave')}
          </Button>
        </div>
      </div>
    </footer>
  );
}

function MoreItem({ action }: { action: Action }) {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const classroom = useClassroom();
  const isOn = usePage((state) => action.isOn(state));
  const label = usePage((state) => action.label(state));
  const [On, Off] = ICONS[action.name] ?? [IconDots, IconDots];
  const Icon = isOn ? On : Off;
  return (
    <Menu.Item
      leftSection={<Icon size={18} aria-hidden />}
      rightSection={
        <Text size="xs" c="dimmed">
          {shortcutText(action)}
        </Text>
      }
      onClick={() => action.perform(classroom)}
    >
      {t(label)}
    </Menu.Item>
  );
}

function toneOf(action: Action, isOn: boolean): string | undefined {
  if (action.name === 'microphone' || action.name === 'camera') return isOn ? undefined : 'bad';
  if (action.name === 'hand') return isOn ? 'hand' : undefined;
  if (action.name === 'stopRecording') return 'bad';
  return isOn ? 'good' : undefined;
}

function ToolbarButton({ action }: { action: Action }) {
  const { t } = useTranslation(['classroom', 'room', 'plan']);
  const classroom = useClassroom();
  const isOn = usePage((state) => action.isOn(state));
  const label = usePage((state) => action.label(state));
  const [On, Off] = ICONS[action.name] ?? [IconDots, IconDots];
  const Icon = isOn ? On : Off;
  const keys = shortcutText(action);
  const floor = useHeldMicrophone();
  const held = action.name === 'microphone' ? floor : null;
  const short = held
    ? held.short
    : action.name === 'hand' && isPhone()
      ? t('action.handShort')
      : action.name === 'pauseRecording' && isOn
        ? t('action.resumeRecording')
        : t(action.short);
  return (
    <button
      type="button"
      className={classes.action}
      data-action={action.name}
      data-on={isOn || undefined}
      data-tone={held ? 'held' : toneOf(action, isOn)}
      title={held ? held.reason : keys ? `${t(label)} (${keys})` : t(label)}
      aria-keyshortcuts={keys ?? undefined}
      onClick={() => action.perform(classroom)}
    >
      <span className={classes.icon}>
        <Icon size={20} aria-hidden />
      </span>
      <span aria-hidden>{short}</span>
      <span className="sr-only">{t(label)}</span>
      {held && (
        <span className={classes.held} role="status">
          {held.reason}
        </span>
      )}
    </button>
  );
}
