import { Group, Menu, UnstyledButton } from '@mantine/core';
import {
  IconHome2,
  IconLogin2,
  IconLogout,
  IconMessages,
  IconMovie,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import { useMe, useUser } from '../transport/me';
import { Avatar } from './Avatar';
import { Brand } from './Brand';
import classes from './PageShell.module.css';
import { useShellSlots } from './slots';
import { ThemeToggle } from './ThemeToggle';

interface Props {
  /** Becomes the document's title. */
  title: string;
  children: ReactNode;
  /** Widest the content grows, in px. */
  maxWidth?: number;
  /** In place of the navigation, such as breadcrumbs. */
  lead?: ReactNode;
  /** Before the bell and the theme toggle. */
  aside?: ReactNode;
}

export function useDocumentTitle(title: string): void {
  const { t } = useTranslation();
  const app = t('appName');
  useEffect(() => {
    document.title = title ? `${title} · ${app}` : app;
  }, [title, app]);
}

/** Header with navigation, bell, theme and account; the page's content below in `<main>`. */
export function PageShell({ title, children, maxWidth = 1120, lead, aside }: Props) {
  const { t } = useTranslation();
  const { bell } = useShellSlots();
  const user = useUser();
  useDocumentTitle(title);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t('nav.skip')}
      </a>
      <header className={classes.header}>
        <Link href="/" className={classes.brand} aria-label={t('appName')}>
          <Brand />
          {!lead && <span className={classes.brandName}>{t('appName')}</span>}
        </Link>
        {lead ? (
          <div className={classes.nav}>{lead}</div>
        ) : user ? (
          <Navigation />
        ) : (
          <div className={classes.nav} />
        )}
        <span className={classes.spacer} />
        <Group gap={6} wrap="nowrap">
          {aside}
          {user && bell}
          <ThemeToggle />
          {user ? <AccountMenu name={user.name} /> : <SignInLink />}
        </Group>
      </header>
      <main id="main" className={classes.main} style={{ maxWidth }} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const user = useUser();
  const items = [
    { href: '/', label: t('nav.home'), icon: <IconHome2 size={20} /> },
    { href: '/library', label: t('nav.library'), icon: <IconMovie size={20} /> },
    ...(user && user.role !== 'learner'
      ? [{ href: '/debate-formats', label: t('nav.formats'), icon: <IconMessages size={20} /> }]
      : []),
    ...(user?.role === 'admin'
      ? [{ href: '/users', label: t('nav.users'), icon: <IconUsers size={20} /> }]
      : []),
  ];
  return (
    <nav className={classes.nav} data-full aria-label={t('nav.label')}>
      {items.map(({ href, label, icon }) => (
        <Link
          key={href}
          href={href}
          className={classes.link}
          aria-current={location === href ? 'page' : undefined}
        >
          <span className={classes.icon} aria-hidden>
            {icon}
          </span>
          {label}
        </Link>
      ))}
    </nav>
  );
}

function SignInLink() {
  const { t } = useTranslation();
  return (
    <Link href="/sign-in" className={classes.link}>
      <IconLogin2 size={18} style={{ verticalAlign: '-4px' }} aria-hidden /> {t('menu.signIn')}
    </Link>
  );
}

export function AccountMenu({ name }: { name: string }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const signOut = useMe((state) => state.signOut);
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <UnstyledButton style={{ borderRadius: '50%' }}>
          <span className="sr-only">{t('menu.label', { name })}</span>
          <Avatar name={name} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<IconUser size={16} />} onClick={() => navigate('/account')}>
          {t('menu.account')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => void signOut().then(() => navigate('/sign-in'))}
        >
          {t('menu.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
