import { ActionIcon, Alert, Button, FileButton, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconGripVertical, IconLink, IconTrash, IconUpload } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { AddMaterialLink, Material, MaterialProgress, OrderMaterials } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { sendFile } from '../../transport/send_file';
import { Card, ErrorState, Loading, toast, useErrorText } from '../../ui';
import { moved } from '../../ui/plan/progress';
import classes from '../../ui/plan/plan.module.css';
import { useReorder } from '../../ui/plan/useReorder';

const ACCEPTED = 'application/pdf,image/png,image/jpeg,image/gif,image/webp,text/plain,.md,.csv,.tex';

/** Links and files to look at before class, and who has. */
export function MaterialsCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('plan');
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/materials`;
  const materials = useResource<Material[]>(path);
  const progress = useResource<MaterialProgress[]>(`${path}/progress`);
  const [title, setTitle] = useState('');
  const [url, setUrl] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const list = materials.data ?? [];

  async function run(work: () => Promise<void>) {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(errorText(reason));
    } finally {
      setBusy(false);
    }
  }

  const add = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const made = await http.post<Material>(`${path}/links`, {
        title: title.trim() || url.trim().replace(/^https:\/\//, '').slice(0, 120),
        url: url.trim(),
      } satisfies AddMaterialLink);
      materials.set((old) => [...(old ?? []), made]);
      setTitle('');
      setUrl('');
    });
  };
  const upload = (file: File | null) => {
    if (!file) return;
    void run(async () => {
      const made = await sendFile<Material>(`${path}/files`, file, { name: file.name });
      materials.set((old) => [...(old ?? []), made]);
    });
  };
  const remove = (one: Material) =>
    void run(async () => {
      await http.delete(`${path}/${one.material_id}`);
      materials.set((old) => (old ?? []).filter((each) => each !== one));
    });
  const move = (from: number, to: number) => {
    const next = moved(list, from, to);
    setSaid(t('movedTo', { title: list[from]?.title ?? '', place: to + 1, count: list.length }));
    materials.set(next);
    const body: OrderMaterials = { material_ids: next.map((one) => one.material_id) };
    http.put(`${path}/order`, body).catch((reason: unknown) => {
      toast(errorText(reason), { tone: 'bad' });
      materials.reload();
    });
  };
  const order = useReorder(list.length, move);

  return (
    <Card component="section" p="lg" aria-label={t('materials')}>
      <Title order={2} size="h4">
        {t('materials')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('materialsHint')}
      </Text>
      {materials.error && !materials.data ? (
        <ErrorState error={materials.error} onRetry={materials.reload} />
      ) : !materials.data ? (
        <Loading rows={1} height={48} />
      ) : (
        <Stack gap="sm">
          <ol className={classes.list} ref={order.list} aria-label={t('materials')}>
            {list.map((one, at) => (
              <li key={one.material_id} className={classes.row} {...order.row(at)}>
                <button
                  type="button"
                  className={classes.handle}
                  data-handle
                  aria-label={t('moveEntry', { title: one.title, place: at + 1 })}
                  title={t('moveHint')}
                  {...order.handle(at)}
                >
                  <IconGripVertical size={18} aria-hidden />
                </button>
                <a
                  className={classes.link}
                  href={one.url}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  {one.title}
                </a>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={36}
                  aria-label={t('removeEntry', { title: one.title })}
                  onClick={() => remove(one)}
                >
                  <IconTrash size={18} />
                </ActionIcon>
              </li>
            ))}
          </ol>
          <div className="sr-only" aria-live="polite">
            {said}
          </div>
          <form onSubmit={add}>
            <Group align="flex-end" gap="xs">
              <TextInput
                flex={2}
                miw={180}
                type="url"
                label={t('linkUrl')}
                placeholder="https://"
                maxLength={2000}
                value={url}
                onChange={(event) => setUrl(event.currentTarget.value)}
              />
              <TextInput
                flex={1}
                miw={140}
                label={t('title')}
                maxLength={120}
                value={title}
                onChange={(event) => setTitle(event.currentTarget.value)}
              />
              <Button
                type="submit"
                variant="light"
                disabled={url.trim() === ''}
                loading={isBusy}
                leftSection={<IconLink size={18} />}
              >
                {t('addLink')}
              </Button>
              <FileButton onChange={upload} accept={ACCEPTED}>
                {(props) => (
                  <Button
                    {...props}
                    variant="light"
                    loading={isBusy}
                    leftSection={<IconUpload size={18} />}
                  >
                    {t('addFile')}
                  </Button>
                )}
              </FileButton>
            </Group>
          </form>
          {error && (
            <Alert color="coral" role="alert" styles={{ message: { color: 'var(--rp-bad-text)' } }}>
              {error}
            </Alert>
          )}
          {list.length > 0 && (progress.data?.length ?? 0) > 0 && (
            <section aria-label={t('whoHas')}>
              <Text size="sm" fw={650}>
                {t('whoHas')}
              </Text>
              <ul className={classes.marks}>
                {(progress.data ?? []).map((one, index) => (
                  <li key={index}>
                    {t('hasDone', {
                      name: one.name,
                      done: one.marks.filter((mark) => mark.done_at !== null).length,
                      seen: one.marks.length,
                      count: list.length,
                    })}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </Stack>
      )}
    </Card>
  );
}
