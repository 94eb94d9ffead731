import { Alert, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconArrowBackUp, IconArrowForwardUp, IconInfoCircle } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import { LANGUAGES } from '../../i18n';
import type { DebateFormat, FormatProblem, StoredDebateFormat } from '../../protocol';
import { ApiError, http } from '../../transport/http';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading, PageShell, toast, useErrorText } from '../../ui';
import { beginning, useDraft } from './draft';
import { EditingContext, type NameLanguage, useChecked, useHistory } from './editor';
import { NameField } from './fields';
import classes from './Formats.module.css';
import { ScoringCard, TimesCard, VariantsCard } from './RulesCards';
import { SidesCard } from './SidesCard';
import { SpeechesCard } from './SpeechesCard';
import { textIn } from './state';
import { useFormatWords, useProblemText } from './words';

export default function EditFormatPage({ formatId }: { formatId: string | null }) {
  const { t } = useTranslation('formats');
  const { text } = useFormatWords();
  const user = useUser();
  const draft = useDraft((state) => state.draft);
  const stored = useResource<StoredDebateFormat>(formatId === null ? null : `/debate-formats/${formatId}`);
  const [first] = useState(
    () => draft ?? { format: beginning({ en: 'New format', de: 'Neues Format' }), notes: [] },
  );
  const title =
    formatId === null ? t('editor.titleNew')
    : stored.data ? t('editor.title', { name: text(stored.data.format.name) })
    : t('title');
  const mayEdit = formatId === null ? user?.role !== 'learner' : stored.data?.summary.can_edit;
  return (
    <PageShell title={title}>
      {formatId !== null && !stored.data ? (
        stored.error ? <ErrorState error={stored.error} onRetry={stored.reload} /> : <Loading height={150} />
      ) : !mayEdit ? (
        <EmptyState
          order={1} title={t('editor.readOnly')} hint={t('editor.readOnlyHint')}
          action={<Link href="/debate-formats">{t('backToList')}</Link>}
        />
      ) : formatId === null ? (
        <Editor first={first.format} notes={first.notes} formatId={null} version={null} title={title} />
      ) : (
        stored.data && (
          <Editor
            key={stored.data.summary.version} first={stored.data.format} notes={[]} formatId={formatId}
            version={stored.data.summary.version} title={title} onReload={stored.reload}
          />
        )
      )}
    </PageShell>
  );
}

interface Props {
  first: DebateFormat;
  notes: FormatProblem[];
  formatId: string | null;
  version: number | null;
  title: string;
  onReload?: () => void;
}

