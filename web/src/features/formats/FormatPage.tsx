import { Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconCopy, IconDownload, IconEdit, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import type { DebateFormat, StoredDebateFormat } from '../../protocol';
import { http } from '../../transport/http';
import { useUser } from '../../transport/me';
import { useResource } from '../../transport/resource';
import { Card, ErrorState, Loading, PageShell, toast, useErrorText } from '../../ui';
import { useDraft } from './draft';
import { saveFile } from './files';
import classes from './Formats.module.css';
import { clock, copyOf, lengthOf, sidesText, speechesOf } from './state';
import { Timeline } from './Timeline';
import { useFormatWords } from './words';

export default function FormatPage({ formatId }: { formatId: string }) {
  const { t } = useTranslation('formats');
  const { text } = useFormatWords();
  const stored = useResource<StoredDebateFormat>(`/debate-formats/${formatId}`);
  const title = stored.data ? text(stored.data.format.name) : t('title');
  return (
    <PageShell title={title}>
      <Button
        component={Link} href="/debate-formats" variant="subtle" size="compact-md" mb="xs"
        leftSection={<IconArrowLeft size={16} />}
      >
        {t('backToList')}
      </Button>
      {stored.data ? (
        <Shown stored={stored.data} />
      ) : stored.error ? (
        <ErrorState error={stored.error} onRetry={stored.reload} />
      ) : (
        <Loading height={150} />
      )}
    </PageShell>
  );
}

function Shown({ stored: { summary, format } }: { stored: StoredDebateFormat }) {
  const { t } = useTranslation(['formats', 'common']);
  const { text } = useFormatWords();
  const [, navigate] = useLocation();
  const setDraft = useDraft((state) => state.set);
  const user = useUser();
  const errorText = useErrorText();
  const name = text(format.name);
  const makes = user !== null && user !== undefined && user.role !== 'learner';
  const path = `/debate-formats/${summary.format_id}`;

  const duplicate = (): void => {
    setDraft({ format: copyOf(format, { en: '(copy)', de: '(Kopie)' }), notes: [] });
    navigate('/debate-formats/new');
  };
  const remove = async (): Promise<void> => {
    try {
      await http.delete(path);
      navigate('/debate-formats');
      toast(t('deleted', { name }), {
        onUndo: () =>
          void http
            .post(`${path}/restore`)
            .then(() => navigate(path))
            .catch((reason: unknown) => toast(errorText(reason), { tone: 'bad' })),
      });
    } catch (reason) {
      toast(errorText(reason), { tone: 'bad' });
    }
  };
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="md">
        <div>
          <h1 className={classes.title}>{name}</h1>
          <Text c="dimmed" maw={680}>{text(format.description)}</Text>
        </div>
        <Group gap="xs">
          {summary.can_edit && (
            <Button component={Link} href={`${path}/edit`} leftSection={<IconEdit size={18} />}>
              {t('edit')}
            </Button>
          )}
          {makes && (
            <Button variant="default" leftSection={<IconCopy size={18} />} onClick={duplicate}>
              {t('duplicate')}
            </Button>
          )}
          <Button variant="default" leftSection={<IconDownload size={18} />} onClick={() => saveFile(format)}>
            {t('export')}
          </Button>
          {summary.can_edit && (
            <Button
              variant="subtle" c="var(--rp-bad-text)" leftSection={<IconTrash size={18} />}
              onClick={() => void remove()}
            >
              {t('delete')}
            </Button>
          )}
        </Group>
      </Group>
      <Facts format={format} />
      <Card component="section" aria-labelledby="order" p="lg">
        <h2 id="order" className={classes.heading}>{t('order')}</h2>
        <Timeline format={format} />
      </Card>
      <Card component="section" aria-labelledby="sides" p="lg">
        <h2 id="sides" className={classes.heading}>{t('sidesAndSeats')}</h2>
        <div className={classes.sides}>
          {format.sides.map((side) => (
            <div key={side.id}>
              <h3>{text(side.name)}</h3>
              <p>{t(`stance.${side.stance}`)}</p>
              <ol>
                {side.seats.map((seat) => (
                  <li key={seat.id}>{text(seat.name)}</li>
                ))}
              </ol>
            </div>
          ))}
        </div>
      </Card>
      {format.variants.length > 0 && (
        <Card component="section" aria-labelledby="variants" p="lg">
          <h2 id="variants" className={classes.heading}>{t('variantsShown')}</h2>
          {format.variants.map((variant) => (
            <p key={variant.id}>
              <b>{text(variant.name)}</b>:{' '}
              {speechesOf(format)
                .filter((speech) => speech.id in variant.lengths)
                .map((speech) => `${text(speech.name)} ${clock(variant.lengths[speech.id] ?? 0)}`)
                .join(', ')}
            </p>
          ))}
        </Card>
      )}
      {format.source && <Text size="sm" c="dimmed">{format.source}</Text>}
    </Stack>
  );
}

function Facts({ format }: { format: DebateFormat }) {
  const { t } = useTranslation('formats');
  const { scoring, poi } = format;
  const ballots =
    format.ballot_before && format.ballot_after ? 'both'
    : format.ballot_after ? 'after'
    : format.ballot_before ? 'before'
    : 'none';
  const facts = [
    sidesText(format.sides.map((side) => side.seats.length)),
    format.size && t('size', { ...format.size }),
    t('speaking', { time: clock(lengthOf(format)) }),
    format.prep_s > 0 && t('prep', { time: clock(format.prep_s) }),
    format.pool_s > 0 && t('pool', { time: clock(format.pool_s) }),
    poi.is_optional ? t('poisOptional') : poi.allowed && t('pois'),
    t('grace', { seconds: format.grace_s }),
    scoring.speaker && t('scores', { ...scoring.speaker }),
    scoring.reply && t('replyScores', { ...scoring.reply }),
    scoring.criteria.length > 0 && t('criteriaCount', { count: scoring.criteria.length }),
    t(`teams.${scoring.teams}`),
    t(`ballots.${ballots}`),
  ];
  return (
    <ul className={classes.facts} aria-label={t('facts')}>
      {facts.map((fact) => fact && <li key={fact}>{fact}</li>)}
    </ul>
  );
}
