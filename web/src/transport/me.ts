import { create } from 'zustand';

import type { Me, User } from '../protocol';
import { ApiError, http } from './http';

interface MeState {
  me: Me | null;
  error: ApiError | null;
  load: () => Promise<void>;
  signOut: (everywhere?: boolean) => Promise<void>;
}

/** Who is signed in. Loaded once by the app and again after anything that changes the cookie. */
export const useMe = create<MeState>()((set, get) => ({
  me: null,
  error: null,
  load: async () => {
    try {
      set({ me: await http.get<Me>('/me'), error: null });
    } catch (error) {
      if (error instanceof ApiError) set({ error });
      else throw error;
    }
  },
  signOut: async (everywhere = false) => {
    await http.post(everywhere ? '/sign-out-everywhere' : '/sign-out');
    await get().load();
  },
}));

export const useUser = (): User | null => useMe((state) => state.me?.user ?? null);
