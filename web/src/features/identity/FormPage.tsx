import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';

import { ApiError } from '../../transport/http';
import { Card, PageShell, useErrorText } from '../../ui';

interface Props {
  title: string;
  hint?: string;
  button: string;
  children: ReactNode;
  onSubmit: () => Promise<void>;
  /** The page's own words for an error, where it has any. */
  explain?: (error: ApiError) => string | null;
}

/** A card in the middle with a form; every page of signing in is one. */
export function FormPage({ title, hint, button, children, onSubmit, explain }: Props) {
  const errorText = useErrorText();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    onSubmit()
      .catch((reason: unknown) => {
        setError((reason instanceof ApiError && explain?.(reason)) || errorText(reason));
      })
      .finally(() => setBusy(false));
  }
  return (
    <PageShell title={title} maxWidth={460}>
      <Card p="xl" mt="xl">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              {title}
            </Title>
            {hint && <Text c="dimmed">{hint}</Text>}
            {error && (
              <Alert
                color="coral"
                role="alert"
                styles={{ message: { color: 'var(--rp-bad-text)' } }}
              >
                {error}
              </Alert>
            )}
            {children}
            <Button type="submit" size="md" loading={isBusy}>
              {button}
            </Button>
          </Stack>
        </form>
      </Card>
    </PageShell>
  );
}