function Editor({ first, notes, formatId, version, title, onReload }: Props) {
  const { t, i18n } = useTranslation('formats');
  const [, navigate] = useLocation();
  const errorText = useErrorText();
  const say = useProblemText();
  const setDraft = useDraft((state) => state.set);
  const { now: format, change, undo, redo, canUndo, canRedo } = useHistory(first);
  const checked = useChecked(format);
  const problems = useMemo(() => checked ?? [], [checked]);
  const [language, setLanguage] = useState<NameLanguage>(i18n.language.startsWith('de') ? 'de' : 'en');
  const [isBusy, setBusy] = useState(false);
  const [isStale, setStale] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const isChanged = format !== first || formatId === null;

  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isChanged]);

  const editing = useMemo(() => ({ format, change, problems, language }), [format, change, problems, language]);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const answer =
        formatId === null
          ? await http.post<StoredDebateFormat>('/debate-formats', { format })
          : await http.put<StoredDebateFormat>(`/debate-formats/${formatId}`, { format, version });
      setDraft(null);
      toast(t('editor.saved', { name: textIn(answer.format.name, i18n.language) }), { tone: 'good' });
      navigate(`/debate-formats/${answer.summary.format_id}`);
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === 'format_changed') setStale(true);
      else toast(errorText(reason), { tone: 'bad' });
      showFirst();
    } finally {
      setBusy(false);
    }
  };
  const showFirst = (): void => {
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]');
    wrong?.scrollIntoView({ block: 'center' });
    wrong?.focus();
  };
  // Above and below a long form: a bar that stays in sight would lie over what is being written.
  const saveButton = (
    <Button type="submit" loading={isBusy} disabled={problems.length > 0}>{t('editor.save')}</Button>
  );
  return (
    <EditingContext value={editing}>
      <form
        ref={form}
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
        onKeyDown={(event) => {
          if ((event.ctrlKey || event.metaKey) && event.key === 's') {
            event.preventDefault();
            if (problems.length === 0 && !isBusy) void save();
          }
          // Enter in a field settles it; only the button saves.
          if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
        }}
      >
        <Stack gap="lg" mt="xs">
          <Group justify="space-between" gap="md">
            <h1 className={classes.title}>{title}</h1>
            <Group gap="sm">
              <Text size="sm" c="dimmed" id="names-in">{t('editor.namesIn')}</Text>
              <SegmentedControl
                aria-labelledby="names-in" value={language}
                data={(['en', 'de'] as const).map((value) => ({ value, label: LANGUAGES[value] }))}
                onChange={(value) => setLanguage(value as NameLanguage)}
              />
              {saveButton}
            </Group>
          </Group>
          {isStale && (
            <Alert color="coral" icon={<IconAlertTriangle size={18} />} role="alert">
              <Text mb="xs">{t('editor.changed')}</Text>
              <Button size="compact-md" variant="default" onClick={onReload}>{t('editor.reload')}</Button>
            </Alert>
          )}
          {notes.length > 0 && (
            <Alert icon={<IconInfoCircle size={18} />} title={t('editor.notes')}>
              {t('editor.notesHint')}
              <ul style={{ margin: '6px 0 0', paddingLeft: 20 }}>
                {notes.map((note) => (
                  <li key={note.code}>{say(note)}</li>
                ))}
              </ul>
            </Alert>
          )}
          <Card component="section" aria-labelledby="edit-basics" p="lg">
            <h2 id="edit-basics" className={classes.heading}>{t('editor.basics')}</h2>
            <div className={classes.columns}>
              <NameField label={t('editor.name')} path="name" value={format.name} onChange={(name) => change({ ...format, name })} />
              <NameField label={t('editor.shortName')} path="short_name" value={format.short_name} onChange={(short_name) => change({ ...format, short_name })} />
            </div>
            <div style={{ marginTop: 12 }}>
              <NameField label={t('editor.description')} path="description" isLong value={format.description} onChange={(description) => change({ ...format, description })} />
            </div>
          </Card>
          <SidesCard />
          <SpeechesCard />
          <TimesCard />
          <ScoringCard />
          <VariantsCard />
          <div className={classes.foot}>
            <Group gap="xs">
              <Button variant="subtle" size="compact-md" disabled={!canUndo} leftSection={<IconArrowBackUp size={16} />} onClick={undo}>
                {t('editor.undo')}
              </Button>
              <Button variant="subtle" size="compact-md" disabled={!canRedo} leftSection={<IconArrowForwardUp size={16} />} onClick={redo}>
                {t('editor.redo')}
              </Button>
              <Text size="sm" role="status" c={problems.length > 0 ? 'var(--rp-bad-text)' : 'dimmed'}>
                {problems.length > 0
                  ? t('editor.problems', { count: problems.length })
                  : t(isChanged ? 'editor.unsaved' : 'editor.allGood')}
              </Text>
              {problems.length > 0 && (
                <Button variant="subtle" size="compact-md" onClick={showFirst}>{t('editor.showFirst')}</Button>
              )}
            </Group>
            <Group gap="xs">
              <Button component={Link} variant="default" href={formatId === null ? '/debate-formats' : `/debate-formats/${formatId}`}>
                {t('editor.cancel')}
              </Button>
              {saveButton}
            </Group>
          </div>
        </Stack>
      </form>
    </EditingContext>
  );
}
