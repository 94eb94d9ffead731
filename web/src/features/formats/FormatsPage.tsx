import { Badge, Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { IconCopy, IconFileImport, IconMessages, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import type { DebateFormatSummary, StoredDebateFormat } from '../../protocol';
import { http } from '../../transport/http';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { Card, EmptyState, ErrorState, Loading, PageShell, toast, useErrorText } from '../../ui';
import { beginning, useDraft } from './draft';
import { LARGEST_FILE, readFile } from './files';
import classes from './Formats.module.css';
import { clock, copyOf, grouped, sidesText } from './state';
import { useFormatWords } from './words';

const SUFFIX = { en: '(copy)', de: '(Kopie)' };

export default function FormatsPage() {
  const { t } = useTranslation('formats');
  const [, navigate] = useLocation();
  const errorText = useErrorText();
  const { text } = useFormatWords();
  const setDraft = useDraft((state) => state.set);
  const user = useUser();
  const all = useResource<DebateFormatSummary[]>('/debate-formats');
  const makes = user !== null && user !== undefined && user.role !== 'learner';

  const begin = (): void => {
    setDraft({ format: beginning({ en: 'New format', de: 'Neues Format' }), notes: [] });
    navigate('/debate-formats/new');
  };
  const read = async (file: File | null): Promise<void> => {
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      toast(t('tooLarge', { name: file.name }), { tone: 'bad' });
      return;
    }
    try {
      const { format, notes } = await readFile(file);
      setDraft({ format, notes });
      navigate('/debate-formats/new');
    } catch (reason) {
      toast(`${t('importFailed', { name: file.name })}: ${errorText(reason)}`, { tone: 'bad' });
    }
  };
  const duplicate = async (summary: DebateFormatSummary): Promise<void> => {
    try {
      const { format } = await http.get<StoredDebateFormat>(`/debate-formats/${summary.format_id}`);
      setDraft({ format: copyOf(format, SUFFIX), notes: [] });
      navigate('/debate-formats/new');
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
    }
  };
  const remove = async (summary: DebateFormatSummary): Promise<void> => {
    const path = `/debate-formats/${summary.format_id}`;
    const name = text(summary.name);
    try {
      await http.delete(path);
      all.set((old) => old && old.filter((each) => each.format_id !== summary.format_id));
      toast(t('deleted', { name }), {
        onUndo: () =>
          void http
            .post(`${path}/restore`)
            .then(() => toast(t('restored', { name }), { tone: 'good' }))
            .catch((reason: unknown) => toast(errorText(reason), { tone: 'bad' }))
            .finally(all.reload),
      });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
      all.reload();
    }
  };

  const list = (formats: DebateFormatSummary[]) => (
    <ul className={classes.grid}>
      {formats.map((summary) => (
        <FormatCard
          key={summary.format_id}
          summary={summary}
          onDuplicate={makes ? () => void duplicate(summary) : null}
          onDelete={summary.can_edit ? () => void remove(summary) : null}
        />
      ))}
    </ul>
  );
  const shown = all.data && grouped(all.data);
  return (
    <PageShell title={t('title')}>
      <Stack gap="xl" mt="xs">
        <Group justify="space-between" gap="md">
          <div>
            <h1 className={classes.title}>{t('title')}</h1>
            <Text c="dimmed">{t('lead')}</Text>
          </div>
          {makes && (
            <Group gap="xs">
              <FileButton accept=".json,.xml,application/json,text/xml" onChange={(file) => void read(file)}>
                {(props) => (
                  <Button {...props} variant="default" leftSection={<IconFileImport size={18} />} title={t('importHint')}>
                    {t('import')}
                  </Button>
                )}
              </FileButton>
              <Button leftSection={<IconPlus size={18} />} onClick={begin}>
                {t('new')}
              </Button>
            </Group>
          )}
        </Group>
        {!shown ? (
          all.error ? <ErrorState error={all.error} onRetry={all.reload} /> : <Loading height={150} />
        ) : (
          <>
            <section aria-labelledby="made">
              <h2 id="made" className={classes.heading}>{t('made')}</h2>
              {shown.made.length > 0 ? (
                list(shown.made)
              ) : (
                <Card>
                  <EmptyState icon={<IconMessages size={28} />} title={t('none')} hint={makes ? t('noneHint') : undefined} />
                </Card>
              )}
            </section>
            <section aria-labelledby="shipped">
              <h2 id="shipped" className={classes.heading}>{t('shipped')}</h2>
              {list(shown.shipped)}
            </section>
          </>
        )}
      </Stack>
    </PageShell>
  );
}

function FormatCard({
  summary,
  onDuplicate,
  onDelete,
}: {
  summary: DebateFormatSummary;
  onDuplicate: (() => void) | null;
  onDelete: (() => void) | null;
}) {
  const { t } = useTranslation('formats');
  const { text } = useFormatWords();
  const name = text(summary.name);
  const href = `/debate-formats/${summary.format_id}`;
  return (
    <Card component="li" className={classes.card}>
      <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
        <h3 className={classes.cardTitle}>
          <Link href={href}>{name}</Link>
        </h3>
        {summary.is_default && <Badge variant="light" tt="none" className={classes.badge}>{t('default')}</Badge>}
        {summary.origin === 'own' && <Badge variant="light" tt="none" className={classes.badge}>{t('own')}</Badge>}
      </Group>
      <Strip stretches={summary.stretches} />
      <Text size="sm" c="dimmed" className={classes.grow}>
        {text(summary.description)}
      </Text>
      <ul className={classes.facts}>
        <li>{sidesText(summary.seat_counts)}</li>
        <li>{t('speaking', { time: clock(summary.length_s) })}</li>
        {summary.prep_s > 0 && <li>{t('prep', { time: clock(summary.prep_s) })}</li>}
        {summary.pool_s > 0 && <li>{t('pool', { time: clock(summary.pool_s) })}</li>}
        {summary.has_pois && <li>{t('pois')}</li>}
        {summary.origin === 'other' && summary.owner_name && <li>{t('by', { name: summary.owner_name })}</li>}
      </ul>
      {(onDuplicate || onDelete) && (
        <Group gap="xs">
          {onDuplicate && (
            <Button
              size="compact-md" variant="default" leftSection={<IconCopy size={16} />}
              onClick={onDuplicate} aria-label={t('duplicateOne', { name })}
            >
              {t('duplicate')}
            </Button>
          )}
          {onDelete && (
            <Button
              size="compact-md" variant="subtle" color="coral.7" c="var(--rp-bad-text)" leftSection={<IconTrash size={16} />}
              onClick={onDelete} aria-label={t('deleteOne', { name })}
            >
              {t('delete')}
            </Button>
          )}
        </Group>
      )}
    </Card>
  );
}

/** The whole debate as one bar; a picture only, the facts are told in words below it. */
function Strip({ stretches }: { stretches: DebateFormatSummary['stretches'] }) {
  return (
    <div className={classes.strip} aria-hidden>
      {stretches.map((stretch, index) => (
        <span
          key={index}
          style={{ flexGrow: stretch.length_s }}
          data-stance={stretch.stance ?? 'both'}
        />
      ))}
    </div>
  );
}
