import account from './account.json';
import classroom from './classroom.json';
import common from './common.json';
import device from './device.json';
import home from './home.json';
import identity from './identity.json';
import library from './library.json';
import notifications from './notifications.json';
import processing from './processing.json';
import recording from './recording.json';
import review from './review.json';
import sessions from './sessions.json';
import users from './users.json';

/** English is complete by definition: every other language is checked against it. */
export const en = {
  account,
  classroom,
  common,
  device,
  home,
  identity,
  library,
  notifications,
  processing,
  recording,
  review,
  sessions,
  users,
};

export type Resources = typeof en;
export type Namespace = keyof Resources;
