import {
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import { changeLanguage, type Language, LANGUAGES } from '../../i18n';
import { useMe, useUser } from '../../transport/me';
import { Avatar, Card, ConfirmButton, PageShell, toast, useErrorText } from '../../ui';

export default function AccountPage() {
  const { t, i18n } = useTranslation('account');
  const { t: common } = useTranslation();
  const user = useUser();
  const errorText = useErrorText();
  const signOut = useMe((state) => state.signOut);
  const [, navigate] = useLocation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <PageShell title={t('title')} maxWidth={640}>
      <Stack gap="md">
        <Title order={1}>{t('title')}</Title>
        {user && (
          <Card component="section" p="lg">
            <Group wrap="nowrap">
              <Avatar name={user.name} size={56} />
              <div style={{ minWidth: 0 }}>
                <Text fw={650} truncate>
                  {user.name}
                </Text>
                <Text c="dimmed" size="sm" truncate>
                  {user.email} · {common(`role.${user.role}`)}
                </Text>
              </div>
            </Group>
          </Card>
        )}
        <Card component="section" p="lg">
          <Title order={2} size="h4" mb="sm">
            {t('appearance')}
          </Title>
          <Stack gap="sm">
            <div>
              <Text size="sm" fw={500} mb={4} id="theme-label">
                {common('theme.label')}
              </Text>
              <SegmentedControl
                aria-labelledby="theme-label"
                value={colorScheme}
                onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
                data={(['auto', 'light', 'dark'] as const).map((value) => ({
                  value,
                  label: common(`theme.${value}`),
                }))}
              />
            </div>
            <Select
              label={common('language.label')}
              value={i18n.language}
              allowDeselect={false}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
              onChange={(value) => value && void changeLanguage(value as Language)}
            />
          </Stack>
        </Card>
        <Card component="section" p="lg">
          <Title order={2} size="h4" mb="xs">
            {t('security')}
          </Title>
          <Text c="dimmed" size="sm" mb="sm">
            {t('passwordHint')}
          </Text>
          <ConfirmButton
            variant="light"
            title={t('everywhereTitle')}
            body={t('everywhereBody')}
            confirmLabel={t('everywhere')}
            onConfirm={async () => {
              try {
                await signOut(true);
                navigate('/sign-in');
              } catch (error) {
                toast(errorText(error), { tone: 'bad' });
              }
            }}
          >
            {t('everywhere')}
          </ConfirmButton>
        </Card>
      </Stack>
    </PageShell>
  );
}
