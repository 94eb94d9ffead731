import { Button } from '@mantine/core';
import { IconPinFilled, IconScreenShare } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import { MAIN_ROOM } from './breakouts/fold';
import { useClassroom } from './context';
import { boardOf } from './pads/access';
import { UnshownScreen } from './quality/Unshown';
import { isFacilitator, personOf } from './selectors';
import slidesClasses from './slides/slides.module.css';
import { SlidesStage } from './slides/SlidesStage';
import { LocalVideo, SlotVideo } from './SlotVideo';
import classes from './Stage.module.css';
import { usePage, useSession } from './store';
import { Tile } from './Tile';
import { useStage } from './useStage';
import { Whiteboard } from './whiteboard/Whiteboard';
import { WebPageStage } from './web_page/WebPageStage';

/** The large picture: a shared screen with the speaker inset, or the speaker. */
export function Stage({ ref }: { ref?: React.Ref<HTMLElement> }) {
  const { t } = useTranslation('classroom');
  const classroom = useClassroom();
  const me = useSession((session) => session.me);
  const spotlight = useSession((session) => session.spotlight);
  const inStage = usePage((state) => state.occupants.stage ?? null);
  const { personId, screenId, slides, isAlone } = useStage();
  const layout = usePage((state) => state.layout);
  const pinned = usePage((state) => state.pinned);
  const { t: room } = useTranslation('room');
  const person = useSession((session) => personOf(session, personId)?.participant_id);
  const sharer = useSession((session) => personOf(session, screenId)?.name);
  const leads = useSession(isFacilitator);
  const roomId = useSession((session) => session.room_id);
  const isOpen = useSession((session) => session.whiteboard.opened_at_ms !== null);
  const roomBoard = usePage((state) => state.roomBoard);
  const isInRoom = roomId !== MAIN_ROOM;
  const hasBoard = isInRoom ? roomBoard === roomId : isOpen;
  const webPage = useSession((session) => session.web_page);
  const isOwnScreen = screenId === me;
  const slot = inStage !== null && inStage === personId ? 'stage' : null;
  return (
    <section
      ref={ref}
      className={classes.stage}
      aria-label={t('stage.label')}
      data-stage={personId ?? ''}
      data-side={
        (layout === 'side' && !hasBoard && sharer !== undefined && person !== undefined) || undefined
      }
      data-even={
        (layout === 'gallery' && sharer === undefined && slides === null && !hasBoard) || undefined
      }
      data-board={hasBoard || undefined}
    >
      {webPage !== null ? (
        <>
          <WebPageStage page={webPage} />
          {person && (
            <Tile
              t={t}
              personId={person}
              slot={slot}
              className={`${classes.inset} ${slidesClasses.inset}`}
              avatarSize={48}
            />
          )}
        </>
      ) : hasBoard ? (
        isInRoom ? (
          <Whiteboard
            key={roomId}
            name={boardOf(roomId)}
            onClose={() => classroom.store.setState({ roomBoard: null })}
          />
        ) : (
          <Whiteboard />
        )
      ) : sharer !== undefined ? (
        <>
          {isOwnScreen ? <LocalVideo kind="screen" /> : <SlotVideo slot="screen" fit="contain" />}
          <div className={classes.note} data-others={!isOwnScreen || undefined}>
            <IconScreenShare size={16} aria-hidden />
            {isOwnScreen ? t('stage.sharingYou') : t('stage.sharing', { name: sharer })}
            {isOwnScreen && (
              <Button size="compact-xs" color="coral.7" onClick={() => classroom.tracks.stopScreen()}>
                {t('stage.stopSharing')}
              </Button>
            )}
          </div>
          {person && <Tile t={t} personId={person} slot={slot} className={classes.inset} avatarSize={48} />}
        </>
      ) : slides !== null ? (
        <>
          <SlidesStage now={slides} />
          {person && !leads && (
            <Tile
              t={t}
              personId={person}
              slot={slot}
              className={`${classes.inset} ${slidesClasses.inset}`}
              avatarSize={48}
            />
          )}
        </>
      ) : (
        <>
          {person && (
            <Tile t={t} personId={person} slot={slot} className={classes.person} avatarSize={112} />
          )}
          {pinned !== null && pinned === personId && (
            <div className={classes.note}>
              <IconPinFilled size={14} aria-hidden /> {room('layout.pinned')}
              <Button size="compact-xs" variant="white" onClick={() => classroom.pin(null)}>
                {room('people.unpin')}
              </Button>
            </div>
          )}
          {spotlight !== null && pinned !== personId && spotlight === personId && (
            <div className={classes.note}>
              <IconPinFilled size={14} aria-hidden /> {t('stage.spotlight')}
            </div>
          )}
          <UnshownScreen />
          {isAlone && (
            <div className={classes.note}>
              {t('stage.alone')}. {t('stage.aloneHint')}
            </div>
          )}
        </>
      )}
    </section>
  );
}
