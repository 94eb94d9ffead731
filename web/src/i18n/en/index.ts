import account from './account.json';
import breakouts from './breakouts.json';
import captions from './captions.json';
import classroom from './classroom.json';
import common from './common.json';
import dashboard from './dashboard.json';
import debate from './debate.json';
import device from './device.json';
import formats from './formats.json';
import home from './home.json';
import identity from './identity.json';
import library from './library.json';
import notifications from './notifications.json';
import pads from './pads.json';
import plan from './plan.json';
import polls from './polls.json';
import processing from './processing.json';
import quality from './quality.json';
import recording from './recording.json';
import review from './review.json';
import room from './room.json';
import sessions from './sessions.json';
import slides from './slides.json';
import users from './users.json';

/** English is complete by definition: every other language is checked against it. */
export const en = {
  account,
  breakouts,
  captions,
  classroom,
  common,
  dashboard,
  debate,
  device,
  formats,
  home,
  identity,
  library,
  notifications,
  pads,
  plan,
  polls,
  processing,
  quality,
  recording,
  review,
  room,
  sessions,
  slides,
  users,
};

export type Resources = typeof en;
export type Namespace = keyof Resources;
