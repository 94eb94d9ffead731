import { lazy, Suspense, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useLocation } from 'wouter';

import { useMe } from '../transport/me';
import { EmptyState, ErrorState, Loading, PageShell, ShellSlotsContext } from '../ui';
import { ErrorBoundary } from './ErrorBoundary';

// Every page is a chunk of its own: a learner who joins by link does not load the library.
const HomePage = lazy(() => import('../features/home/HomePage'));
const SignInPage = lazy(() => import('../features/identity/SignInPage'));
const SetupPage = lazy(() => import('../features/identity/SetupPage'));
const InvitePage = lazy(() => import('../features/identity/InvitePage'));
const ResetPage = lazy(() => import('../features/identity/ResetPage'));
const JoinPage = lazy(() => import('../features/identity/JoinPage'));
const AccountPage = lazy(() => import('../features/account/AccountPage'));
const EditSessionPage = lazy(() => import('../features/sessions/EditSessionPage'));
const DashboardPage = lazy(() => import('../features/dashboard/DashboardPage'));
const SessionPage = lazy(() => import('../features/classroom/SessionPage'));
const FormatsPage = lazy(() => import('../features/formats/FormatsPage'));
const FormatPage = lazy(() => import('../features/formats/FormatPage'));
const EditFormatPage = lazy(() => import('../features/formats/EditFormatPage'));
const LibraryPage = lazy(() => import('../features/library/LibraryPage'));
const RecordingPage = lazy(() => import('../features/recording/RecordingPage'));
const ProcessingPage = lazy(() => import('../features/processing/ProcessingPage'));
const ReviewPage = lazy(() => import('../features/review/ReviewPage'));
const UsersPage = lazy(() => import('../features/users/UsersPage'));
const NotificationBell = lazy(() => import('../features/notifications/NotificationBell'));

export function App() {
  const { me, error, load } = useMe();
  useEffect(() => {
    void load();
  }, [load]);
  const slots = useMemo(
    () => ({
      bell: (
        <Suspense fallback={null}>
          <NotificationBell />
        </Suspense>
      ),
    }),
    [],
  );
  if (!me) {
    return (
      <PageShell title="">
        {error ? <ErrorState error={error} onRetry={() => void load()} /> : <Loading />}
      </PageShell>
    );
  }
  return (
    <ShellSlotsContext value={slots}>
      <ErrorBoundary>
        <Suspense
          fallback={
            <PageShell title="">
              <Loading />
            </PageShell>
          }
        >
          <Pages />
        </Suspense>
      </ErrorBoundary>
    </ShellSlotsContext>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/setup" component={SetupPage} />
      <Route path="/invite/:token">{({ token }) => <InvitePage token={token} />}</Route>
      <Route path="/reset/:token">{({ token }) => <ResetPage token={token} />}</Route>
      <Route path="/join/:token">{({ token }) => <JoinPage token={token} />}</Route>
      <Route path="/">
        <SignedIn>
          <HomePage />
        </SignedIn>
      </Route>
      <Route path="/account">
        <SignedIn>
          <AccountPage />
        </SignedIn>
      </Route>
      <Route path="/sessions/new">
        <SignedIn>
          <EditSessionPage sessionId={null} />
        </SignedIn>
      </Route>
      <Route path="/sessions/:id/edit">
        {({ id }) => (
          <SignedIn>
            <EditSessionPage sessionId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/sessions/:id/dashboard">
        {({ id }) => (
          <SignedIn>
            <DashboardPage key={id} sessionId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/sessions/:id">
        {({ id }) => (
          <SignedIn guestOf={id}>
            <SessionPage key={id} sessionId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/library">
        <SignedIn>
          <LibraryPage />
        </SignedIn>
      </Route>
      <Route path="/recordings/:id">
        {({ id }) => (
          <SignedIn allowsGuests>
            <RecordingPage key={id} recordingId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/recordings/:id/processing">
        {({ id }) => (
          <SignedIn allowsGuests>
            <ProcessingPage key={id} recordingId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/recordings/:id/review">
        {({ id }) => (
          <SignedIn>
            <ReviewPage key={id} recordingId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/debate-formats">
        <SignedIn>
          <FormatsPage />
        </SignedIn>
      </Route>
      <Route path="/debate-formats/new">
        <SignedIn>
          <EditFormatPage formatId={null} />
        </SignedIn>
      </Route>
      <Route path="/debate-formats/:id">
        {({ id }) => (
          <SignedIn>
            <FormatPage key={id} formatId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/debate-formats/:id/edit">
        {({ id }) => (
          <SignedIn>
            <EditFormatPage key={id} formatId={id} />
          </SignedIn>
        )}
      </Route>
      <Route path="/users">
        <SignedIn>
          <UsersPage />
        </SignedIn>
      </Route>
      <Route component={NotFoundPage} />
    </Switch>
  );
}

/** Sends the signed out to the sign-in page and back afterwards; guests keep their own session. */
function SignedIn({
  guestOf,
  allowsGuests = false,
  children,
}: {
  guestOf?: string;
  /** any guest may try: which recordings a seat opens is the server's to say */
  allowsGuests?: boolean;
  children: React.ReactNode;
}) {
  const me = useMe((state) => state.me);
  const [location] = useLocation();
  if (me?.needs_setup) return <Redirect to="/setup" replace />;
  const seats = me?.guest_session_ids ?? [];
  const isGuest = allowsGuests ? seats.length > 0 : guestOf !== undefined && seats.includes(guestOf);
  if (!me?.user && !isGuest) {
    const next = location === '/' ? '' : `?next=${encodeURIComponent(location)}`;
    return <Redirect to={`/sign-in${next}`} replace />;
  }
  return children;
}

function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <PageShell title={t('state.notFound')}>
      <EmptyState
        order={1}
        title={t('state.notFound')}
        hint={t('state.notFoundHint')}
        action={<a href="/">{t('state.goHome')}</a>}
      />
    </PageShell>
  );
}
