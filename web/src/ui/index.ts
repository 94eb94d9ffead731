export { Avatar, initials, tone } from './Avatar';
export { Brand } from './Brand';
export { Card } from './Card';
export { ConfirmButton } from './ConfirmButton';
export { AccountMenu, PageShell, useDocumentTitle } from './PageShell';
export { ShellSlotsContext, useShellSlots } from './slots';
export { EmptyState, ErrorState, Loading, useErrorText } from './States';
export { ThemeToggle } from './ThemeToggle';
export { toast } from './toast';
