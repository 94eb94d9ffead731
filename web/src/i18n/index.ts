import i18next, { type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

import { en, type Namespace, type Resources } from './en';
import { pseudoTree } from './pseudo';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: Resources;
  }
}

/** Complete languages, in their own words. `qps` is the pseudo-locale that shows hard-coded text. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES | 'qps';

const STORAGE_KEY = 'reprise-language';
const RTL = new Set(['ar', 'fa', 'he', 'ur']);

const german = import.meta.glob<{ default: unknown }>('./de/*.json');

async function resources(language: Language): Promise<Record<string, unknown>> {
  if (language === 'en') return en;
  if (language === 'qps') return pseudoTree(en);
  const loaded = await Promise.all(
    Object.entries(german).map(async ([path, load]) => [
      path.slice('./de/'.length, -'.json'.length),
      (await load()).default,
    ]),
  );
  return Object.fromEntries(loaded) as Record<string, unknown>;
}

function isLanguage(value: string | null): value is Language {
  return value !== null && (value in LANGUAGES || value === 'qps');
}

export function wantedLanguage(): Language {
  try {
    const stored = window.localStorage.getItem(STORAGE_KEY);
    if (isLanguage(stored)) return stored;
  } catch {
    // Storage is blocked: ask the browser.
  }
  for (const tag of navigator.languages) {
    const base = tag.slice(0, 2);
    if (isLanguage(base)) return base;
  }
  return 'en';
}

function markDocument(language: Language): void {
  document.documentElement.lang = language === 'qps' ? 'en-XA' : language;
  document.documentElement.dir = RTL.has(language) ? 'rtl' : 'ltr';
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'common')) {
    for (const [namespace, tree] of Object.entries(await resources(language))) {
      i18next.addResourceBundle(language, namespace, tree);
    }
  }
  await i18next.changeLanguage(language);
  markDocument(language);
  try {
    window.localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

export async function initI18n(language: Language = wantedLanguage()): Promise<I18n> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    ns: Object.keys(en) as Namespace[],
    defaultNS: 'common',
    resources: {
      en,
      ...(language === 'en' ? {} : { [language]: await resources(language) }),
    } as never,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  markDocument(language);
  return i18next;
}

export { i18next };
export { formatClock, formatDate, formatDateTime, formatNumber, formatPercent, formatRate, formatTime } from './format';
