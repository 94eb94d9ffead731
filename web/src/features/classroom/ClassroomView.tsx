import { useElementSize } from '@mantine/hooks';
import { useEffect } from 'react';

import { useDocumentTitle } from '../../ui';
import { actionFor, dialogFor } from './keys';
import { AgendaBar } from './agenda/AgendaBar';
import { PlanDialog } from './agenda/PlanDialog';
import { QuietHint } from './agenda/QuietHint';
import { Banners } from './Banners';
import { RoomBanner } from './breakouts/RoomBanner';
import { CaptionArea } from './captions/CaptionArea';
import { CaptionsDialog } from './captions/CaptionsDialog';
import classes from './ClassroomView.module.css';
import { useClassroom } from './context';
import { Bells } from './debate/Bells';
import { DebateBanner, DebateBar, DebateColumn } from './debate/DebateBar';
import { Dialogs } from './Dialogs';
import { focusOn, isFocusLost } from './focus';
import { Gallery } from './Gallery';
import { Header } from './Header';
import { CommandPalette } from './palette/CommandPalette';
import { FloatingReactions } from './room/FloatingReactions';
import { InviteDialog } from './room/InviteDialog';
import { LocksDialog } from './room/LocksDialog';
import { SpeakDialog } from './room/SpeakDialog';
import { SidePanel } from './SidePanel';
import { SlidesDialog } from './slides/SlidesDialog';
import { Stage } from './Stage';
import { usePage, useSession } from './store';
import { Toolbar } from './Toolbar';
import { WebPageDialog } from './web_page/WebPageDialog';

export function ClassroomView() {
  const title = useSession((session) => session.title);
  const { ref, height } = useElementSize();
  const layout = usePage((state) => state.layout);
  useDocumentTitle(title);
  useShortcuts();
  useEffect(() => {
    // The button that led here has gone with its page.
    if (isFocusLost()) focusOn('class');
  }, []);
  return (
    <div className={classes.room} data-testid="classroom" data-layout={layout}>
      <Header />
      <div className={classes.banners}>
        <Banners />
        <AgendaBar />
        <QuietHint />
        <DebateBanner />
        <RoomBanner />
      </div>
      <DebateColumn />
      <main className={classes.main} tabIndex={-1} data-focus="class">
        <Stage ref={ref} />
        <DebateBar />
        <Gallery stageHeight={height} />
        <CaptionArea />
      </main>
      <div className={classes.side}>
        <SidePanel />
      </div>
      <Toolbar />
      <Announcer />
      <Bells />
      <FloatingReactions />
      <Dialogs />
      <CommandPalette />
      <CaptionsDialog />
      <LocksDialog />
      <InviteDialog />
      <PlanDialog />
      <WebPageDialog />
      <SpeakDialog />
      <SlidesDialog />
    </div>
  );
}

function useShortcuts(): void {
  const classroom = useClassroom();
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const state = classroom.store.getState();
      const focused = document.activeElement;
      const isWriting =
        focused instanceof HTMLInputElement ||
        focused instanceof HTMLTextAreaElement ||
        (focused instanceof HTMLElement && focused.isContentEditable);
      const dialog = state.dialog === null ? dialogFor(event, isWriting) : null;
      if (dialog !== null) {
        event.preventDefault();
        classroom.store.setState({ dialog });
        return;
      }
      const action = state.dialog === null ? actionFor(event, state) : null;
      if (!action) return;
      event.preventDefault();
      action.perform(classroom);
    }
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [classroom]);
}

/** The one polite live region: hands, polls, recording, who comes and goes. */
function Announcer() {
  const { text } = usePage((state) => state.announcement);
  return (
    <div className="sr-only" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
