export const isPhone = (): boolean => window.matchMedia('(max-width: 700px)').matches;
