import { createContext, type ReactNode, useContext } from 'react';

interface ShellSlots {
  /** Beside the account menu: the notifications' bell. Put in by the app, which knows features. */
  bell: ReactNode;
}

export const ShellSlotsContext = createContext<ShellSlots>({ bell: null });
export const useShellSlots = (): ShellSlots => useContext(ShellSlotsContext);
